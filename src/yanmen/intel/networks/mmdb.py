"""Reads the MaxMind DB format (version 2) into ranges. Bounded; whatever is not as the specification says is refused.

The search tree is unfolded once, level by level, so an address is found by one bisection instead of up to 128 steps.
Source: the MaxMind DB file format specification, version 2.0.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from yanmen.intel.networks.origin import NOWHERE, Origin, of_record
from yanmen.intel.networks.ranges import HALF, V4, V6, Ranges, nothing

MARKER = b"\xab\xcd\xefMaxMind.com"
METADATA = 128 << 10
"""The metadata stand in the last so many bytes."""
SEPARATOR = 16
DEPTH = 32
"""Values inside one another, pointers included."""
VALUES = 4_096
"""Values of one record."""
_SIZES = {24, 28, 32}
_NUMBERS = {5: 2, 6: 4, 9: 8, 10: 16}
_POINTERS = ((1, 0), (2, 2_048), (3, 526_336), (4, 0))


class MalformedError(ValueError):
    """The file is not what it claims to be; the message says where."""


class Database(NamedTuple):
    """What a file says."""

    v4: Ranges
    v6: Ranges
    origins: list[Origin]
    """What the values of the ranges stand for."""
    kind: str
    built: int
    """Seconds since the epoch."""


def read(data: bytes) -> Database:
    """A whole file's bytes; MalformedError where they are none."""
    place = data.rfind(MARKER, max(0, len(data) - METADATA))
    if place < 0:
        raise MalformedError("there is no marker of a MaxMind DB at its end")
    about = Section(data[place + len(MARKER) :]).record(0)
    count, size, version = (_number(about, name) for name in ("node_count", "record_size", "ip_version"))
    if _number(about, "binary_format_major_version") != 2 or size not in _SIZES or version not in {4, 6}:  # noqa: PLR2004
        raise MalformedError(f"version, record size {size} or IP version {version} is unknown")
    tree = count * size // 4
    if not count or tree + SEPARATOR > place:
        raise MalformedError(f"{count} nodes do not fit into the file")
    nodes = _nodes(np.frombuffer(data, np.uint8, tree), size).astype(np.int64)
    section = Section(data[tree + SEPARATOR : place])
    if (
        nodes.max() >= count + SEPARATOR + len(section.data)
        or ((nodes > count) & (nodes < count + SEPARATOR)).any()
    ):
        raise MalformedError("the tree points outside of the data")
    root = _ipv4_root(nodes, count) if version == 6 else 0  # noqa: PLR2004
    v4 = _unfolded(nodes, root, V4, -1) if root < count else _single(root, count)
    v6 = _unfolded(nodes, 0, V6, root) if version == 6 else nothing()  # noqa: PLR2004
    offsets = np.unique(np.concatenate([v4.values, v6.values]))
    offsets = offsets[offsets > count]
    origins = [of_record(section.record(int(one) - count - SEPARATOR)) for one in offsets]
    kind = about.get("database_type")
    return Database(
        v4=_numbered(v4, offsets),
        v6=_numbered(v6, offsets),
        origins=origins or [NOWHERE],
        kind=kind if isinstance(kind, str) else "",
        built=_number(about, "build_epoch"),
    )


def _number(about: Any, name: str) -> int:
    value = about.get(name) if isinstance(about, dict) else None
    if not isinstance(value, int) or value < 0:
        raise MalformedError(f"its metadata have no {name}")
    return value


def _nodes(raw: NDArray[np.uint8], size: int) -> NDArray[np.uint32]:
    """Left and right of every node."""
    bits = raw.reshape(-1, size // 4).astype(np.uint32)
    if size == 32:  # noqa: PLR2004
        return np.stack([_big(bits[:, :4]), _big(bits[:, 4:])], axis=1)
    left, right = _big(bits[:, :3]), _big(bits[:, -3:])
    if size == 28:  # noqa: PLR2004
        shared = bits[:, 3]
        left |= shared >> np.uint32(4) << np.uint32(24)
        right |= (shared & np.uint32(15)) << np.uint32(24)
    return np.stack([left, right], axis=1)


def _big(columns: NDArray[np.uint32]) -> NDArray[np.uint32]:
    found = np.zeros(len(columns), np.uint32)
    for place in range(columns.shape[1]):
        found = found << np.uint32(8) | columns[:, place]
    return found


def _ipv4_root(nodes: NDArray[np.int64], count: int) -> int:
    """Where ``::/96`` leads: IPv4 addresses stand below."""
    node = 0
    for _ in range(V6 - V4):
        node = int(nodes[node, 0])
        if node >= count:
            break
    return node


def _single(value: int, count: int) -> Ranges:
    """All addresses alike."""
    found = nothing()
    return found._replace(values=np.full(1, value if value > count else -1, np.int64))


def _unfolded(nodes: NDArray[np.int64], root: int, width: int, alias: int) -> Ranges:
    """The leaves below a node in order; below ``alias`` (the tree of IPv4 in that of IPv6) nothing is looked at."""
    count = len(nodes)
    node = np.array([root], np.int64)
    high, low = np.zeros(1, np.uint64), np.zeros(1, np.uint64)
    leaves: list[Ranges] = []
    visited = 0
    for depth in range(width):
        visited += len(node)
        if visited > count:
            raise MalformedError("the tree has a loop")
        bit = width - 1 - depth
        top, bottom = (1 << bit - HALF, 0) if bit >= HALF else (0, 1 << bit) if width == V6 else (1 << bit, 0)
        child = nodes[node].T.reshape(-1)
        high = np.concatenate([high, high | np.uint64(top)])
        low = np.concatenate([low, low | np.uint64(bottom)])
        inner = (child < count) & (child != alias)
        leaf = np.where(child > count, child, -1)
        leaves.append(Ranges(high[~inner], low[~inner], leaf[~inner]))
        node, high, low = child[inner], high[inner], low[inner]
        if not len(node):
            break
    if len(node):
        raise MalformedError("the tree is deeper than an address is long")
    high, low, values = (np.concatenate(column) for column in zip(*leaves, strict=True))
    order = np.lexsort((low, high))
    return Ranges(high[order], low[order], values[order])


def _numbered(ranges: Ranges, offsets: NDArray[np.int64]) -> Ranges:
    known = ranges.values > 0
    numbers = np.where(known, np.searchsorted(offsets, ranges.values), -1)
    return ranges._replace(values=numbers.astype(np.int64))


class Section:
    """A data section: values by their offset, what is pointed at read once."""

    def __init__(self, data: bytes) -> None:
        """Over the section's bytes."""
        self.data = data
        self._known: dict[int, Any] = {}
        self._left = 0

    def record(self, offset: int) -> Any:
        """The value at an offset; MalformedError where it is none or too large."""
        self._left = VALUES
        try:
            return self._value(offset, 0)[0]
        except (IndexError, struct.error, UnicodeDecodeError) as error:
            raise MalformedError(f"the data at {offset} are cut off or no text") from error

    def _value(self, at: int, depth: int) -> tuple[Any, int]:
        self._left -= 1
        if depth > DEPTH or self._left < 0:
            raise MalformedError(f"the data at {at} are too deep or too large")
        control = self.data[at]
        kind, at = control >> 5, at + 1
        if kind == 1:
            return self._pointed(control, at, depth)
        if kind == 0:
            kind, at = 7 + self.data[at], at + 1
        size = control & 31
        if size > 28:  # noqa: PLR2004
            extra = size - 28
            size = (29, 285, 65_821)[extra - 1] + int.from_bytes(self._bytes(at, extra), "big")
            at += extra
        if kind == 7:  # noqa: PLR2004
            return self._map(at, size, depth)
        if kind == 11:  # noqa: PLR2004
            return self._list(at, size, depth)
        if kind == 14:  # noqa: PLR2004
            return bool(size), at
        return self._plain(kind, self._bytes(at, size)), at + size

    def _bytes(self, at: int, size: int) -> bytes:
        if at + size > len(self.data):
            raise IndexError(at)
        return self.data[at : at + size]

    def _pointed(self, control: int, at: int, depth: int) -> tuple[Any, int]:
        length, base = _POINTERS[control >> 3 & 3]
        rest = int.from_bytes(self._bytes(at, length), "big")
        target = base + rest + (0 if length == 4 else (control & 7) << 8 * length)  # noqa: PLR2004
        if target not in self._known:
            self._known[target] = self._value(target, depth + 1)[0]
        return self._known[target], at + length

    def _map(self, at: int, size: int, depth: int) -> tuple[dict[str, Any], int]:
        found: dict[str, Any] = {}
        for _ in range(size):
            name, at = self._value(at, depth + 1)
            value, at = self._value(at, depth + 1)
            if not isinstance(name, str):
                raise MalformedError(f"a name at {at} is no text")
            found[name] = value
        return found, at

    def _list(self, at: int, size: int, depth: int) -> tuple[list[Any], int]:
        found = []
        for _ in range(size):
            value, at = self._value(at, depth + 1)
            found.append(value)
        return found, at

    @staticmethod
    def _plain(kind: int, raw: bytes) -> Any:
        if kind in _NUMBERS and len(raw) <= _NUMBERS[kind]:
            return int.from_bytes(raw, "big")
        reader: Callable[[bytes], Any] | None = _READERS.get(kind)
        if reader is None:
            raise MalformedError(f"a value of kind {kind} with {len(raw)} bytes")
        return reader(raw)


_READERS: dict[int, Callable[[bytes], Any]] = {
    2: lambda raw: raw.decode("utf-8"),
    3: lambda raw: struct.unpack(">d", raw)[0],
    4: bytes,
    8: lambda raw: int.from_bytes(raw.rjust(4, b"\0")[-4:], "big", signed=True),
    15: lambda raw: struct.unpack(">f", raw)[0],
}
