"""Proof of work: a challenge that anybody can make sure of and nobody need remember, after Hashcash (Back 2002).

A challenge is ``v1.BITS.EXPIRES.SALT.MAC``: how many leading zero bits are asked, until when (seconds since the epoch), chance, and
an HMAC over these and over whom it is for. A proof is ``CHALLENGE:NONCE`` whose SHA-256 begins with so many zero bits. Two to the
power of BITS hashes are needed on average, one to check it. Whom it is for does not stand in it: somebody else's is worth nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import itertools
import os
import re
from typing import Literal, NamedTuple

from yanmen.core.clock import SECOND

FEWEST, MOST_BITS = 8, 32
"""Of a challenge. 18: a quarter of a second in one thread of this language, ten times as fast in C; each bit doubles it."""
LONGEST = 200
"""Characters of a proof."""
_PROOF = re.compile(
    r"(v1\.([0-9]{1,2})\.([0-9]{1,12})\.([0-9a-f]{16})\.([0-9a-f]{32})):([0-9A-Za-z_-]{1,40})"
)

Wrong = Literal["malformed", "not-ours", "expired", "too-easy", "no-work"]
"""Why a proof is none: its form, its MAC (or it is somebody else's), its time, fewer bits than are asked, no such hash."""


class Proved(NamedTuple):
    """A good proof."""

    bits: int
    expires: int
    """Microseconds."""
    event: str
    """The id of the event that records its use: the same for every use of one challenge, so it is used once."""


def challenge(secret: bytes, whom: str, *, bits: int, seconds: int, at: int) -> str:
    """A challenge for somebody, good for so many seconds from a time (microseconds)."""
    bits = max(FEWEST, min(MOST_BITS, bits))
    body = f"v1.{bits}.{at // SECOND + seconds}.{os.urandom(8).hex()}"
    return f"{body}.{_mac(secret, body, whom)}"


def checked(secret: bytes, whom: str, proof: str, *, bits: int, at: int) -> Proved | Wrong:
    """What a proof is worth to somebody who asks for so many bits at a time. Whether it was used before, the caller must know."""
    found = _PROOF.fullmatch(proof) if len(proof) <= LONGEST else None
    if found is None:
        return "malformed"
    asked, text, said, until, _, mac, _ = found[0], *found.groups()
    body = text.rpartition(".")[0]
    if not hmac.compare_digest(mac, _mac(secret, body, whom)):
        return "not-ours"
    if int(until) * SECOND <= at:
        return "expired"
    if int(said) < bits:
        return "too-easy"
    digest = hashlib.sha256(asked.encode()).digest()
    if int.from_bytes(digest, "big") >> 256 - int(said):
        return "no-work"
    used = hashlib.sha256(b"proof\0" + text.encode()).hexdigest()[:26]
    return Proved(int(said), int(until) * SECOND, f"evt_{used}")


def solved(text: str) -> str:
    """The proof of a challenge, by trying. Takes as long as its bits ask."""
    bits = int(text.split(".")[1])
    start = hashlib.sha256(f"{text}:".encode())
    for number in itertools.count():
        nonce = f"{number:x}"
        attempt = start.copy()
        attempt.update(nonce.encode())
        if not int.from_bytes(attempt.digest(), "big") >> 256 - bits:
            return f"{text}:{nonce}"
    raise AssertionError("unreachable")


def _mac(secret: bytes, body: str, whom: str) -> str:
    return hmac.new(secret, f"{body}\0{whom}".encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[
        :32
    ]
