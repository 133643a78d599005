"""Packed pickles: joblib's compressed files, and any other single file that is packed by itself."""

from __future__ import annotations

import io
from typing import BinaryIO

from yanmen.supply.models import rules
from yanmen.supply.models.bounds import CHUNK, Bounds, Unjudged
from yanmen.supply.models.pickles import read_wrapped, tell
from yanmen.supply.models.report import Report
from yanmen.supply.models.windows import content, frames, packing
from yanmen.supply.pickles.journal import Journal
from yanmen.supply.targets import Artifact, Examined

_PROTOCOL = b"\x80"


def read(artifact: Artifact, bounds: Bounds) -> Examined:
    """What it unpacks to, examined: a pickle as joblib reads it, anything else by its own content."""
    kind = packing(artifact.read(0, 8))
    if kind is None:
        raise Unjudged("unsupported", "packed in a way that is not unpacked here")
    report = Report(artifact, bounds, f"joblib-{kind}")
    packed = frames(artifact, kind, bounds)
    with io.BufferedReader(packed) as stream:
        if stream.peek(1)[:1] == _PROTOCOL:
            journal = Journal(bounds.work)
            read_wrapped(stream, None, journal, bounds)
            tell(journal, report)
            size = -1
        else:
            report.kind = kind
            size = counted(stream)
        if packed.behind():
            report.find(rules.EXTRA, "bytes behind the packed data")
            report.miss("not-checked", "bytes behind the packed data")
    if size >= 0:
        report.take(bounds.inside(content(artifact, kind, size, bounds)))
    return report.done()


def counted(stream: BinaryIO) -> int:
    """Bytes that are left of it."""
    size = 0
    while piece := stream.read(CHUNK):
        size += len(piece)
    return size
