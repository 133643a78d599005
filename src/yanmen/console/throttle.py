"""Slows down whoever guesses passwords: leaky buckets in a table of fixed size."""

from __future__ import annotations

import hashlib
import ipaddress
import math
import secrets
import threading
from collections.abc import Sequence

from yanmen.core.clock import SECOND, Clock, now

SLOTS = 4_096
"""Buckets of each kind. Two names in one bucket share it: strict, never loose."""


class Throttle:
    """A bucket for each address and one for each account; every attempt takes time and memory that do not grow."""

    def __init__(
        self, clock: Clock = now, *, per_address: int = 10, per_account: int = 20, refill_seconds: int = 15
    ) -> None:
        """Allow so many attempts at once of an address and on an account, then one each ``refill_seconds``."""
        self._clock = clock
        self._sizes = (per_address, per_account)
        self._refill = refill_seconds * SECOND
        self._levels = [[0.0] * SLOTS, [0.0] * SLOTS]
        self._times = [[0] * SLOTS, [0] * SLOTS]
        self._salt = secrets.token_bytes(16)
        self._lock = threading.Lock()

    def wait(self, address: str, account: str) -> int:
        """Count an attempt: 0 when it may go on, else the seconds after which the next one may."""
        at = self._clock()
        with self._lock:
            slots = self._slots(address, account)
            waits = [self._leak(kind, slot, at) for kind, slot in enumerate(slots)]
            if any(waits):
                return max(waits)
            for kind, slot in enumerate(slots):
                self._levels[kind][slot] += 1
            return 0

    def forgive(self, address: str, account: str) -> None:
        """Take an attempt back: the password was right."""
        with self._lock:
            for kind, slot in enumerate(self._slots(address, account)):
                self._levels[kind][slot] = max(0.0, self._levels[kind][slot] - 1)

    def _leak(self, kind: int, slot: int, at: int) -> int:
        passed = max(0, at - self._times[kind][slot])
        level = max(0.0, self._levels[kind][slot] - passed / self._refill)
        self._levels[kind][slot], self._times[kind][slot] = level, at
        over = level + 1 - self._sizes[kind]
        return math.ceil(over * self._refill / SECOND) if over > 0 else 0

    def _slots(self, address: str, account: str) -> Sequence[int]:
        return [self._slot(_network(address)), self._slot(account.casefold())]

    def _slot(self, name: str) -> int:
        digest = hashlib.blake2b(
            name.encode("utf-8", "surrogatepass"), key=self._salt, digest_size=8
        ).digest()
        return int.from_bytes(digest, "big") % SLOTS


def _network(address: str) -> str:
    """What one attacker surely has: an IPv4 address, or the /64 network of an IPv6 address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(parsed.ipv4_mapped or ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
