"""Connections to the SQLite file: how they are opened, lent to readers, and what their errors mean to a user."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol, cast
from urllib.parse import quote

from yanmen.core import foreign
from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Phrase

FILE = "yanmen.db"
"""Name of the database inside the data folder; ``-wal`` and ``-shm`` stand beside it while it is open."""
COPY = "checkpoint"
"""Name of the file beside it that holds a copy of the newest signed checkpoint."""
BUSY_SECONDS = 5.0
"""How long a connection waits for another process's commit."""
NAME_FOLDER = Phrase(
    en="Name its folder with --data, or YANMEN_DATA.", zh="请用 --data 或 YANMEN_DATA 指定数据目录。"
)
"""What to do where no store is found."""
UNREAD = Phrase(en="cannot read the record", zh="无法读取记录")
UNWRITTEN = Phrase(en="cannot write the record", zh="无法写入记录")
_DAMAGED = Phrase(
    en="The file is damaged: see `yanmen audit verify`, and restore a backup.",
    zh="文件已损坏：请用 `yanmen audit verify` 查看，并从备份恢复。",
)
_MEND = {
    sqlite3.SQLITE_FULL: Phrase(
        en="Free space on the disk; writing resumes by itself.", zh="请清理磁盘空间；之后会自动恢复写入。"
    ),
    sqlite3.SQLITE_BUSY: Phrase(
        en="Another process holds the store for longer than it should; look for it.",
        zh="另有进程长时间占用数据库，请找出该进程。",
    ),
    sqlite3.SQLITE_READONLY: Phrase(
        en="Give this user the right to write in the data folder.", zh="请让当前用户对数据目录有写权限。"
    ),
    sqlite3.SQLITE_CANTOPEN: Phrase(
        en="Check that the data folder exists and that this user may write there.",
        zh="请确认数据目录存在，且当前用户对其有写权限。",
    ),
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: _DAMAGED,
}
"""What may be done about a database error, by its primary code."""
_LOOK = Phrase(en="Look at the disk and at the system's log.", zh="请检查磁盘与系统日志。")
_IDLE = 16  # readers kept open for the next


class Answer(Protocol):
    """What a statement answers."""

    def fetchone(self) -> Any:
        """The next row, or None."""

    def fetchall(self) -> list[Any]:
        """Every row that is left."""

    def fetchmany(self, size: int = ..., /) -> list[Any]:
        """The next rows, at most so many."""

    def __iter__(self) -> Iterator[Any]: ...


class Database(Protocol):
    """A connection, to either engine. Statements keep to what both understand; placeholders are ``?`` or ``?1``."""

    @property
    def total_changes(self) -> int:
        """Rows written so far, or a number that grows with them."""

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""

    def execute(self, statement: str, values: Sequence[Any] = ..., /) -> Answer:
        """Run one statement."""

    def executemany(self, statement: str, rows: Iterable[Sequence[Any]], /) -> Any:
        """Run one statement for each row."""

    def close(self) -> None:
        """Close it."""


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
            Phrase(en=f"there is no store in {folder}", zh=f"{folder} 中没有数据库"), hint=NAME_FOLDER
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


def explained(error: sqlite3.Error, doing: Phrase) -> StoreError:
    """What a database error means to a user; ``doing`` says what was tried, e.g. UNWRITTEN."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    why = foreign.said(str(error))
    message = Phrase(en=f"{doing.en}: {why.en}", zh=f"{doing.zh}：{why.zh}")
    return StoreError(message, hint=getattr(error, "mend", None) or _MEND.get(code, _LOOK))


def embedded(db: Database) -> bool:
    """Whether a connection is one to SQLite."""
    return isinstance(cast("object", db), sqlite3.Connection)


class Readers:
    """Lends reading connections, as many as are in use at once, and closes them all at the end."""

    def __init__(self, path: Path) -> None:
        """Readers of one database file."""
        self._path = path
        self._idle: deque[sqlite3.Connection] = deque()
        self._keep = _IDLE
        self._closed = False

    @contextmanager
    def lend(self) -> Iterator[Database]:
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
            raise explained(error, UNREAD) from error

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
            raise explained(error, UNREAD) from error

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
            raise explained(error, UNREAD) from error

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
