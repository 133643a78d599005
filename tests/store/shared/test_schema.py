"""The tables on PostgreSQL."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from tests.postgresql import Server

from yanmen.core.errors import YanmenError
from yanmen.store import schema as embedded
from yanmen.store.shared import schema
from yanmen.store.shared.connection import Connection
from yanmen.store.shared.loop import Loop

_COLUMNS = "SELECT column_name::text FROM information_schema.columns WHERE table_name = ? AND table_schema = current_schema()"


def test_both_engines_have_the_same_tables_and_columns(db: Connection) -> None:
    """The same statements are to run on both."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as ours:
        embedded.migrate(ours)
        names = [name for (name,) in ours.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in names:
            columns = {row[1] for row in ours.execute(f"PRAGMA table_info({table})")}
            assert {name for (name,) in db.execute(_COLUMNS, (table,))} == columns, table


def test_an_empty_database_is_made_and_brought_up_to_date_once(postgresql: Server) -> None:
    """Step by step, or all at once."""
    loop = Loop(postgresql.database(empty=True), 60)
    with closing(Connection(loop)) as db:
        assert schema.version(db) == -1
        assert schema.migrate(db, 2) == 2
        assert schema.migrate(db) == schema.migrations()[-1][0] == schema.migrate(db)
    loop.close()


def test_a_migration_that_fails_says_why_and_leaves_nothing(
    db: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the server said, and not that the connection was given up for it."""
    known = embedded.migrations()
    more = [
        *known,
        (len(known) + 1, "CREATE TABLE more (x TEXT);\n"),
        (len(known) + 2, "CREATE TABLE more (x TEXT);\n"),
    ]
    monkeypatch.setattr(embedded, "migrations", lambda: more)

    with pytest.raises(sqlite3.OperationalError, match='"more" already exists'):
        schema.migrate(db)
    assert db.closed


def test_a_newer_store_and_a_foreign_one_are_refused(db: Connection, postgresql: Server) -> None:
    """Nothing of them is touched."""
    db.execute("UPDATE installation SET value = '99' WHERE name = 'schema'")
    with pytest.raises(YanmenError, match="newer"):
        schema.migrate(db)

    loop = Loop(postgresql.database(empty=True), 60)
    with closing(Connection(loop)) as other:
        other.script("CREATE TABLE theirs (x int)")
        with pytest.raises(YanmenError, match="another program"):
            schema.migrate(other)
    loop.close()


def test_the_log_is_append_only(db: Connection) -> None:
    """By the same guards as in SQLite."""
    db.execute("INSERT INTO log (seq, leaf) VALUES (1, ?)", (bytes(32),))

    for statement in ("UPDATE log SET seq = 2", "DELETE FROM log"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            db.execute(statement)
