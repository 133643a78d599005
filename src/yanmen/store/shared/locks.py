"""Locks by name over all nodes: PostgreSQL's advisory locks, which end with the connection that holds them."""

from __future__ import annotations

import hashlib
import sqlite3

from yanmen.store.database import UNREAD, explained
from yanmen.store.shared.connection import Connection
from yanmen.store.shared.loop import Loop


class SharedLock:
    """One holder at a time. Not re-entrant."""

    def __init__(self, loop: Loop, name: str) -> None:
        """Connects when first taken."""
        self._loop = loop
        self._number = int.from_bytes(
            hashlib.sha256(b"yanmen lock " + name.encode()).digest()[:8], "big", signed=True
        )
        self._db: Connection | None = None
        self._ours = False

    def take(self) -> bool:
        """Take it if nobody has it; True when it is ours, also when it was already. StoreError when nobody can say."""
        try:
            if self._db is None or self._db.closed:
                self._ours = False
                self._db = Connection(self._loop)
            question = "SELECT 1" if self._ours else "SELECT pg_try_advisory_lock(?)::int"
            (found,) = self._db.execute(question, () if self._ours else (self._number,)).fetchone()
        except sqlite3.Error as error:
            self.free()
            raise explained(error, UNREAD) from error
        self._ours = bool(found)
        return self._ours

    def free(self) -> None:
        """Give it back; harmless when it is not ours."""
        db, self._db, self._ours = self._db, None, False
        if db is not None:
            db.quit()
