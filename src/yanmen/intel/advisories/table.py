"""A sorted table in one file: written once, never changed, read in place. Keys to bytes, in compressed blocks.

    magic · blocks · index · card · foot

A block is zlib over msgpack ``[[key…], [value…]]``, about 8 KB before it is compressed; the index names each block's first key,
place, length and CRC-32; the card is whatever the writer says of the whole. A look-up unpacks one block. Nothing in a file
is trusted: every length is held against the file, every block against its checksum and a bound.
"""

from __future__ import annotations

import mmap
import os
import struct
import zlib
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, NoReturn, Self

import msgspec

MAGIC = b"YMTABLE1"
BLOCK = 8 << 10
"""Bytes of a block before it is compressed, beyond its last entry."""
LARGEST_VALUE = 64 << 20
"""Bytes of one value."""
LARGEST_INDEX = 256 << 20
"""Bytes of the index and of the card, unpacked."""
KEPT = 64
"""Unpacked blocks that are remembered."""
_FOOT = struct.Struct("<QIQII8s")


class DamagedError(ValueError):
    """A file that is no table, or not the one that was written."""


class _Place(msgspec.Struct, array_like=True):
    first: str
    start: int
    size: int
    crc: int


_INDEX = msgspec.msgpack.Decoder(list[_Place])
_BLOCK = msgspec.msgpack.Decoder(tuple[list[str], list[bytes]])
_PACK = msgspec.msgpack.Encoder().encode


def write(stream: BinaryIO, entries: Iterable[tuple[str, bytes]], card: bytes) -> None:
    """Write entries, which must come in the order of their keys, each key once; ValueError where they do not."""
    stream.write(MAGIC)
    at, places = len(MAGIC), list[_Place]()
    keys, values, size, last = list[str](), list[bytes](), 0, None

    def close() -> None:
        nonlocal at, size
        packed = zlib.compress(_PACK((keys, values)), 9)
        stream.write(packed)
        places.append(_Place(keys[0], at, len(packed), zlib.crc32(packed)))
        at, size = at + len(packed), 0
        keys.clear()
        values.clear()

    for key, value in entries:
        if last is not None and key <= last:
            raise ValueError(f"{key!r} comes after {last!r}")
        if len(value) > LARGEST_VALUE:
            raise ValueError(f"{key!r} has {len(value)} bytes")
        last = key
        keys.append(key)
        values.append(value)
        size += len(key) + len(value)
        if size >= BLOCK:
            close()
    if keys:
        close()
    index = zlib.compress(_PACK(places), 9)
    stream.write(index)
    stream.write(card)
    crc = zlib.crc32(card, zlib.crc32(index))
    stream.write(_FOOT.pack(at, len(index), at + len(index), len(card), crc, MAGIC))


class Table:
    """A table, open for reading. Many processes may read one; whoever replaces the file disturbs none of them."""

    def __init__(self, path: Path) -> None:
        """Open a file: OSError where it cannot be read, DamagedError where it is no table."""
        self.path = path
        with path.open("rb") as opened:
            if os.fstat(opened.fileno()).st_size < len(MAGIC) + _FOOT.size:
                raise DamagedError(f"{path} is too short")
            self._map = mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)
        try:
            self.card, self._places = self._ends()
        except DamagedError:
            self._map.close()
            raise
        self._firsts = [one.first for one in self._places]
        self._kept: OrderedDict[int, tuple[list[str], list[bytes]]] = OrderedDict()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let the file go."""
        self._map.close()

    def get(self, key: str) -> bytes | None:
        """The value of a key, or None; DamagedError where its block is not as it was written."""
        number = bisect_right(self._firsts, key) - 1
        if number < 0:
            return None
        keys, values = self._block(number)
        found = bisect_right(keys, key) - 1
        return values[found] if found >= 0 and keys[found] == key else None

    def entries(self) -> Iterator[tuple[str, bytes]]:
        """All of it, in order; reads every block."""
        for number in range(len(self._places)):
            yield from zip(*self._block(number), strict=True)

    def _ends(self) -> tuple[bytes, list[_Place]]:
        whole = self._map
        at, index_size, card_at, card_size, crc, magic = _FOOT.unpack_from(whole, len(whole) - _FOOT.size)
        if magic != MAGIC or whole[: len(MAGIC)] != MAGIC:
            self._damaged("its mark is missing")
        if at + index_size != card_at or card_at + card_size + _FOOT.size != len(whole):
            self._damaged("its parts do not add up")
        index, card = whole[at : at + index_size], whole[card_at : card_at + card_size]
        if zlib.crc32(card, zlib.crc32(index)) != crc:
            self._damaged("its index is not as it was written")
        try:
            places = _INDEX.decode(_unpacked(index, LARGEST_INDEX))
        except (msgspec.DecodeError, zlib.error, ValueError) as error:
            self._damaged(f"its index cannot be read: {error}")
        if any(one.start < len(MAGIC) or one.start + one.size > at for one in places):
            self._damaged("a block lies outside of it")
        return card, places

    def _block(self, number: int) -> tuple[list[str], list[bytes]]:
        if (found := self._kept.get(number)) is not None:
            self._kept.move_to_end(number)
            return found
        place = self._places[number]
        packed = self._map[place.start : place.start + place.size]
        if zlib.crc32(packed) != place.crc:
            self._damaged(f"block {number} is not as it was written")
        try:
            block = _BLOCK.decode(_unpacked(packed, LARGEST_VALUE + (1 << 20)))
        except (msgspec.DecodeError, zlib.error, ValueError) as error:
            self._damaged(f"block {number} cannot be read: {error}")
        if len(block[0]) != len(block[1]):
            self._damaged(f"block {number} does not add up")
        self._kept[number] = block
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return block

    def _damaged(self, why: str) -> NoReturn:
        raise DamagedError(f"{self.path}: {why}")


def _unpacked(packed: bytes, most: int) -> bytes:
    reader = zlib.decompressobj()
    data = reader.decompress(packed, most)
    if reader.unconsumed_tail or not reader.eof:
        raise ValueError("it is longer than may be")
    return data
