"""What of the traffic a person should look at: texts that the guard was not sure of, and texts unlike what was usual.

The record's calls say how like an attack their most suspicious text was, and its sketch; nothing else is needed. Everything
is bounded: the profiles, and how many texts of one caller may wait in the queue.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any, Literal, NamedTuple

import msgspec

from yanmen.core.clock import SECOND
from yanmen.core.ids import new_id
from yanmen.core.nouns import Event, Ref
from yanmen.core.redaction import visible
from yanmen.guard.learning.drift import Drift, Profile
from yanmen.soc.identity import derived_id
from yanmen.store import Recorded, Review, Store

UNCERTAIN = (0.3, 0.7)
"""Calibrated probabilities of an attack that leave the matter open; the guard acts from 0.5."""
KEYS = 200
"""Callers whose traffic has a profile of its own; the one unseen longest goes first. 30 kB each."""
WAITING = 20
"""Texts of one caller that may wait in the queue, put there by the watch."""
OPEN = 1_000
"""Texts that may wait in all; past it the watch adds none."""
ALL = "all"
"""The name of the profile of all traffic together."""
NAME = "drift"
"""Under which the profiles are kept."""
SAVE = 600 * SECOND
_WAIT_SECONDS = 30.0


class Seen(msgspec.Struct):
    """What a call's event says of its most suspicious text: ``guard`` in its data."""

    score: float
    sketch: str = ""
    part: str = ""
    channel: str = "user"


class Kept(msgspec.Struct):
    """The profiles as they are kept."""

    through: int = 0
    """Every event up to this place in the log is in them."""
    profiles: dict[str, Profile] = msgspec.field(default_factory=dict)


class Due(NamedTuple):
    """What is to be written: a review, or that traffic has drifted."""

    event: Event
    review: Review | None = None


class Intake:
    """Takes events in the order of the log; ``write`` puts what they call for into the queue."""

    def __init__(self, store: Store) -> None:
        """Go on with the profiles that were kept; those that cannot be read are learnt anew."""
        self._store = store
        raw = store.profiles.get(NAME)
        try:
            kept = msgspec.msgpack.decode(raw, type=Kept) if raw else Kept()
        except msgspec.MsgspecError:
            kept = Kept()
        self._through = self._saved = kept.through
        self._profiles = OrderedDict(kept.profiles)
        self._due: list[Due] = []
        self._save_at = 0

    def take(self, recorded: Recorded) -> None:
        """Take one event."""
        event = recorded.event
        told = event.data.get("guard")
        if not event.kind.startswith("call.") or not isinstance(told, dict):
            return
        try:
            seen = msgspec.convert(told, Seen, strict=False)
        except msgspec.ValidationError:
            return
        if UNCERTAIN[0] <= seen.score <= UNCERTAIN[1]:
            self._due.append(_review(event, seen, "uncertain"))
        if not seen.sketch or recorded.seq <= self._through:
            return
        self._through = recorded.seq
        for name in (ALL, str(event.actor) if event.actor else ""):
            if name and (drift := self._profile(name).take(seen.sketch, seen.score, event.id)):
                self._drifted(name, drift, event.at)

    def write(self, at: int, *, now_too: bool = False) -> None:
        """Write what is due; keep the profiles, at most every ten minutes."""
        due, self._due = self._due, []
        for one in due:
            if one.review is None or self._wanted(one.review):
                self._store.append(one.event).result(_WAIT_SECONDS)
        if self._through > self._saved and (now_too or at >= self._save_at):
            kept = Kept(through=self._through, profiles=dict(self._profiles))
            self._store.profiles.set(NAME, msgspec.msgpack.encode(kept))
            self._saved, self._save_at = self._through, at + SAVE

    def _wanted(self, review: Review) -> bool:
        """Whether there is room for it, and it is not there already: what is read twice is queued once."""
        reviews = self._store.reviews
        room = reviews.waiting(review.origin) < WAITING and reviews.count() < OPEN
        return room and reviews.get(review.id) is None

    def _profile(self, name: str) -> Profile:
        found = self._profiles.setdefault(name, Profile())
        self._profiles.move_to_end(name)
        if len(self._profiles) > KEYS:
            oldest = next(one for one in self._profiles if one != ALL)
            del self._profiles[oldest]
        return found

    def _drifted(self, name: str, drift: Drift, at: int) -> None:
        """Say so, and put the strangest texts into the queue."""
        subject = Ref(kind="traffic", id=ALL) if name == ALL else Ref.parse(name)
        data: dict[str, Any] = {
            "texts": drift.texts,
            "scores": drift.scores,
            "psi": round(drift.psi, 3),
            "strangest": list(drift.strangest),
        }
        self._due.append(
            Due(Event(id=new_id("evt"), at=at, kind="traffic.drifted", subject=subject, data=data))
        )
        for one in drift.strangest:
            found = self._store.events.get(one)
            if found is not None:
                seen = msgspec.convert(found.event.data["guard"], Seen, strict=False)
                self._due.append(_review(found.event, seen, "drifted"))


def _review(event: Event, seen: Seen, source: Literal["uncertain", "drifted"]) -> Due:
    """A text of a call, to be looked at; it can be read where the call's content was kept."""
    data = event.data
    content = data.get("content")
    found = data.get("findings") or [{}]
    key = event.actor.id if event.actor is not None and event.actor.kind == "key" else ""
    review = Review(
        id=derived_id("rev", event.at, event.id, source),
        at=event.at,
        source=source,
        key=key,
        tenant=visible(str(data.get("tenant") or "")),
        ip=visible(str(data.get("ip") or "")),
        event=event.id,
        kept="request" if isinstance(content, dict) and content.get("request") else "",
        part=seen.part,
        channel=seen.channel,
        score=min(max(seen.score, 0.0), 1.0),
        sketch=seen.sketch,
        evidence=visible(str(found[0].get("evidence", "")) if isinstance(found[0], dict) else ""),
    )
    subject = Ref(kind="review", id=review.id)
    written = {"review": msgspec.to_builtins(review)}
    return Due(
        Event(id=new_id("evt"), at=event.at, kind="review.queued", subject=subject, data=written), review
    )
