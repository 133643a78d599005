"""Decisions: the projection every door reads."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from yanmen.core.nouns import Decision, Event, Ref, Verdict
from yanmen.store.changes import Change, bounded, encode, touch
from yanmen.store.database import Readers
from yanmen.store.events import event_at

_INSERT = (
    "INSERT INTO decisions (place, id, subject, verdict, shadow, until, body) VALUES (?, ?, ?, ?, ?, ?, ?)"
)
_ADDRESSES = (
    "SELECT place / 2, id, subject, until FROM decisions"
    " WHERE {until} > ? AND until > 0 AND lifted = 0 AND shadow = 0 AND verdict = ? AND place >= ?"
    " AND {subject} >= 'ip:' AND {subject} < 'ip;' ORDER BY place"
)
_ALL = _ADDRESSES.format(until="until", subject="subject")
# Of events after a place few rows are new. Both indices would lead through all that stands: what is computed has none.
_NEW = _ADDRESSES.format(until="until + 0", subject="subject || ''")
_LIFT = "UPDATE decisions SET lifted = ? WHERE id = ? AND lifted = 0"
_decode = msgspec.json.Decoder(Decision).decode


def made(seq: int, event: Event) -> list[Change]:
    """The changes by an event that carries a decision in ``decision``, or one in ``shadow``."""
    changes: list[Change] = []
    for place, name in enumerate(("decision", "shadow")):
        data = event.data.get(name)
        if isinstance(data, dict):
            changes += _insert(2 * seq + place, seq, msgspec.convert(data, Decision))
    return changes


def lifted(seq: int, event: Event) -> list[Change]:
    """The changes by ``decision.lifted``: ``{"decision": id, "reason": str}``."""
    return [(_LIFT, (seq, str(event.data["decision"]))), touch("standing", seq)]


def _insert(place: int, seq: int, decision: Decision) -> list[Change]:
    until = bounded(decision.until) if decision.lasts > 0 else 0
    values = (
        place,
        decision.id,
        str(decision.subject),
        int(decision.verdict),
        int(decision.shadow),
        until,
    )
    insert: Change = (_INSERT, (*values, encode(decision)))
    return [insert, touch("standing", seq)] if until and not decision.shadow else [insert]


class Address(NamedTuple):
    """A ban of an address or a network, without its grounds: fifty thousand are read in a tenth of a second."""

    seq: int
    """Place of its event in the log."""
    id: str
    subject: str
    """``ip:203.0.113.0/24``."""
    until: int


class Decisions:
    """Reads decisions."""

    def __init__(self, readers: Readers) -> None:
        """Over a store's readers."""
        self._readers = readers

    def get(self, decision: str) -> Decision | None:
        """The decision with this id."""
        row = self._readers.one("SELECT body FROM decisions WHERE id = ? ORDER BY place", decision)
        return _decode(row[0]) if row else None

    def standing(self, at: int) -> list[Decision]:
        """Decisions that hold at a time: they last, have not ended, were not lifted and are no shadows. Oldest first."""
        rows = self._readers.all(
            "SELECT body FROM decisions WHERE until > ? AND until > 0 AND lifted = 0 AND shadow = 0 ORDER BY place",
            at,
        )
        return [_decode(body) for (body,) in rows]

    def addresses(self, at: int, after: int = 0) -> list[Address]:
        """Standing bans of addresses and networks (BLOCK), oldest first; only those of events after a place in the log."""
        question, least = (_NEW, 2 * (after + 1)) if after else (_ALL, 0)
        rows = self._readers.all(question, at, int(Verdict.BLOCK), least)
        return [Address(*row) for row in rows]

    def recent(
        self,
        limit: int = 100,
        before_id: str | None = None,
        verdict: Verdict | None = None,
        shadow: bool | None = None,
        subject: Ref | None = None,
    ) -> list[Decision]:
        """Newest first, at most ``limit``; ``before_id`` turns the page."""
        asked: list[tuple[str, object]] = []
        if before_id is not None:
            asked.append(("place < (SELECT min(place) FROM decisions WHERE id = ?)", before_id))
        if verdict is not None:
            asked.append(("verdict = ?", int(verdict)))
        if shadow is not None:
            asked.append(("shadow = ?", int(shadow)))
        if subject is not None:
            asked.append(("subject = ?", str(subject)))
        where = " AND ".join(condition for condition, _ in asked) or "TRUE"
        rows = self._readers.all(
            f"SELECT body FROM decisions WHERE {where} ORDER BY place DESC LIMIT ?",  # noqa: S608  # own words only
            *(value for _, value in asked),
            limit,
        )
        return [_decode(body) for (body,) in rows]

    def lifted(self, decision: str) -> Event | None:
        """The event that lifted a decision, or None while it was not lifted."""
        row = self._readers.one("SELECT lifted FROM decisions WHERE id = ? AND lifted > 0", decision)
        return event_at(self._readers, row[0]) if row else None
