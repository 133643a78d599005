"""Boosted trees: LightGBM's text, XGBoost's UBJSON (its JSON is read as JSON), CatBoost's binary.

These hold numbers and names. LightGBM and XGBoost models are parsed to their end; of CatBoost's only the frame is.
"""

from __future__ import annotations

import re
import struct
from typing import BinaryIO

from yanmen.supply.models import rules
from yanmen.supply.models.bounds import CHUNK, Bounds, Unjudged
from yanmen.supply.models.report import Report
from yanmen.supply.targets import Artifact, Examined

_LINE = re.compile(
    rb"[\w .]{1,100}(?:=.*|:)?$|\[.*\]$|\s*$|[\w.-]+=.*$|end of (?:trees|parameters)$|pandas_categorical:.*$"
)
_LONGEST_LINE = 4 << 20
_DEEPEST = 64
_SIZES = {0x69: 1, 0x55: 1, 0x49: 2, 0x6C: 4, 0x4C: 8, 0x64: 4, 0x44: 8, 0x43: 1}
"""UBJSON's numbers and characters by type letter, and their bytes."""
_EMPTY = {0x5A, 0x4E, 0x54, 0x46}
"""Null, nothing, true, false."""


def read_lightgbm(artifact: Artifact, bounds: Bounds) -> Examined:
    """Lines of ``name=values``, tree by tree."""
    report = Report(artifact, bounds, "lightgbm")
    trees = lines = 0
    with artifact.open() as stream:
        while line := stream.readline(_LONGEST_LINE):
            lines += 1
            if not lines % 1_000:
                bounds.tick()
            if len(line) >= _LONGEST_LINE:
                raise Unjudged("too-large", f"line {lines} is longer than {_LONGEST_LINE} bytes")
            if b"\0" in line or not _LINE.match(line.strip()):
                report.miss("malformed", f"line {lines} is none of a model's", inside=f"#L{lines}")
                return report.done()
            trees += line.startswith(b"Tree=")
    report.fact("trees", str(trees))
    report.step(f"lightgbm: {trees} trees in {lines} lines of names and numbers")
    return report.done()


def read_catboost(artifact: Artifact, bounds: Bounds) -> Examined:
    """A mark, a length, and a flat buffer of trees. What is inside of it is not judged."""
    report = Report(artifact, bounds, "catboost")
    (size,) = struct.unpack("<I", artifact.read(4, 4))
    if 8 + size > artifact.size:
        raise Unjudged("malformed", f"a core of {size} bytes in a file of {artifact.size}")
    if 8 + size < artifact.size:
        report.fact("parts", f"{artifact.size - 8 - size} bytes after the core")
    report.miss("unsupported", "CatBoost: the frame is whole, the trees inside are not read")
    return report.done()


def read_ubjson(artifact: Artifact, bounds: Bounds) -> Examined:
    """XGBoost's binary JSON, walked to its end: tables, lists, texts and numbers, each within the file."""
    report = Report(artifact, bounds, "xgboost-ubjson")
    with artifact.open() as stream:
        reader = _Values(stream, artifact.size, bounds)
        names = reader.top()
        if reader.left:
            report.find(rules.EXTRA, f"{reader.left} bytes after the document")
            report.miss("malformed", f"{reader.left} bytes belong to nothing")
    if not names & {"learner", "Model", "Config"}:
        report.miss("unsupported", "UBJSON of no known kind")
    report.step(f"xgboost: {reader.count} values, data only")
    return report.done()


class _Values:
    """Walks UBJSON without keeping it."""

    def __init__(self, stream: BinaryIO, size: int, bounds: Bounds) -> None:
        self._stream = stream
        self.left = size
        self.count = 0
        self._bounds = bounds

    def top(self) -> set[str]:
        """The names at the top."""
        if self._byte() != 0x7B:  # noqa: PLR2004 ({)
            raise Unjudged("malformed", "no table")
        return self._table(0)

    def _take(self, size: int) -> bytes:
        if size < 0 or size > self.left:
            raise Unjudged("malformed", f"{size} bytes wanted where {self.left} are left")
        self.left -= size
        return self._stream.read(size)

    def _skip(self, size: int) -> None:
        if size < 0 or size > self.left:
            raise Unjudged("malformed", f"{size} bytes wanted where {self.left} are left")
        self.left -= size
        self._stream.seek(size, 1)

    def _byte(self) -> int:
        return self._take(1)[0]

    def _length(self, kind: int) -> int:
        if kind not in {0x69, 0x55, 0x49, 0x6C, 0x4C}:
            raise Unjudged("malformed", f"a length of type {kind}")
        size = _SIZES[kind]
        return int.from_bytes(self._take(size), "big", signed=kind != 0x55)  # noqa: PLR2004 (U is unsigned)

    def _header(self) -> tuple[int | None, int | None, int]:
        """Type and count of a container where they are told, and else its first byte."""
        byte, kind, count = self._byte(), None, None
        if byte == 0x24:  # noqa: PLR2004 ($)
            kind, byte = self._byte(), self._byte()
            if byte != 0x23:  # noqa: PLR2004 (#)
                raise Unjudged("malformed", "a type without a count")
        if byte == 0x23:  # noqa: PLR2004 (#)
            count = self._length(self._byte())
            if count < 0:
                raise Unjudged("malformed", f"a count of {count}")
        return kind, count, byte

    def _table(self, depth: int) -> set[str]:
        """Names and values to the end; of the names a few are kept."""
        names: set[str] = set()
        kind, count, byte = self._header()
        done = 0
        while count is None or done < count:
            if count is None and byte == 0x7D:  # noqa: PLR2004 (})
                break
            first = byte if count is None else self._byte()
            name = self._take(min(self._length(first), CHUNK))
            if len(names) < 100:  # noqa: PLR2004 (few are asked for)
                names.add(name.decode("utf-8", "replace"))
            self._value(kind if kind is not None else self._byte(), depth + 1)
            done += 1
            byte = self._byte() if count is None else byte
        return names

    def _list(self, depth: int) -> None:
        kind, count, byte = self._header()
        if count is not None and kind is not None and (kind in _SIZES or kind in _EMPTY):
            self._skip(count * _SIZES.get(kind, 0))
            return
        done = 0
        while count is None or done < count:
            if count is None and byte == 0x5D:  # noqa: PLR2004 (])
                return
            self._value(kind if kind is not None else byte if count is None else self._byte(), depth + 1)
            done += 1
            byte = self._byte() if count is None else byte

    def _value(self, kind: int, depth: int) -> None:
        self.count += 1
        if not self.count % 4096:
            self._bounds.tick()
        if depth > _DEEPEST:
            raise Unjudged("too-large", f"nested more than {_DEEPEST} deep")
        if kind in _SIZES:
            self._skip(_SIZES[kind])
        elif kind in {0x53, 0x48}:
            self._skip(self._length(self._byte()))
        elif kind == 0x7B:  # noqa: PLR2004 ({)
            self._table(depth)
        elif kind == 0x5B:  # noqa: PLR2004 ([)
            self._list(depth)
        elif kind not in _EMPTY:
            raise Unjudged("malformed", f"a value of type {kind}")
