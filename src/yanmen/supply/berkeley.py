"""The values of a Berkeley DB hash file, as rpm kept its packages up to 4.16: read, never opened.

CentOS 7, RHEL 8 and Amazon Linux 2 have one. Pages, entries and chains are bounded by the file itself: a page that is named twice,
or lies outside, ends the reading.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from yanmen.supply.walk import UnreadError

MAGIC = 0x061561
"""Of a hash, at byte 12, in the order of the machine that wrote it."""
_SIZES = frozenset(1 << power for power in range(9, 17))
"""Of pages, in bytes."""
_HEAD = 26
_HASHES = frozenset({2, 13})
_OVERFLOW = 7
_HELD, _ELSEWHERE = 1, 3
"""Kinds of entries: its bytes follow; they lie on pages of their own."""


class _Book(NamedTuple):
    data: bytes
    page: int
    order: str
    """``<`` or ``>``."""

    def at(self, number: int) -> bytes:
        start = number * self.page
        held = self.data[start : start + self.page]
        if len(held) < self.page:
            raise UnreadError("malformed", "a page beyond the end")
        return held

    def numbers(self, form: str, held: bytes, place: int) -> tuple[int, ...]:
        return struct.unpack_from(self.order + form, held, place)


def is_berkeley(data: bytes) -> bool:
    """By its first page."""
    return data[12:16] in {struct.pack("<I", MAGIC), struct.pack(">I", MAGIC)}


def values(data: bytes) -> Iterator[bytes]:
    """Every value, page after page; UnreadError where the file is no such hash, or breaks off."""
    order = "<" if data[12:16] == struct.pack("<I", MAGIC) else ">"
    if not is_berkeley(data) or len(data) < 72:  # noqa: PLR2004  # what every first page says
        raise UnreadError("malformed", "no hash of Berkeley DB")
    (size,) = struct.unpack_from(order + "I", data, 20)
    if size not in _SIZES or data[24]:
        raise UnreadError("unsupported", f"pages of {size} bytes, or encrypted ones")
    book = _Book(data, size, order)
    seen: set[int] = set()
    for number in range(1, len(data) // size):
        held = book.at(number)
        if held[25] in _HASHES:
            yield from _of_page(book, held, seen)


def _of_page(book: _Book, held: bytes, seen: set[int]) -> Iterator[bytes]:
    """Keys and values stand in turn; each begins where its number in the index says, and ends where the one before it begins."""
    (count,) = book.numbers("H", held, 20)
    if _HEAD + 2 * count > book.page:
        raise UnreadError("malformed", "an index longer than its page")
    starts = book.numbers(f"{count}H", held, _HEAD)
    for place in range(1, count, 2):
        start, end = starts[place], starts[place - 1]
        if not _HEAD <= start < end <= book.page:
            raise UnreadError("malformed", "an entry that does not lie on its page")
        if held[start] == _HELD:
            yield held[start + 1 : end]
        elif held[start] == _ELSEWHERE and end - start >= 12:  # noqa: PLR2004  # kind, first page, length
            number, length = book.numbers("II", held, start + 4)
            yield _chained(book, number, length, seen)


def _chained(book: _Book, number: int, length: int, seen: set[int]) -> bytes:
    """A long value, from page to page."""
    found = bytearray()
    while number and len(found) < length:
        if number in seen:
            raise UnreadError("malformed", f"page {number} is named twice")
        seen.add(number)
        held = book.at(number)
        (kept,) = book.numbers("H", held, 22)
        if held[25] != _OVERFLOW or _HEAD + kept > book.page:
            raise UnreadError("malformed", f"page {number} holds no part of a value")
        found += held[_HEAD : _HEAD + kept]
        (number,) = book.numbers("I", held, 16)
    if len(found) != length:
        raise UnreadError("malformed", "a value that breaks off")
    return bytes(found)
