"""Migrations."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from yanmen.core.errors import YanmenError
from yanmen.core.ids import new_id
from yanmen.core.nouns import Event
from yanmen.store import Store, schema
from yanmen.store.audit import verify
from yanmen.store.database import FILE

RELEASED = sorted((Path(__file__).parent / "released").iterdir())
"""Stores as released versions wrote them, one folder a schema: ``0001/yanmen.sql`` and its secrets."""


@pytest.fixture
def db() -> Iterator[sqlite3.Connection]:
    """An empty database."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as opened:
        yield opened


def test_migrations_are_numbered_without_holes() -> None:
    """From 1."""
    assert [number for number, _ in schema.migrations()] == list(range(1, len(schema.migrations()) + 1))


def test_a_database_is_brought_up_to_date_once(db: sqlite3.Connection) -> None:
    """The number reached is kept in it."""
    newest = schema.migrations()[-1][0]

    assert schema.migrate(db) == schema.migrate(db) == schema.version(db) == newest


@pytest.mark.embedded
def test_a_newer_store_is_refused(data: Path) -> None:
    """It does not go back."""
    Store.open(data).close()
    with closing(sqlite3.connect(data / FILE)) as opened:
        opened.execute("PRAGMA user_version = 99")

    with pytest.raises(YanmenError, match="newer Yanmen"):
        Store.open(data)
    with pytest.raises(YanmenError, match="newer Yanmen"):
        verify(data)


def test_a_migration_that_fails_leaves_the_old_schema(
    db: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All or nothing."""
    schema.migrate(db)
    before = db.execute("SELECT * FROM sqlite_master").fetchall()
    broken = [*schema.migrations(), (99, "CREATE TABLE more (x);\nCREATE TABLE log (x);\n")]
    monkeypatch.setattr(schema, "migrations", lambda: broken)

    with pytest.raises(sqlite3.OperationalError, match="already exists"):
        schema.migrate(db)

    assert db.execute("SELECT * FROM sqlite_master").fetchall() == before
    assert not db.in_transaction


def test_statements_are_split_with_their_triggers_whole() -> None:
    """A semicolon inside one does not end it."""
    text = "-- a word\nCREATE TABLE t (x);\nCREATE TRIGGER g BEFORE DELETE ON t\n  BEGIN SELECT 1; SELECT 2; END;\n"

    assert [statement.split()[-1] for statement in schema.statements(text)] == ["(x);", "END;"]


def test_there_is_a_store_of_every_released_schema() -> None:
    """A migration without one is not tested."""
    written = [f"{number:04}" for number, _ in schema.migrations()]

    assert [path.name for path in RELEASED] == written


@pytest.mark.embedded
@pytest.mark.parametrize("released", RELEASED, ids=lambda path: path.name)
def test_a_released_store_is_opened_verified_and_written_on(released: Path, data: Path) -> None:
    """Its records, its checkpoint, its keys and its kept text; by this code."""
    secrets = data / "secrets"
    secrets.mkdir(parents=True)
    for name, text in msgspec.json.decode(
        (released / "secrets.json").read_bytes(), type=dict[str, str]
    ).items():
        (secrets / name).write_bytes(bytes.fromhex(text))
    with closing(sqlite3.connect(data / FILE)) as opened:
        opened.executescript((released / "yanmen.sql").read_text("utf-8"))
    checkpoint = (released / "checkpoint").read_text("utf-8")
    with Store.open(data) as store:
        count = store.events.last_seq()
        store.append(Event(id=new_id("evt"), at=1, kind="policy.loaded")).result(30)

        assert store.keys.list()
        assert store.decisions.recent()
    report = verify(data, checkpoint=checkpoint)

    assert (report.word, report.records, report.outside) == ("ok", count + 1, count)
