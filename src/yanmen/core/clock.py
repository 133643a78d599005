"""The one clock. Times are integers: microseconds since 1970-01-01T00:00:00Z."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], int]
"""Answers the present time in microseconds, UTC. Tests pass their own."""

SECOND = 1_000_000
HOUR = 3_600 * SECOND
DAY = 24 * HOUR


def now() -> int:
    """The present time in microseconds, UTC."""
    return time.time_ns() // 1_000


def iso(at: int) -> str:
    """``2026-11-21T07:00:00.000123Z`` for a time in microseconds."""
    seconds, micros = divmod(at, SECOND)
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S") + f".{micros:06d}Z"
