"""Identifiers that say what they name and sort by the time they were made (the layout of UUIDv7 in base 32)."""

from __future__ import annotations

import itertools
import os
import time
from collections import deque

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's: no i, l, o, u
_PAIRS = tuple(a + b for a in _ALPHABET for b in _ALPHABET)
_count = itertools.count(int.from_bytes(os.urandom(2), "big"))

_SIZE, _STOCK = 14, 512
_LETTERS = bytes(ord(_ALPHABET[byte & 31]) for byte in range(256))
"""Five bits of a random byte as a letter."""
_chance: deque[str] = deque()
"""Chance fetched in stock: a system call for each id costs more than the rest of it. A child process starts with none."""
os.register_at_fork(after_in_child=_chance.clear)


def _some_chance() -> str:
    try:
        return _chance.popleft()
    except IndexError:
        fetched = os.urandom(_SIZE * _STOCK).translate(_LETTERS).decode()
        _chance.extend(fetched[at : at + _SIZE] for at in range(_SIZE, len(fetched), _SIZE))
        return fetched[:_SIZE]


def new_id(prefix: str) -> str:
    """A new id such as ``evt_01k9…``: 48 bits of milliseconds, 12 of counter, 70 of chance; 26 characters.

    The counter keeps ids of one process apart within a millisecond; the chance keeps processes apart.
    """
    at = (time.time_ns() // 1_000_000 & 0xFFFFFFFFFFFF) << 12 | next(_count) & 0xFFF
    of = _PAIRS
    return (
        f"{prefix}_{of[at >> 50]}{of[at >> 40 & 1023]}{of[at >> 30 & 1023]}"
        f"{of[at >> 20 & 1023]}{of[at >> 10 & 1023]}{of[at & 1023]}{_some_chance()}"
    )


def time_of(name: str) -> int:
    """When an id was made, in microseconds (to the millisecond). Raises ValueError for what is no id."""
    body = name.rpartition("_")[2]
    if len(body) != 26:  # noqa: PLR2004  # 130 bits, five a character
        raise ValueError(f"{name!r} is not an id")
    number = 0
    for character in body:
        number = number << 5 | _ALPHABET.index(character)
    return (number >> 82) * 1_000
