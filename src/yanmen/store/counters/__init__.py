"""Counts of what callers use: reserved before, settled after; in the process, or in one engine for many gateways."""

from yanmen.store.counters.book import Book
from yanmen.store.counters.counters import Counters, CountersError
from yanmen.store.counters.local import Local
from yanmen.store.counters.meters import (
    CALLS,
    MONEY,
    REQUESTS,
    TOKENS,
    Amounts,
    Denied,
    Granted,
    Left,
    Meter,
    Plan,
    budget,
    concurrent,
    rate,
)

__all__ = [
    "CALLS",
    "MONEY",
    "REQUESTS",
    "TOKENS",
    "Amounts",
    "Book",
    "Counters",
    "CountersError",
    "Denied",
    "Granted",
    "Left",
    "Local",
    "Meter",
    "Plan",
    "budget",
    "concurrent",
    "rate",
]
