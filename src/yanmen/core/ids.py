"""Identifiers that say what they name and sort by the time they were made (the layout of UUIDv7 in base 32)."""

from __future__ import annotations

import itertools
import os
import time
from collections import deque

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's: no i, l, o, u
_PAIRS = tuple(a + b for a in _ALPHABET for b in _ALPHABET)
_count = itertools.count(int.from_bytes(os.urandom(2), "big"))


_SIZE, _STOCK = 9, 512
_chance: deque[bytes] = deque()
"""Chance fetched in stock: a system call for each id costs more than the rest of it. A child process starts with none."""
os.register_at_fork(after_in_child=_chance.clear)


def _some_chance() -> bytes:
    try:
        return _chance.popleft()
    except IndexError:
        fetched = os.urandom(_SIZE * _STOCK)
        _chance.extend(fetched[at : at + _SIZE] for at in range(_SIZE, len(fetched), _SIZE))
        return fetched[:_SIZE]


def new_id(prefix: str) -> str:
    """A new id such as ``evt_01k9…``: 48 bits of milliseconds, 12 of counter, 70 of chance; 26 characters.

    The counter keeps ids of one process apart within a millisecond; the chance keeps processes apart.
    """
    number = (time.time_ns() // 1_000_000 & 0xFFFFFFFFFFFF) << 82
    number |= (next(_count) & 0xFFF) << 70
    number |= int.from_bytes(_some_chance(), "big") >> 2
    pairs = _PAIRS
    return f"{prefix}_" + "".join([pairs[(number >> shift) & 1023] for shift in range(120, -1, -10)])


def time_of(name: str) -> int:
    """When an id was made, in microseconds (to the millisecond). Raises ValueError for what is no id."""
    body = name.rpartition("_")[2]
    if len(body) != 26:  # noqa: PLR2004  # 130 bits, five a character
        raise ValueError(f"{name!r} is not an id")
    number = 0
    for character in body:
        number = number << 5 | _ALPHABET.index(character)
    return (number >> 82) * 1_000
