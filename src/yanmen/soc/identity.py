"""Ids that come out the same when the same thing is done again: this is what makes the room safe to kill at any moment."""

from __future__ import annotations

import hashlib

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def derived_id(prefix: str, at: int, *parts: str) -> str:
    """An id in the layout of ``core.ids``, with a hash of the parts in place of chance.

    ``at`` is microseconds; it makes the id sort by time.
    """
    number = (at // 1_000 & 0xFFFFFFFFFFFF) << 82
    number |= int.from_bytes(hashlib.sha256("\x1f".join(parts).encode()).digest()[:11], "big") >> 6
    return f"{prefix}_" + "".join(_ALPHABET[number >> shift & 31] for shift in range(125, -1, -5))
