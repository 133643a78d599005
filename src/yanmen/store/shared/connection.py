"""One connection to PostgreSQL that speaks the part of ``sqlite3.Connection`` which the store uses."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Coroutine, Iterable, Iterator, Sequence
from typing import Any, TypeVar

import asyncpg

from yanmen.store.shared.dialect import plain, translated
from yanmen.store.shared.loop import Loop

Value = TypeVar("Value")
_PAGE = 500
"""Rows that a long reading fetches at once."""
_VERBS = frozenset({"BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "SET"})


class Rows:
    """The answer to one statement."""

    def __init__(self, rows: Iterator[tuple[Any, ...]]) -> None:
        self._rows = rows

    def fetchone(self) -> Any:
        """The next row, or None."""
        return next(self._rows, None)

    def fetchall(self) -> list[Any]:
        """Every row that is left."""
        return list(self._rows)

    def fetchmany(self, size: int = 1) -> list[Any]:
        """The next rows, at most so many."""
        return [row for _, row in zip(range(size), self._rows, strict=False)]

    def __iter__(self) -> Iterator[Any]:
        return self._rows


class Connection:
    """Autocommit, until ``BEGIN``. For one thread at a time."""

    def __init__(self, loop: Loop, *, paged: bool = False, seconds: float | None = None) -> None:
        """Connect. ``paged``: rows are fetched as they are read, for readings that do not fit into memory.

        ``seconds``: patience with one statement, where it is not the loop's.
        """
        self._loop = loop
        self._paged = paged
        self._seconds = seconds
        self._sent = 0
        self._ended = False
        self.raw: asyncpg.Connection = loop.ask(loop.connect())

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        return not self.closed and bool(self.raw.is_in_transaction())

    @property
    def total_changes(self) -> int:
        """Statements and rows sent so far."""
        return self._sent

    @property
    def closed(self) -> bool:
        """Whether it is of no use any more."""
        return self._ended or bool(self.raw.is_closed())

    def execute(self, statement: str, values: Sequence[object] = (), /) -> Rows:
        """Run one statement."""
        text = translated(statement)
        if statement.partition(" ")[0] in _VERBS:
            self._do(self.raw.execute(text, timeout=self._seconds))
            return Rows(iter(()))
        fit = [plain(value) for value in values]
        if self._paged and self.in_transaction:
            return Rows(self._pages(text, fit))
        rows = self._do(self.raw.fetch(text, *fit, timeout=self._seconds))
        self._sent += 1
        return Rows(iter([tuple(row) for row in rows]))

    def executemany(self, statement: str, rows: Iterable[Sequence[object]], /) -> None:
        """Run one statement for each row, in one journey."""
        fit = [tuple(plain(value) for value in row) for row in rows]
        if fit:
            self._do(self.raw.executemany(translated(statement), fit, timeout=self._seconds))
            self._sent += len(fit)

    def script(self, text: str) -> None:
        """Run several statements, in PostgreSQL's own words."""
        self._do(self.raw.execute(text, timeout=self._seconds))

    def copy(self, table: str, columns: Sequence[str], rows: Sequence[tuple[object, ...]]) -> None:
        """Put many rows into a table."""
        self._do(self.raw.copy_records_to_table(table, records=rows, columns=columns, timeout=self._seconds))
        self._sent += len(rows)

    def close(self) -> None:
        """Close it; harmless when done twice, and when nobody is there any more."""
        if not self.closed:
            self._ended = True
            self._loop.loop.call_soon_threadsafe(self.raw.terminate)

    def quit(self) -> None:
        """Close it so that the server knows when this returns: its locks are free."""
        try:
            self._do(self.raw.close(timeout=1.0))
        except sqlite3.Error:
            self.close()

    def _pages(self, text: str, values: list[object]) -> Iterator[tuple[Any, ...]]:
        cursor = self._do(self._cursor(text, values))
        while rows := self._do(cursor.fetch(_PAGE, timeout=self._seconds)):
            for row in rows:
                yield tuple(row)

    async def _cursor(self, text: str, values: list[object]) -> Any:
        return await self.raw.cursor(text, *values, timeout=self._seconds)

    def _do(self, coroutine: Coroutine[Any, Any, Value]) -> Value:
        try:
            return self._loop.ask(coroutine, self._seconds)
        except (asyncio.CancelledError, sqlite3.OperationalError):  # who knows what it is at: never again
            self.close()
            raise
