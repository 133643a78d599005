"""A connection to PostgreSQL in the words of SQLite's."""

from __future__ import annotations

import pytest

from yanmen.store.shared.connection import Connection
from yanmen.store.shared.errors import Refused
from yanmen.store.shared.loop import Loop


def test_rows_come_as_from_sqlite(db: Connection) -> None:
    """One, some, all, or one after another."""
    question = "SELECT n FROM generate_series(1, ?::bigint) AS n"

    rows = db.execute(question, (5,))
    assert rows.fetchone() == (1,)
    assert rows.fetchmany(2) == [(2,), (3,)]
    assert rows.fetchall() == [(4,), (5,)]
    assert rows.fetchone() is None
    assert [n for (n,) in db.execute(question, (3,))] == [1, 2, 3]


def test_a_transaction_is_undone_as_a_whole(db: Connection) -> None:
    """And says whether it is open."""
    db.execute("BEGIN")
    db.executemany("INSERT INTO cursors (name, seq) VALUES (?, ?)", [("a", 1), ("b\0", 2)])
    assert db.in_transaction
    db.execute("ROLLBACK")

    assert db.raw.is_in_transaction() is False
    assert db.execute("SELECT count(*) FROM cursors").fetchone() == (0,)


def test_a_row_that_is_there_is_refused_and_the_connection_stays(db: Connection) -> None:
    """Unlike a server that is gone."""
    put = "INSERT INTO cursors (name, seq) VALUES (?, ?)"
    db.execute(put, ("a", 1))

    with pytest.raises(Refused):
        db.execute(put, ("a", 2))
    assert db.execute("SELECT seq FROM cursors").fetchall() == [(1,)]


def test_a_long_reading_is_fetched_in_pages(loop: Loop, monkeypatch: pytest.MonkeyPatch) -> None:
    """While other questions are asked on the same connection."""
    monkeypatch.setattr("yanmen.store.shared.connection._PAGE", 7)
    db = Connection(loop, paged=True)
    db.execute("BEGIN")

    seen = []
    for (number,) in db.execute("SELECT n FROM generate_series(1, 100) AS n"):
        seen.append(db.execute("SELECT ?::bigint + 1", (number,)).fetchone()[0])
    db.quit()

    assert seen == list(range(2, 102))
    assert db.closed
