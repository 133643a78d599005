"""Keys that somebody found where they should not be. A sighting of one of ours opens an incident, and a playbook bans it."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from yanmen.console.desk.house import Caller, House
from yanmen.console.desk.shapes import Asked, Limit, Shape
from yanmen.intel.leaks import MOST, clean, sighted

LOOKED_AT = 500
"""Latest sightings that are looked through."""


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


class SightingShape(Shape, frozen=True):
    """A sighting of one of our keys."""

    event: str
    at: int
    key: str
    name: str
    """The key's."""
    place: str
    source: str
    usable: bool
    """Whether the key still opens anything; a ban apart."""


class AskedSightings(Asked, frozen=True):
    """How many."""

    limit: Limit = 50


class Sightings(Shape, frozen=True):
    """Sightings of our keys, the newest first."""

    sightings: list[SightingShape]


def leaked_keys(house: House, caller: Caller, asked: AskedSightings) -> Sightings:
    """Sightings of our own keys where they should not be, the newest first."""
    del caller
    at, keys = house.clock(), {key.id: key for key in house.store.keys.list()}
    read = house.store.events.before(house.store.events.last_seq() + 1, LOOKED_AT, ("leak.sighted",))
    found = [(one.event, keys.get(str(one.event.data.get("key", "")))) for one in read]
    return Sightings(
        sightings=[
            SightingShape(
                event=event.id,
                at=event.at,
                key=key.id,
                name=key.name,
                place=clean(str(event.data.get("place") or "")),
                source=clean(str(event.data.get("source") or "")),
                usable=key.usable(at),
            )
            for event, key in found
            if key is not None
        ][: asked.limit]
    )


def report_leak(house: House, caller: Caller, asked: AskedLeak) -> Leaks:
    """Record sightings of leaked keys; durable before it is answered. The keys themselves are not kept."""
    found = sighted(house.store, asked.keys, place=asked.place, source=asked.source, actor=caller.ref)
    return Leaks(
        results=[
            Sighted(
                entry=entry,
                outcome="not-a-key" if one.state == "malformed" else one.state,
                key=one.key,
                event=one.event,
            )
            for entry, one in enumerate(found)
        ]
    )
