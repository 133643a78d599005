"""The review queue: texts that a person should look at, what was said of each, and by whom."""

from __future__ import annotations

from typing import Any

import msgspec

from yanmen.core.nouns import Event
from yanmen.store.changes import Change, bounded, encode, touch, word
from yanmen.store.database import Readers
from yanmen.store.records import Review, ReviewState, Voice

MILLIONTHS = 1_000_000
"""Scores are kept as whole numbers of these."""
STATES = ("open", "attack", "benign", "skip")
_PUT = (
    "INSERT INTO reviews (id, seq, source, origin, state, score, quarantine, body)"
    " VALUES (?, ?, ?, ?, 'open', ?, '', ?)"
)
_SAY = (
    "INSERT INTO labels (review, actor, seq, at, label, class) VALUES (?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (review, actor) DO UPDATE SET seq = excluded.seq, at = excluded.at, label = excluded.label,"
    " class = excluded.class"
)
_STATE = "UPDATE reviews SET state = ?, quarantine = '' WHERE id = ?"
_QUARANTINE = "UPDATE reviews SET quarantine = ? WHERE id = ?"
_MOST = 10_000


def queued(seq: int, event: Event) -> list[Change]:
    """The changes by ``review.queued``: ``{"review": Review}``."""
    found = msgspec.convert(event.data["review"], Review)
    score = bounded(found.score * MILLIONTHS)
    values = (found.id, seq, found.source, found.origin, score, encode(found))
    return [(_PUT, values), touch("reviews", seq)]


def labelled(seq: int, event: Event) -> list[Change]:
    """The changes by ``review.labelled``: ``{"review": id, "label": attack, benign or skip, "class": word}``, by its actor."""
    review, label = str(event.data["review"]), str(event.data["label"])
    if label not in STATES[1:]:
        raise ValueError(f"{label!r} is no label")
    said = (review, str(event.actor), seq, bounded(event.at), label, word(event.data, "class", 40))
    return [(_SAY, said), (_STATE, (label, review)), touch("reviews", seq)]


def quarantined(seq: int, event: Event) -> list[Change]:
    """The changes by ``review.quarantined``: ``{"reviews": {id: why}}``."""
    found = msgspec.convert(event.data["reviews"], dict[str, str])
    return [*((_QUARANTINE, (why[:200], name)) for name, why in found.items()), touch("reviews", seq)]


class Reviews:
    """``store.reviews``."""

    def __init__(self, readers: Readers) -> None:
        """Over a store's readers."""
        self._readers = readers

    def get(self, review: str) -> Review | None:
        """The review with this id."""
        rows = self._readers.all("SELECT state, quarantine, body FROM reviews WHERE id = ?", review)
        return self._whole(rows)[0] if rows else None

    def labelled(self) -> list[Review]:
        """Every review that was called an attack or benign, the oldest first, up to 10,000."""
        question = "SELECT state, quarantine, body FROM reviews WHERE state IN ('attack', 'benign') ORDER BY seq DESC LIMIT ?"
        return self._whole(self._readers.all(question, _MOST))[::-1]

    def count(self, state: ReviewState = "open") -> int:
        """How many are in a state."""
        (found,) = self._readers.one("SELECT COUNT(*) FROM reviews WHERE state = ?", state)
        return int(found)

    def waiting(self, origin: str) -> int:
        """How many that came from one key, address or reporter are still open."""
        question = "SELECT COUNT(*) FROM reviews WHERE origin = ? AND state = 'open'"
        (found,) = self._readers.one(question, origin)
        return int(found)

    def _whole(self, rows: list[tuple[Any, ...]]) -> list[Review]:
        """Reviews with what was said of them."""
        found = []
        for state, quarantine, body in rows:
            one = msgspec.json.decode(body, type=Review)
            said = self._readers.all(
                "SELECT actor, at, label, class FROM labels WHERE review = ? ORDER BY seq", one.id
            )
            voices = tuple(
                Voice(actor=actor, at=at, label=label, kind=kind) for actor, at, label, kind in said
            )
            found.append(msgspec.structs.replace(one, state=state, quarantine=quarantine, voices=voices))
        return found

    def list(
        self,
        state: ReviewState | None = None,
        source: str | None = None,
        *,
        quarantined: bool = False,
        limit: int = 100,
        before: str | None = None,
    ) -> list[Review]:
        """The newest first, at most ``limit``; of one state, of one source, older than another, where these are given."""
        question = (
            "SELECT state, quarantine, body FROM reviews WHERE (state = ?1 OR ?1 IS NULL) AND (source = ?2 OR ?2 IS NULL)"
            " AND (NOT ?3 OR quarantine <> '') AND (seq < (SELECT seq FROM reviews WHERE id = ?4) OR ?4 IS NULL)"
            " ORDER BY seq DESC LIMIT ?5"
        )
        return self._whole(self._readers.all(question, state, source, quarantined, before, limit))
