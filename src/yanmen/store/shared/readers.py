"""Lends connections for questions, as ``database.Readers`` does."""

from __future__ import annotations

import sqlite3
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from yanmen.store.database import UNREAD, Database, Readers, explained
from yanmen.store.shared.connection import Connection
from yanmen.store.shared.loop import Loop

MOST = 8
"""Connections for questions, of one process; PostgreSQL's are dear, and whoever asks past it waits for one."""


class SharedReaders(Readers):
    """Connections to PostgreSQL, made when first needed."""

    def __init__(self, loop: Loop) -> None:
        """None is open yet."""
        self._loop = loop
        self._free: deque[Connection] = deque()
        self._places = threading.BoundedSemaphore(MOST)
        self._ended = False

    @contextmanager
    def lend(self) -> Iterator[Database]:
        """A connection for one short question; database errors come out as StoreError."""
        if self._ended:
            raise RuntimeError("the store is closed")
        try:
            with self._places:
                db = self._connection()
                try:
                    yield db
                except sqlite3.OperationalError:
                    db.close()
                    raise
                finally:
                    if not db.closed and not self._ended:
                        self._free.append(db)
                    else:
                        db.close()
        except sqlite3.Error as error:
            raise explained(error, UNREAD) from error

    def close(self) -> None:
        """Close every connection; one still lent is closed when it comes back."""
        self._ended = True
        while self._free:
            self._free.pop().close()

    def _connection(self) -> Connection:
        while self._free:
            db = self._free.pop()
            if not db.closed:
                return db
        return Connection(self._loop)
