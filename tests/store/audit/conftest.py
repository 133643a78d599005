"""Ways to alter a store behind its back."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol

import pytest

from yanmen.store.address import address_of
from yanmen.store.database import FILE
from yanmen.store.shared.connection import Connection
from yanmen.store.shared.loop import Loop


class Tamper(Protocol):
    """Runs statements on a closed store's file, with its guards taken off and put back as they were."""

    def __call__(self, folder: Path, *statements: str | tuple[str, tuple[Any, ...]]) -> None:
        """Alter the file."""


@pytest.fixture
def tamper() -> Tamper:
    """What somebody with the file and an SQLite shell, or with the database's password and psql, can do."""

    def alter(folder: Path, *statements: str | tuple[str, tuple[Any, ...]]) -> None:
        if address := address_of(folder):
            behind(address, *statements)
            return
        with closing(sqlite3.connect(folder / FILE, isolation_level=None)) as db:
            guards = db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
            for name, _ in guards:
                db.execute(f"DROP TRIGGER {name}")
            before = db.total_changes
            for statement in statements:
                text, values = statement if isinstance(statement, tuple) else (statement, ())
                db.execute(text, values)
            assert db.total_changes > before
            for _, sql in guards:
                db.execute(sql)

    return alter


def behind(address: str, *statements: str | tuple[str, tuple[Any, ...]]) -> None:
    """Alter tables as their owner, with the guards taken off for as long."""
    loop = Loop(address, 10)
    try:
        with closing(Connection(loop)) as db:
            db.script("SET session_replication_role = replica")
            before = db.execute("SELECT pg_current_wal_insert_lsn()::text").fetchone()
            for statement in statements:
                text, values = statement if isinstance(statement, tuple) else (statement, ())
                db.execute(text, values)
            assert db.execute("SELECT pg_current_wal_insert_lsn()::text").fetchone() != before
    finally:
        loop.close()
