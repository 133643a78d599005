"""Packed pickles: joblib's compressed files, and any other single file that is packed by itself."""

from __future__ import annotations

import io
from typing import BinaryIO

from yanmen.supply.models import lz4, rules
from yanmen.supply.models.bounds import CHUNK, Bounds, Unjudged
from yanmen.supply.models.pickles import read_wrapped, tell
from yanmen.supply.models.report import Report
from yanmen.supply.models.windows import UNPACKERS, Unpacked, unpacked
from yanmen.supply.pickles.journal import Journal
from yanmen.supply.targets import Artifact, Examined

_MARKS = (
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bz2"),
    (b"\xfd7zXZ\x00", "xz"),
    (lz4.MAGIC, "lz4"),
    (b"\x5d\x00\x00", "xz"),
    (b"\x78", "zlib"),
)
_PROTOCOL = b"\x80"


def read(artifact: Artifact, bounds: Bounds) -> Examined:
    """What it unpacks to, examined: a pickle as joblib reads it, anything else by its own content."""
    head = artifact.read(0, 8)
    kind = next((name for mark, name in _MARKS if head.startswith(mark)), None)
    if kind is None:
        raise Unjudged("unsupported", "packed in a way that is not unpacked here")
    report = Report(artifact, bounds, f"joblib-{kind}")
    content = Unpacked(artifact.open, UNPACKERS[kind], bounds)
    with io.BufferedReader(content) as stream:
        if stream.peek(1)[:1] == _PROTOCOL:
            journal = Journal(bounds.work)
            read_wrapped(stream, None, journal, bounds)
            tell(journal, report)
            size = -1
        else:
            report.kind = kind
            size = _counted(stream)
        if content.behind():
            report.find(rules.EXTRA, "bytes behind the packed data")
            report.miss("not-checked", "bytes behind the packed data")
    if size >= 0:
        report.take(bounds.inside(unpacked(artifact, f"{artifact.name}!", size, UNPACKERS[kind], bounds)))
    return report.done()


def _counted(stream: BinaryIO) -> int:
    size = 0
    while piece := stream.read(CHUNK):
        size += len(piece)
    return size
