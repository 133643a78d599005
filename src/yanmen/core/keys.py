"""The format of Yanmen's own API keys: ``ym_`` + 32 random characters + 6 of checksum, so that a leak is known at sight."""

from __future__ import annotations

import hashlib
import secrets
import string
import zlib

PREFIX = "ym_"
_ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
_LETTERS = frozenset(_ALPHABET)
_PAIRS = [first + last for first in _ALPHABET for last in _ALPHABET]
_RANDOM = 32
_CHECK = 6
PATTERN = rf"ym_[0-9A-Za-z]{{{_RANDOM + _CHECK}}}"
"""A regular expression for a key's shape; ``is_key`` decides."""


def new_key() -> str:
    """A new key: 190 bits of chance and its CRC-32 in base 62."""
    body = "".join(secrets.choice(_ALPHABET) for _ in range(_RANDOM))
    return PREFIX + body + _checksum(body)


def is_key(text: str) -> bool:
    """Whether the text has a key's shape and its checksum is right (chance of a stray match: 1 in 4 billion)."""
    body, check = text[len(PREFIX) : -_CHECK], text[-_CHECK:]
    return (
        text.startswith(PREFIX)
        and len(body) == _RANDOM
        and _LETTERS.issuperset(body)
        and _checksum(body) == check
    )


def key_hash(key: str) -> str:
    """SHA-256 in hex: all that is ever stored of a key. Plain, because a key has 190 bits of chance of its own."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def _checksum(body: str) -> str:
    rest, last = divmod(zlib.crc32(body.encode()), len(_PAIRS))
    first, middle = divmod(rest, len(_PAIRS))
    return _PAIRS[first] + _PAIRS[middle] + _PAIRS[last]
