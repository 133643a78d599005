"""A second database from the events alone."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from yanmen.core.nouns import Event
from yanmen.store import Store
from yanmen.store.audit import verify
from yanmen.store.audit.rebuild import Rebuild, first_difference
from yanmen.store.audit.report import Findings
from yanmen.store.reading import read_only

Make = Callable[..., Event]
Tamper = Callable[..., None]


def test_what_follows_from_the_events_is_what_is_stored(busy: Path) -> None:
    """Row by row."""
    found = Findings()
    with Store.open(busy) as store, closing(read_only(busy)) as db, closing(Rebuild(found)) as rebuild:
        for recorded in store.events.after(0):
            rebuild.take(recorded.seq, recorded.event)
        rebuild.compare(db)

        assert found.problems == []
        assert len(rebuild.db.execute("SELECT * FROM findings").fetchall()) == 1
        assert rebuild.db.execute("SELECT name, tenant, seq FROM expected").fetchall() == [
            ("prompt", "t", 30)
        ]


def test_an_event_left_out_shows(busy: Path) -> None:
    """In the table it belongs to, by the row that is different."""
    found = Findings()
    with Store.open(busy) as store, closing(read_only(busy)) as db, closing(Rebuild(found)) as rebuild:
        for recorded in store.events.after(0):
            if recorded.event.kind != "account.created":
                rebuild.take(recorded.seq, recorded.event)
        rebuild.compare(db)

    assert [(one.values["table"], one.values["row"]) for one in found.problems] == [
        ("accounts", "name=admin"),
        ("touched", "name=accounts"),
    ]


def test_an_event_that_could_not_have_been_recorded_is_named(event: Make) -> None:
    """It was altered, or this code is not the one that wrote it."""
    found = Findings()
    with closing(Rebuild(found)) as rebuild:
        rebuild.take(7, event("key.created"))

    assert [(one.code, one.seq) for one in found.problems] == [("altered", 7)]


@pytest.mark.parametrize(
    ("erased", "left"),
    [
        ({"tenant": "t"}, 0),
        ({"event": "evt_1"}, 1),
        ({"contents": [["evt_1", "prompt"], ["evt_2", "prompt"]]}, 0),
        ({"tenant": "other"}, 2),
    ],
)
def test_an_erasure_on_record_explains_what_is_not_there(
    event: Make, erased: dict[str, object], left: int
) -> None:
    """And nothing else."""
    with closing(Rebuild(Findings())) as rebuild:
        for number in (1, 2):
            one = Event(
                id=f"evt_{number}", at=number, kind="x", data={"tenant": "t", "content": {"prompt": "c"}}
            )
            rebuild.take(number, one)
        rebuild.take(3, event("content.erased", **erased))
        rebuild.compare(rebuild.db)

        assert rebuild.db.execute("SELECT count(*) FROM expected").fetchone() == (left,)


def test_the_first_difference_is_the_lower_key() -> None:
    """Whichever side it is on."""
    with closing(Rebuild(Findings())) as one, closing(Rebuild(Findings())) as other:
        for rebuild, names in ((one, "wyz"), (other, "wxz")):
            rebuild.db.executemany("INSERT INTO accounts VALUES (?, '', '')", list(names))

        assert first_difference(one.db, other.db, "accounts") == "name=x"
        assert first_difference(other.db, one.db, "accounts") == "name=x"
        assert first_difference(one.db, one.db, "accounts") == ""


COLUMNS = [
    (table, column)
    for table, columns in {
        "decisions": "place id subject verdict shadow until lifted body",
        "keys": "id hash name tenant scopes created expires revoked replaces terms",
        "accounts": "name role hash",
        "traffic": "minute verdict kind model calls tokens_in tokens_out",
        "findings": "seq number event at rule severity subject evidence fingerprint verdict",
        "touched": "name seq",
    }.items()
    for column in columns.split()
]


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_every_column_of_a_projection_is_rebuilt_and_compared(
    busy: Path, tamper: Tamper, table: str, column: str
) -> None:
    """From the events alone."""
    with closing(read_only(busy)) as db:
        ((value,), *_) = db.execute(f"SELECT {column} FROM {table}").fetchall()
    changed = {int: f"{column} + 1", str: f"{column} || 'x'", bytes: "x'00'"}[type(value)]
    tamper(busy, f"UPDATE {table} SET {column} = {changed}")
    report = verify(busy)

    assert [(problem.code, problem.values["table"]) for problem in report.problems] == [("projection", table)]


@pytest.mark.parametrize("table", ["decisions", "keys", "accounts", "traffic", "findings", "touched"])
def test_a_row_taken_from_a_projection_is_missed(busy: Path, tamper: Tamper, table: str) -> None:
    """A ban made to vanish, for one."""
    tamper(busy, f"DELETE FROM {table}")

    assert [problem.code for problem in verify(busy).problems] == ["projection"]


def test_a_row_put_into_a_projection_is_found(busy: Path, tamper: Tamper) -> None:
    """A key nobody made, for one."""
    tamper(busy, "INSERT INTO keys SELECT 'key_x', 'h', name, tenant, scopes, 0, 0, 0, '', '{}' FROM keys")
    (problem,) = verify(busy).problems

    assert (problem.code, problem.values) == ("projection", {"table": "keys", "row": "id=key_x"})
