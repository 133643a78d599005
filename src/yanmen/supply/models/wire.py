"""Protocol buffers on the wire: fields one after the other, without a schema, of files of any size.

Only what is asked for is held: a field of bytes is given by its place, and read or entered when its number is one that matters.
Source: protobuf.dev, "Encoding".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from yanmen.supply.models.bounds import Bounds, Unjudged
from yanmen.supply.targets import Artifact

_WINDOW = 1 << 16
_FIELDS = 4_000_000
"""Fields of one file that are walked; graphs of the field have some hundred thousand."""
VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5


class Field(NamedTuple):
    """One field: a number in ``value``, or bytes from ``start`` to ``end``."""

    number: int
    kind: int
    value: int
    start: int
    end: int


class Wire:
    """A message's bytes, walked field by field."""

    def __init__(self, artifact: Artifact, bounds: Bounds) -> None:
        self.size = artifact.size
        self._stream: BinaryIO = artifact.open()
        self._bounds = bounds
        self._from = 0
        self._window = b""
        self._steps = 0

    def close(self) -> None:
        """Close the file."""
        self._stream.close()

    def fields(self, start: int = 0, end: int | None = None) -> Iterator[Field]:
        """Every field of the message between two places. Unjudged where it is not on the wire as it should be."""
        at = start
        stop = self.size if end is None else end
        while at < stop:
            self._steps += 1
            if not self._steps % 4096:
                self._bounds.tick()
            if self._steps > _FIELDS:
                raise Unjudged("too-large", f"more than {_FIELDS} fields")
            key, at = self._varint(at, stop)
            number, kind = key >> 3, key & 7
            if number == 0:
                raise Unjudged("malformed", f"field 0 at {at}")
            if kind == VARINT:
                value, at = self._varint(at, stop)
                yield Field(number, kind, value, at, at)
                continue
            if kind == BYTES:
                size, at = self._varint(at, stop)
            elif kind in {FIXED64, FIXED32}:
                size = 8 if kind == FIXED64 else 4
            else:
                raise Unjudged("malformed", f"wire type {kind} at {at}")
            if size > stop - at:
                raise Unjudged("malformed", f"a field of {size} bytes at {at}, where {stop - at} are left")
            yield Field(number, kind, 0, at, at + size)
            at += size

    def held(self, field: Field, most: int) -> bytes:
        """A field's bytes. Unjudged where they are more than that."""
        size = field.end - field.start
        if size > most:
            raise Unjudged("too-large", f"a field of {size} bytes")
        return self._take(field.start, size)

    def text(self, field: Field, most: int = 4_096) -> str:
        """A field's text."""
        return self.held(field, most).decode("utf-8", "replace")

    def _take(self, start: int, size: int) -> bytes:
        inside = start - self._from
        if inside >= 0 and inside + size <= len(self._window):
            return self._window[inside : inside + size]
        if size > _WINDOW:
            self._stream.seek(start)
            return self._stream.read(size)
        self._stream.seek(start)
        self._from, self._window = start, self._stream.read(_WINDOW)
        return self._window[:size]

    def _varint(self, at: int, stop: int) -> tuple[int, int]:
        if at < self._from or at + 10 > self._from + len(self._window):
            self._stream.seek(at)
            self._from, self._window = at, self._stream.read(_WINDOW)
        held, place = self._window, at - self._from
        value = shift = 0
        last = min(len(held), stop - self._from)
        while place < last and shift < 70:  # noqa: PLR2004 (ten groups of seven bits)
            byte = held[place]
            value |= (byte & 0x7F) << shift
            place += 1
            if byte < 0x80:  # noqa: PLR2004 (the last group)
                return value & 0xFFFFFFFFFFFFFFFF, place + self._from
            shift += 7
        raise Unjudged("malformed", f"a number without an end at {at}")
