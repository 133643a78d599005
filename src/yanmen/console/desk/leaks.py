"""Keys that somebody found where they should not be. A sighting of one of ours opens an incident, and a playbook bans it."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from msgspec import Meta

from yanmen.console.desk.house import Caller, House
from yanmen.console.desk.shapes import Asked, Shape
from yanmen.core.ids import new_id
from yanmen.core.keys import is_key, key_hash
from yanmen.core.nouns import Event, Ref
from yanmen.core.redaction import visible

MOST = 1_000
"""Keys of one report."""
_HASH = re.compile(r"[0-9a-f]{64}")


class AskedLeak(Asked, frozen=True):
    """Keys, or the SHA-256 of keys in hex, and where they were seen."""

    keys: Annotated[list[Annotated[str, Meta(max_length=200)]], Meta(min_length=1, max_length=MOST)]
    place: Annotated[str, Meta(max_length=400)] = ""
    """Where: the address of a repository, a paste, a ticket."""
    source: Annotated[str, Meta(max_length=100)] = ""
    """Who says so: a scanner's name."""


class Sighted(Shape, frozen=True):
    """What became of one entry."""

    entry: int
    """Its place in the report, from 0."""
    outcome: Literal["ours", "unknown", "not-a-key"]
    """``ours``: recorded, and answered by the playbooks; ``unknown``: recorded; ``not-a-key``: nothing of ours looks so."""
    key: str = ""
    """The id of our key."""
    event: str = ""
    """The event that records it."""


class Leaks(Shape, frozen=True):
    """What became of each entry, in order."""

    results: list[Sighted]


def report_leak(house: House, caller: Caller, asked: AskedLeak) -> Leaks:
    """Record sightings of leaked keys; durable before it is answered. The keys themselves are not kept."""
    at = house.clock()
    results: list[Sighted] = []
    events: list[Event] = []
    for entry, text in enumerate(asked.keys):
        digest = _digest(text.strip())
        if digest is None:
            results.append(Sighted(entry=entry, outcome="not-a-key"))
            continue
        known = house.store.keys.by_hash(digest)
        found = known.id if known else ""
        event = Event(
            id=new_id("evt"),
            at=at,
            kind="leak.sighted",
            actor=caller.ref,
            subject=Ref(kind="key", id=found) if found else Ref(kind="key-hash", id=digest),
            data={
                "hash": digest,
                "key": found,
                "place": visible(asked.place),
                "source": visible(asked.source),
            },
        )
        events.append(event)
        results.append(
            Sighted(entry=entry, outcome="ours" if found else "unknown", key=found, event=event.id)
        )
    if events:
        house.commit(*events)
    return Leaks(results=results)


def _digest(text: str) -> str | None:
    """The hash of a key of our format, or the hash that was given."""
    if is_key(text):
        return key_hash(text)
    return text.lower() if _HASH.fullmatch(text.lower()) else None
