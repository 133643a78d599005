"""What all connections of one server share: bounds, counters, the date, and one timer that looks at every deadline."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from email.utils import formatdate
from typing import Protocol

from yanmen.core.config import Bounds
from yanmen.gateway.downstream.refusals import Refusal

OnRefused = Callable[[str, int, str, str], None]
"""Told of a refusal that the application never saw: its code, HTTP status, the client's address, and a detail."""
LONGEST_PERIOD = 0.5
"""Seconds between two looks at the deadlines, at most: how much later than configured one may be noticed."""


class Watched(Protocol):
    """A connection, as its deadlines are looked at."""

    def look(self, now: float) -> None:
        """Act on whatever is overdue at this loop time."""

    def abort(self) -> None:
        """Close the socket without sending anything more."""


class Counters:
    """What the server has done since it started; read by the metrics page."""

    __slots__ = ("bytes_in", "bytes_out", "connections", "gone", "refused", "requests", "slow_readers")

    def __init__(self) -> None:
        """All zero."""
        self.connections = 0
        """Connections taken, the refused ones included."""
        self.requests = 0
        """Responses that went out whole."""
        self.bytes_in = 0
        self.bytes_out = 0
        self.gone = 0
        """Clients that left before their response was complete."""
        self.slow_readers = 0
        """Connections cut off because their reader was too slow."""
        self.refused: dict[str, int] = {}
        """Refusals that the application never saw, by code."""


class Connections:
    """The open connections of one server, and what they share."""

    def __init__(self, bounds: Bounds, on_refused: OnRefused, *, grace: float = 5.0) -> None:
        """``grace``: seconds over which a sender's or reader's rate is judged."""
        self.bounds = bounds
        self.grace = grace
        self.counters = Counters()
        self.date = b""
        """The Date header's line."""
        self.open: set[Watched] = set()
        """Every open connection, those being turned away included."""
        self.turned_away = 0
        """How many of them are past the maximum and being told so."""
        self._on_refused = on_refused
        shortest = min(bounds.header_seconds, bounds.body_seconds, bounds.idle_seconds, grace)
        self._period = min(LONGEST_PERIOD, shortest / 4)
        self._second = 0
        self._timer: asyncio.TimerHandle | None = None

    def add(self, connection: Watched, loop: asyncio.AbstractEventLoop) -> None:
        """A connection has been opened."""
        self.counters.connections += 1
        self.open.add(connection)
        if self._timer is None:
            self._look(loop)

    def remove(self, connection: Watched) -> None:
        """A connection is no more."""
        self.open.discard(connection)
        if not self.open and self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def refused(self, refusal: Refusal, peer: str, detail: str) -> None:
        """Count a refusal and tell of it."""
        counts = self.counters.refused
        counts[refusal.code] = counts.get(refusal.code, 0) + 1
        self._on_refused(refusal.code, refusal.status, peer, detail)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        second = int(time.time())
        if second != self._second:
            self._second, self.date = second, b"date: %b\r\n" % formatdate(second, usegmt=True).encode()
        now = loop.time()
        for connection in list(self.open):
            connection.look(now)
        self._timer = loop.call_later(self._period, self._look, loop) if self.open else None
