"""A torch checkpoint as abstract values, and where the bytes of its storages lie. Nothing is loaded."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from yanmen.supply.models import zips
from yanmen.supply.models.bounds import Bounds, Unjudged
from yanmen.supply.pickles.journal import Journal
from yanmen.supply.pickles.judge import Judge
from yanmen.supply.pickles.storages import Storages
from yanmen.supply.pickles.streams import Stream, read_stream
from yanmen.supply.pickles.values import Listed, Mapped, Value
from yanmen.supply.targets import Artifact

_STREAMS = 5
"""Of the older form: a magic number, a version, the system, the checkpoint, the storages' names."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a storage's bytes are."""

    artifact: Artifact
    start: int
    size: int


@dataclass(slots=True)
class Checkpoint:
    """What a file holds."""

    value: Value
    places: dict[str, Place] = field(default_factory=dict)
    """By the storage's key."""
    big: bool = False
    """Whether its numbers have their most significant byte first."""


def opened(artifact: Artifact, bounds: Bounds) -> Checkpoint:
    """A checkpoint that was proven safe before. Unjudged where it is none, or its pickle is not as it was then."""
    if artifact.read(0, 1) == b"\x80":
        return _legacy(artifact, bounds)
    archive = zips.Zip(artifact, bounds)
    pickled = next((member for member in archive.members if member.name.endswith("/data.pkl")), None)
    if pickled is None:
        raise Unjudged("unsupported", "no checkpoint of torch's")
    storages = Storages()
    content = archive.open(pickled)
    found = _streams(content, bounds, storages, 1)[0]
    folder = pickled.name.removesuffix("data.pkl")
    checkpoint = Checkpoint(found.value)
    order = archive.named(f"{folder}byteorder")
    checkpoint.big = order is not None and archive.open(order).read(0, 3) == b"big"
    for key in storages.found:
        member = archive.named(f"{folder}data/{key}")
        if member is None:
            raise Unjudged("malformed", f"the storage {key} is missing")
        checkpoint.places[key] = Place(archive.open(member), 0, member.size)
    return checkpoint


def _legacy(artifact: Artifact, bounds: Bounds) -> Checkpoint:
    storages = Storages()
    streams = _streams(artifact, bounds, storages, _STREAMS)
    system, checkpoint, keys = streams[2].value, Checkpoint(streams[3].value), streams[4].value
    checkpoint.big = isinstance(system, Mapped) and system.get("little_endian") is False
    if not isinstance(keys, Listed) or keys.lost:
        raise Unjudged("malformed", "no list of storages")
    at = streams[4].end
    for key in keys.items:
        storage = storages.found.get(key)
        if storage is None or struct.pack("<q", storage.count) != artifact.read(at, 8):
            raise Unjudged("malformed", "a storage that the pickle does not name, or of another length")
        checkpoint.places[key] = Place(artifact, at + 8, storage.size)
        at += 8 + storage.size
    return checkpoint


def _streams(artifact: Artifact, bounds: Bounds, storages: Storages, count: int) -> list[Stream]:
    journal = Journal(bounds.work)
    judge = Judge(journal, bounds.tables, storages.load)
    found: list[Stream] = []
    with artifact.open() as stream:
        for _ in range(count):
            start = found[-1].end if found else 0
            one, _ = read_stream(stream, judge, bounds.tick, start=start, size=artifact.size)
            if one is None or journal.proof != "proven_safe":
                raise Unjudged("not-checked", "its pickle is not proven safe")
            found.append(one)
    return found
