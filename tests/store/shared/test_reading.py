"""Reading for audits."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from tests.postgresql import Server

from yanmen.core.config import Store as Settings
from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Event
from yanmen.store import Store
from yanmen.store.shared.connection import Connection
from yanmen.store.shared.reading import Reading, differences


def test_one_state_whoever_writes_meanwhile_and_nothing_can_be_changed(
    data: Path, url: str, db: Connection
) -> None:
    """From ``BEGIN`` on."""
    reading = Reading(url)
    reading.execute("BEGIN")
    before = reading.execute("SELECT count(*) FROM events").fetchone()
    with Store.open(data, Settings(patience_seconds=60)) as store:
        store.append(Event(id="evt_1", at=1, kind="x.y")).result(60)

    assert db.execute("SELECT count(*) FROM events").fetchone() == (1,)
    assert reading.execute("SELECT count(*) FROM events").fetchone() == before == (0,)
    with pytest.raises(sqlite3.Error):
        reading.execute("DELETE FROM sessions").fetchall()
    reading.close()


def test_a_database_without_a_store_is_said_to_be_none(postgresql: Server) -> None:
    """Not taken for an empty log."""
    with pytest.raises(YanmenError, match="no store"):
        Reading(postgresql.database(empty=True))


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("DROP TRIGGER log_is_not_cut ON log", "trigger log_is_not_cut"),
        ("ALTER TABLE events DISABLE TRIGGER events_are_not_cut", "trigger events_are_not_cut"),
        ("DROP INDEX decisions_by_id", "index decisions_by_id"),
        ("ALTER TABLE keys ADD COLUMN theirs TEXT", "column keys.theirs"),
        (
            "CREATE OR REPLACE FUNCTION yanmen_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$",
            "function yanmen_refuse",
        ),
    ],
)
def test_a_guard_that_was_taken_off_is_named(url: str, db: Connection, statement: str, named: str) -> None:
    """And looking leaves nothing behind."""
    assert differences(url) == []
    db.script(statement)

    assert differences(url) == [named]
    assert db.execute("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'yanmen%'").fetchone() == (0,)
