"""TensorFlow Lite: a flat buffer of tables. Built-in operators reckon; custom ones need a library; Flex ones are TensorFlow's.

Tables, vectors and texts are found by offsets, each checked against the file. Field numbers: tensorflow/lite/schema.fbs.
"""

from __future__ import annotations

import struct
from typing import BinaryIO

from yanmen.supply.models import rules, zips
from yanmen.supply.models.bounds import Bounds, Unjudged
from yanmen.supply.models.operations import FILES, NETWORK, RUNS
from yanmen.supply.models.report import Report
from yanmen.supply.models.sniffing import ends_as_zip, sniff
from yanmen.supply.targets import Artifact, Examined

_VECTOR = 1_000_000
_TEXT = 65_536
_STEPS = 2_000_000
_LATEST = 3
_CUSTOM = 32
"""Number of the operator that stands for custom ones."""
_KNOWN_CUSTOM = frozenset(
    {"TFLite_Detection_PostProcess", "Mfcc", "AudioSpectrogram", "Convolution2DTransposeBias"}
)
"""Custom operators that the runtime itself registers."""


def read(artifact: Artifact, bounds: Bounds) -> Examined:
    """Judge a model: its operators, its subgraphs and where each buffer lies."""
    report = Report(artifact, bounds, "tflite")
    with artifact.open() as stream:
        try:
            _model(_Tables(stream, artifact.size, bounds), report)
            if ends_as_zip(artifact):
                _associated(artifact, bounds, report)
        except Unjudged as error:
            report.failed(error)
    return report.done()


def _associated(artifact: Artifact, bounds: Bounds, report: Report) -> None:
    """Files that the format lets follow the model as a zip: labels and vocabularies, which are texts."""
    archive = zips.Zip(artifact, bounds)
    for member in archive.members:
        inner = archive.open(member)
        if sniff(inner) in {"text", "empty"}:
            report.step(f"the associated file {member.name}: a text")
        else:
            report.take(bounds.inside(inner))
    report.fact("associated", str(len(archive.members)))


class _Tables:
    """A flat buffer, read at places that are checked."""

    def __init__(self, stream: BinaryIO, size: int, bounds: Bounds) -> None:
        self.size = size
        self._stream = stream
        self._bounds = bounds
        self._steps = 0

    def take(self, place: int, size: int) -> bytes:
        self._steps += 1
        if not self._steps % 4096:
            self._bounds.tick()
        if self._steps > _STEPS:
            raise Unjudged("too-large", f"more than {_STEPS} numbers to look at")
        if place < 0 or size < 0 or place + size > self.size:
            raise Unjudged("malformed", f"{size} bytes at {place}, beyond the end")
        self._stream.seek(place)
        return self._stream.read(size)

    def number(self, place: int, code: str = "I") -> int:
        (value,) = struct.unpack("<" + code, self.take(place, struct.calcsize("<" + code)))
        return int(value)

    def follow(self, place: int) -> int:
        """Where an offset leads."""
        return place + self.number(place)

    def field(self, table: int, number: int) -> int | None:
        """The place of a table's field; None where it is left out."""
        vtable = table - self.number(table, "i")
        size = self.number(vtable, "H")
        at = 4 + 2 * number
        if at + 2 > size:
            return None
        offset = self.number(vtable + at, "H")
        return table + offset if offset else None

    def vector(self, table: int, number: int) -> tuple[int, int]:
        """Where a vector's items begin, and how many there are."""
        place = self.field(table, number)
        if place is None:
            return 0, 0
        start = self.follow(place)
        count = self.number(start)
        return start + 4, count

    def tables(self, table: int, number: int) -> list[int]:
        """The tables of a vector of tables."""
        start, count = self.vector(table, number)
        if count > _VECTOR or count * 4 > self.size:
            raise Unjudged("malformed", f"a vector of {count} tables")
        data = self.take(start, 4 * count) if count else b""
        return [start + 4 * each + offset for each, (offset,) in enumerate(struct.iter_unpack("<I", data))]

    def text(self, table: int, number: int) -> str:
        """A field's text; empty where there is none."""
        start, size = self.vector(table, number)
        if size > _TEXT:
            raise Unjudged("too-large", f"a text of {size} bytes")
        return self.take(start, size).decode("utf-8", "replace") if size else ""


def _model(tables: _Tables, report: Report) -> None:
    root = tables.follow(0)
    place = tables.field(root, 0)
    version = tables.number(place) if place is not None else 0
    if version != _LATEST:
        raise Unjudged("unsupported", f"schema version {version}")
    codes = tables.tables(root, 1)
    for code in codes:
        _operator(tables, code, report)
    graphs = tables.tables(root, 2)
    if not graphs:
        raise Unjudged("malformed", "no subgraph")
    for graph in graphs:
        for operator in tables.tables(graph, 3):
            at = tables.field(operator, 0)
            if (tables.number(at) if at is not None else 0) >= len(codes):
                report.find(rules.OUT_OF_BOUNDS, "an operator that is not in the model's list")
    _buffers(tables, root, report)
    report.fact("description", tables.text(root, 3))
    report.fact("operators", str(len(codes)))
    report.step(
        f"tflite: {len(codes)} operators that the runtime brings, {len(graphs)} subgraphs, buffers within the file"
    )


def _operator(tables: _Tables, code: int, report: Report) -> None:
    """A built-in one has a number; a custom one a name."""
    old, new = tables.field(code, 0), tables.field(code, 3)
    number = max(
        tables.number(old, "b") if old is not None else 0, tables.number(new, "i") if new is not None else 0
    )
    if number != _CUSTOM:
        return
    name = tables.text(code, 1)
    flex = name.removeprefix("Flex")
    if name in _KNOWN_CUSTOM:
        return
    if flex in RUNS:
        report.find(rules.GRAPH_RUNS, name)
    elif flex in FILES:
        report.find(rules.GRAPH_FILES, name)
    elif flex in NETWORK:
        report.find(rules.GRAPH_NETWORK, name)
    else:
        report.find(rules.GRAPH_CUSTOM, name)
        report.miss("not-checked", f"the operator {name} needs a library of its own")


def _buffers(tables: _Tables, root: int, report: Report) -> None:
    """Each buffer's bytes lie in the file, in its vector or after the tables (offset and size)."""
    for buffer in tables.tables(root, 4):
        start, size = tables.vector(buffer, 0)
        if start + size > tables.size:
            report.find(rules.OUT_OF_BOUNDS, f"a buffer of {size} bytes at {start}")
        outer, length = tables.field(buffer, 1), tables.field(buffer, 2)
        if outer is not None and length is not None:
            at, long = tables.number(outer, "Q"), tables.number(length, "Q")
            if at + long > tables.size:
                report.find(rules.OUT_OF_BOUNDS, f"a buffer of {long} bytes at {at}")
