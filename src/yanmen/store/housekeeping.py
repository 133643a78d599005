"""What the store does for itself: bounds the disk, ends what has expired."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from functools import partial

from yanmen.core.clock import DAY, Clock
from yanmen.core.config import Store as Settings
from yanmen.core.nouns import Event
from yanmen.store import content, masks, pruning
from yanmen.store.log import Job

EVERY_SECONDS = 60.0
GROWN = 2_000
"""Rows written since the last look at the size that make another one due."""
_PAGES = 2_000  # given back at once
HIGH = 0.9
"""Share of ``max_bytes`` at which pruning begins, so that what must be kept has room while it goes on."""


class Housekeeping:
    """Says which jobs are due; the writer runs them, one commit each."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        """The first look is due at once."""
        self._settings = settings
        self._clock = clock
        self._next = 0.0
        self._looked = -GROWN
        self._from = 0
        self.pause = EVERY_SECONDS
        """Seconds an idle writer may sleep."""
        self.full = False
        """The bound is reached and nothing is left to prune: no more events of allowed traffic."""

    def due(self, db: sqlite3.Connection) -> Iterator[Job]:
        """Jobs to be run now; nothing but two comparisons while none are due."""
        timely = time.monotonic() >= self._next
        if not timely and db.total_changes - self._looked < GROWN:
            return
        self._looked = db.total_changes
        if timely:
            self._next = time.monotonic() + EVERY_SECONDS
            yield partial(expire, at=self._clock())
        yield from self._prune(db)

    def _prune(self, db: sqlite3.Connection) -> Iterator[Job]:
        """One batch; the next look follows at once while there is more to be done."""
        most, days = self._settings.max_bytes, self._settings.keep_days
        start = used = pruning.used(db)
        before = self._clock() - days * DAY if days else 0
        batch = pruning.Batch(self._from, before, self._clock(), everything=start > most * HIGH)
        if batch.wanted(db):
            yield batch.prune
            used = pruning.used(db)
            self._from = batch.start
        more = (batch.dropped > 0 and used < start) or self._shrink(db)
        self.pause = 0.0 if more else EVERY_SECONDS
        if more:
            self._looked = -GROWN
        self.full = used > most and not batch.dropped

    def _shrink(self, db: sqlite3.Connection) -> bool:
        """Give free pages past the bound back to the disk, some at a time; whether there are more."""
        before = pruning.file_bytes(db)
        if before <= self._settings.max_bytes:
            return False
        db.execute(f"PRAGMA incremental_vacuum({_PAGES})").fetchall()
        return self._settings.max_bytes < pruning.file_bytes(db) < before


def expire(db: sqlite3.Connection, at: int) -> tuple[int, tuple[Event, ...]]:
    """End the sessions, the values behind placeholders and the kept content whose time is over."""
    db.execute("DELETE FROM sessions WHERE expires <= ?", (at,))
    masks.expire(db, at)
    return content.expire(db, at)
