"""The log within one transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanmen.core.nouns import Event, Ref
from yanmen.store import log, schema
from yanmen.store.changes import encode
from yanmen.store.checkpoints import Signer, verified
from yanmen.store.database import Database
from yanmen.store.events import decode
from yanmen.store.log import Item, begin, draft, record, write
from yanmen.store.merkle import leaf_hash, root_of
from yanmen.store.records import Recorded

Make = Callable[..., Event]
SIGNER = Signer(bytes(32))


@pytest.fixture
def db() -> Iterator[sqlite3.Connection]:
    """An empty log."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as opened:
        schema.migrate(opened)
        begin(opened, SIGNER)
        begin(opened, SIGNER)
        yield opened


@given(
    seq=st.integers(1, 1 << 62),
    data=st.dictionaries(st.text(), st.none() | st.integers(-100, 100) | st.text() | st.lists(st.text())),
    who=st.text(min_size=1) | st.none(),
)
def test_the_bytes_of_a_record_are_its_struct_as_json(
    seq: int, data: dict[str, object], who: str | None
) -> None:
    """And come back as what went in."""
    actor = Ref(kind="user", id=who) if who else None
    event = Event(id="evt_1", at=7, kind="x.y", actor=actor, data=data)

    assert record(seq, event) == encode(Recorded(seq=seq, event=event))
    assert decode(record(seq, event)) == Recorded(seq=seq, event=event)


def test_every_commit_signs_what_is_there(db: sqlite3.Connection, event: Make) -> None:
    """Root, size and compact range in one row."""
    for size in (1, 3):
        write(db, SIGNER, [Item((event(),)) for _ in range(size)])
    leaves = [leaf for (leaf,) in db.execute("SELECT leaf FROM log ORDER BY seq")]
    bodies = [leaf_hash(body) for (body,) in db.execute("SELECT body FROM events ORDER BY seq")]
    size, note = db.execute("SELECT size, note FROM head").fetchone()
    point = verified(note, SIGNER.public)

    assert point is not None
    assert leaves == bodies
    assert (point.size, size, point.root) == (4, 4, root_of(leaves))


def test_history_is_sparse(db: sqlite3.Connection, event: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first, and one each time a multiple is passed."""
    monkeypatch.setattr(log, "SPARSE", 10)
    for _ in range(8):
        write(db, SIGNER, [Item((event(), event(), event()))])

    assert [size for (size,) in db.execute("SELECT size FROM checkpoints ORDER BY size")] == [3, 12, 21]


def test_an_unfit_item_takes_no_place(db: sqlite3.Connection, event: Make) -> None:
    """Those before and after it are next to each other."""
    unfit = Item((event(), event("key.created")))
    outcomes = write(db, SIGNER, [Item((event(),)), unfit, Item((event(), event()))])

    assert (outcomes[0], outcomes[2]) == (1, 3)
    assert isinstance(outcomes[1], KeyError)


def test_a_job_writes_with_its_events_or_not_at_all(db: sqlite3.Connection, event: Make) -> None:
    """Its own tables included."""

    def good(connection: Database) -> tuple[str, tuple[Event, ...]]:
        connection.execute("INSERT INTO cursors VALUES ('good', 1)")
        return "done", (event("policy.loaded"),)

    def bad(connection: Database) -> tuple[str, tuple[Event, ...]]:
        connection.execute("INSERT INTO cursors VALUES ('bad', 1)")
        raise ValueError("no")

    def unfit(connection: Database) -> tuple[str, tuple[Event, ...]]:
        connection.execute("INSERT INTO cursors VALUES ('unfit', 1)")
        return "done", (event("key.created"),)

    db.execute("BEGIN")
    outcomes = write(db, SIGNER, [Item((), None, job) for job in (good, bad, unfit)])
    db.execute("COMMIT")

    assert outcomes[0] == "done"
    assert [type(outcome) for outcome in outcomes[1:]] == [ValueError, KeyError]
    assert db.execute("SELECT name FROM cursors").fetchall() == [("good",)]
    assert db.execute("SELECT kind FROM events").fetchall() == [("policy.loaded",)]


def test_a_job_without_events_leaves_the_log_as_it_is(db: sqlite3.Connection) -> None:
    """Nothing is signed anew."""
    before = db.execute("SELECT * FROM head").fetchall()
    db.execute("BEGIN")
    write(db, SIGNER, [Item((), None, lambda _: (None, ()))])
    db.execute("COMMIT")

    assert db.execute("SELECT * FROM head").fetchall() == before


def test_columns_hold_what_the_database_can(event: Make) -> None:
    """A time beyond all bounds is cut in its column; the bytes have it whole."""
    made = draft(1, Event(id="evt_1", at=1 << 63, kind="x.y"))

    assert made.row[2] < 1 << 63
    assert decode(made.body).event.at == 1 << 63
