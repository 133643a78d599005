"""Connections to the SQLite file: how they are opened, lent to readers, and what their errors mean to a user."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from yanmen.core.errors import YanmenError

FILE = "yanmen.db"
"""Name of the database inside the data folder; ``-wal`` and ``-shm`` stand beside it while it is open."""
COPY = "checkpoint"
"""Name of the file beside it that holds a copy of the newest signed checkpoint."""
BUSY_SECONDS = 5.0
"""How long a connection waits for another process's commit."""
_IDLE = 16  # readers kept open for the next


def connect(path: Path, *, writing: bool = False) -> sqlite3.Connection:
    """Open a connection in autocommit mode: a writer whose commits are on the disk when they return, or a reader."""
    db = sqlite3.connect(
        path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False, cached_statements=256
    )
    try:
        if writing:
            db.execute("PRAGMA auto_vacuum = INCREMENTAL")  # heard only while the file is empty
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = FULL")
            db.execute("PRAGMA secure_delete = ON")
            db.execute("PRAGMA journal_size_limit = 67108864")
            db.execute("PRAGMA cache_size = -16384")
        else:
            db.execute("PRAGMA query_only = ON")
    except sqlite3.Error:
        db.close()
        raise
    return db


def read_only(folder: Path) -> sqlite3.Connection:
    """Open the database so that nothing of it can be changed, not even by tidying up; YanmenError where there is none."""
    path = folder / FILE
    if not path.is_file():
        raise YanmenError(
            f"there is no store in {folder}", hint="Name its folder with --data, or YANMEN_DATA."
        )
    address = f"file:{quote(str(path.resolve()))}?mode=ro"
    log = path.with_name(f"{FILE}-wal")
    if not os.access(folder, os.W_OK) and not (log.is_file() and log.stat().st_size):
        address += "&immutable=1"  # a copy on a medium that cannot be written
    db = sqlite3.connect(address, uri=True, timeout=BUSY_SECONDS, isolation_level=None)
    db.text_factory = _text
    return db


class StoreError(YanmenError, OSError):
    """The record could not be read or written, and what may be done about it."""


def explained(error: sqlite3.Error, doing: str) -> StoreError:
    """What a database error means to a user; ``doing`` says what was tried, e.g. ``cannot write the record``."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    hint = {
        sqlite3.SQLITE_FULL: "Free space on the disk; writing resumes by itself.",
        sqlite3.SQLITE_BUSY: "Another process holds the store for longer than it should; look for it.",
        sqlite3.SQLITE_READONLY: "Give this user the right to write in the data folder.",
        sqlite3.SQLITE_CANTOPEN: "Check that the data folder exists and that this user may write there.",
        sqlite3.SQLITE_CORRUPT: "The file is damaged: see `yanmen audit verify`, and restore a backup.",
        sqlite3.SQLITE_NOTADB: "The file is damaged: see `yanmen audit verify`, and restore a backup.",
    }.get(code, "Look at the disk and at the system's log.")
    return StoreError(f"{doing}: {error}", hint=hint)


class Readers:
    """Lends reading connections, as many as are in use at once, and closes them all at the end."""

    def __init__(self, path: Path) -> None:
        """Readers of one database file."""
        self._path = path
        self._idle: deque[sqlite3.Connection] = deque()
        self._keep = _IDLE
        self._closed = False

    @contextmanager
    def lend(self) -> Iterator[sqlite3.Connection]:
        """A connection for one short question; database errors come out as StoreError."""
        if self._closed:
            raise RuntimeError("the store is closed")
        try:
            db = self._take()
            try:
                yield db
            finally:
                self._idle.append(db)
                self._trim(self._keep)
        except sqlite3.Error as error:
            raise explained(error, "cannot read the record") from error

    def all(self, question: str, *values: object) -> list[Any]:
        """Every row that answers a question."""
        with self.lend() as db:
            return db.execute(question, values).fetchall()

    def one(self, question: str, *values: object) -> Any:
        """The first row that answers a question, or None."""
        with self.lend() as db:
            return db.execute(question, values).fetchone()

    def close(self) -> None:
        """Close every connection; one still lent is closed when it comes back."""
        self._closed = True
        self._keep = 0
        self._trim(0)

    def _take(self) -> sqlite3.Connection:
        try:
            return self._idle.pop()
        except IndexError:
            return connect(self._path)

    def _trim(self, keep: int) -> None:
        while len(self._idle) > keep:
            try:
                self._idle.popleft().close()
            except IndexError:
                return


class Watch:
    """Tells when anybody, in any process, has committed to the database."""

    def __init__(self, path: Path) -> None:
        """Keeps one connection of its own, for its eyes only."""
        self._db = connect(path)
        self._lock = threading.Lock()
        self._at = -1
        self._touched: dict[str, int] = {}

    def version(self) -> int:
        """A number that differs from the last whenever something was committed in between. A few microseconds."""
        try:
            with self._lock:
                return self._version()
        except sqlite3.Error as error:
            raise explained(error, "cannot read the record") from error

    def touched(self, name: str) -> int:
        """Place in the log of the last event that changed a projection; 0 before the first."""
        try:
            with self._lock:
                at = self._version()
                if at != self._at:
                    self._touched = dict(self._db.execute("SELECT name, seq FROM touched").fetchall())
                    self._at = at
                return self._touched.get(name, 0)
        except sqlite3.Error as error:
            raise explained(error, "cannot read the record") from error

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._db.close()

    def _version(self) -> int:
        (version,) = self._db.execute("PRAGMA data_version").fetchone()
        return int(version)


def _text(raw: bytes) -> str:
    """Text as it is stored; bytes that are no UTF-8 differ from any text, so an audit finds them."""
    return raw.decode("utf-8", "surrogateescape")
