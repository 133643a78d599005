"""The writer of the embedded store: what was gathered goes into one durable commit at a time."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from yanmen.core.clock import Clock
from yanmen.core.config import Store as Settings
from yanmen.core.nouns import Event
from yanmen.store.checkpoints import Signer
from yanmen.store.database import COPY, FILE, UNWRITTEN, Database, connect, explained
from yanmen.store.gathering import Gathering
from yanmen.store.housekeeping import Housekeeping
from yanmen.store.log import MISTAKES, Item, write
from yanmen.store.signing import Signing

RETRY_SECONDS = 0.25
"""Between tries while the disk refuses."""


class Writer(Gathering):
    """Owns the writing connection."""

    def __init__(self, folder: Path, settings: Settings, signing: Signing, clock: Clock) -> None:
        """Open the connection and start the thread."""
        super().__init__(folder, settings, clock)
        self._db = connect(folder / FILE, writing=True)
        self._signing = signing
        self._checkpoint = Copy(folder / COPY)
        self._house = Housekeeping(settings, clock)
        self._begin()

    @property
    def _full(self) -> bool:
        return self._house.full

    @property
    def _sleep(self) -> float:
        return self._house.pause

    def _end(self) -> None:
        self._db.close()

    def _between(self) -> None:
        with contextlib.suppress(sqlite3.Error):  # a disk that refuses: looked after when it does not
            for job in self._house.due(self._db):
                self._commit([Item((), None, job)])

    def _commit(self, batch: list[Item]) -> None:
        try:
            outcomes = self._transaction(batch)
        except (sqlite3.IntegrityError, sqlite3.ProgrammingError, sqlite3.DataError, *MISTAKES) as error:
            self._apart(batch, error)
        except sqlite3.Error as error:
            self._failed(batch, error)
        else:
            for item, outcome in zip(batch, outcomes, strict=True):
                self._settle(item, outcome)
            self._checkpoint.renew(self._db)

    def _transaction(self, batch: Sequence[Item]) -> list[Any]:
        db = self._db
        db.execute("BEGIN IMMEDIATE")
        try:
            outcomes = write(db, self._signer(), batch)
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise
        return outcomes

    def _signer(self) -> Signer:
        """Who signs now: another than before, when somebody has rotated the key meanwhile."""
        found = self._signing.current(self._db)
        if found is None:
            raise sqlite3.OperationalError("the log's signing key is not in secrets/")
        return found

    def _apart(self, batch: list[Item], error: Exception) -> None:
        """One of them does not fit into the tables (an id used twice): write each alone, so that only that one fails."""
        if len(batch) == 1:
            self._settle(batch[0], ValueError(f"the event cannot be recorded: {error}"))
            return
        for item in batch:
            self._commit([item])

    def _failed(self, batch: list[Item], error: sqlite3.Error) -> None:
        """The database refuses: whoever waits is told; the events of allowed traffic wait for the next try."""
        soon = [item for item in batch if item.future is None and item.job is None]
        urgent = [item for item in batch if item.future is not None]
        full = getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_FULL
        if full and urgent and soon:
            self._queue.extendleft(reversed(soon))
            self._commit(urgent)  # less may still fit
            return
        for item in urgent:
            self._settle(item, explained(error, UNWRITTEN))
        if self._closing:
            self._losses.add("write-failed", sum(len(item.events) for item in soon))
        else:
            self._queue.extendleft(reversed(soon))
            time.sleep(0 if urgent else RETRY_SECONDS)

    def _lost(self, event: Event) -> bool:
        try:
            self._transaction([Item((event,))])
        except sqlite3.Error:
            return False
        return True


class Copy:
    """The newest checkpoint in a file of its own, beside the database: to be fetched from outside, and to be compared."""

    def __init__(self, path: Path) -> None:
        """Nothing is written yet."""
        self.path = path
        self._draft = path.with_name(f".{path.name}.{id(self):x}")
        self._size = -1

    def renew(self, db: Database) -> None:
        """Write it when it has changed; a disk that refuses leaves the older one, which is true as well.

        By bare system calls: each of them lends the interpreter to a busy event loop, and a file object makes ten.
        """
        try:
            size, note = db.execute("SELECT size, note FROM head").fetchone()
            if size != self._size:
                file = os.open(self._draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
                try:
                    if os.write(file, note.encode()) < len(note):
                        raise OSError("no room for the whole of it")
                finally:
                    os.close(file)
                os.rename(self._draft, self.path)  # noqa: PTH104  # see above
                self._size = size
        except (OSError, sqlite3.Error):
            self._draft.unlink(missing_ok=True)
