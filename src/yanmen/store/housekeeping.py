"""What the store does for itself: bounds the disk, ends what has expired."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial

from yanmen.core.clock import DAY, Clock
from yanmen.core.config import Store as Settings
from yanmen.core.nouns import Event
from yanmen.store import content, masks, pruning
from yanmen.store.database import Database
from yanmen.store.log import Job
from yanmen.store.pruning import Disk

EVERY_SECONDS = 60.0
GROWN = 2_000
"""Rows written since the last look at the size that make another one due."""
HIGH = 0.9
"""Share of ``max_bytes`` at which pruning begins, so that what must be kept has room while it goes on."""


class Housekeeping:
    """Says which jobs are due; the writer runs them, one commit each."""

    def __init__(self, settings: Settings, clock: Clock, disk: Disk | None = None) -> None:
        """The first look is due at once."""
        self._settings = settings
        self._clock = clock
        self._disk = disk or Disk()
        self._next = 0.0
        self._looked = -GROWN
        self._from = 0
        self.pause = EVERY_SECONDS
        """Seconds an idle writer may sleep."""
        self.full = False
        """The bound is reached and nothing is left to prune: no more events of allowed traffic."""

    def due(self, db: Database) -> Iterator[Job]:
        """Jobs to be run now; nothing but two comparisons while none are due."""
        timely = time.monotonic() >= self._next
        if not timely and db.total_changes - self._looked < GROWN:
            return
        self._looked = db.total_changes
        if timely:
            self._next = time.monotonic() + EVERY_SECONDS
            yield partial(expire, at=self._clock())
        yield from self._prune(db)

    def _prune(self, db: Database) -> Iterator[Job]:
        """One batch; the next look follows at once while there is more to be done."""
        most, days = self._settings.max_bytes, self._settings.keep_days
        start = used = self._disk.used(db)
        before = self._clock() - days * DAY if days else 0
        batch = pruning.Batch(
            self._from, before, self._clock(), everything=start > most * HIGH, disk=self._disk
        )
        if batch.wanted(db):
            yield batch.prune
            used = self._disk.used(db)
            self._from = batch.start
        more = (batch.dropped > 0 and used < start) or self._shrink(db)
        self.pause = 0.0 if more else EVERY_SECONDS
        if more:
            self._looked = -GROWN
        self.full = used > most and not batch.dropped

    def _shrink(self, db: Database) -> bool:
        """Give free pages past the bound back to the disk, some at a time; whether there are more."""
        before = self._disk.held(db)
        if before <= self._settings.max_bytes:
            return False
        self._disk.give_back(db)
        return self._settings.max_bytes < self._disk.held(db) < before


def expire(db: Database, at: int) -> tuple[int, tuple[Event, ...]]:
    """End the sessions, the values behind placeholders and the kept content whose time is over."""
    db.execute("DELETE FROM sessions WHERE expires <= ?", (at,))
    masks.expire(db, at)
    return content.expire(db, at)
