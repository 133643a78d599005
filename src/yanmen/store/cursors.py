"""Places in the log that tailing readers have come to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from yanmen.core.nouns import Event
from yanmen.store.database import Database, Readers
from yanmen.store.log import Job

_PUT = "INSERT INTO cursors (name, seq) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET seq = excluded.seq"


class Cursors:
    """Keeps a place for each name."""

    def __init__(self, readers: Readers, run: Callable[[Job], Any]) -> None:
        """Over a store's readers and writer."""
        self._readers = readers
        self._run = run

    def get(self, name: str) -> int:
        """The place; 0 before the first ``set``."""
        row = self._readers.one("SELECT seq FROM cursors WHERE name = ?", name)
        return int(row[0]) if row else 0

    def set(self, name: str, seq: int) -> None:
        """Keep a place, durably. Waits for the disk."""

        def job(db: Database) -> tuple[None, tuple[Event, ...]]:
            db.execute(_PUT, (name, seq))
            return None, ()

        self._run(job)
