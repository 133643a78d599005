"""The pieces of projections."""

from __future__ import annotations

import math
import sqlite3
from contextlib import closing

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from yanmen.store.changes import MOST, TOGETHER, Change, apply, bounded, encode, insert, touch, word

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(1 << 63), (1 << 64) - 1) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(st.dictionaries(st.text(), JSON))
def test_canonical_json_does_not_depend_on_the_order_of_keys(data: dict[str, object]) -> None:
    """And reads back as what it was."""
    turned = dict(reversed(data.items()))

    assert encode(data) == encode(turned)
    assert msgspec.json.decode(encode(data)) == data


@given(st.integers() | st.floats() | st.text() | st.none() | st.booleans())
def test_any_number_fits_into_a_column(number: object) -> None:
    """What is none counts as 0."""
    found = bounded(number)

    assert -MOST <= found <= MOST
    with closing(sqlite3.connect(":memory:")) as db:
        assert db.execute("SELECT ?", (found,)).fetchone() == (found,)


def test_numbers_in_range_stay_what_they_are() -> None:
    """Fractions are cut."""
    values = (7, -7, 7.9, True, math.nan, math.inf, 1 << 80)

    assert [bounded(value) for value in values] == [7, -7, 7, 1, 0, 0, MOST]


def test_a_word_is_text_or_nothing() -> None:
    """And not longer than its column is meant to be."""
    data: dict[str, object] = {"a": "x" * 300, "b": 7}

    assert (word(data, "a"), word(data, "a", 3), word(data, "b"), word(data, "c")) == (
        "x" * 200,
        "xxx",
        "",
        "",
    )


def test_changes_are_applied_in_their_order() -> None:
    """Also where the same statement comes again later."""
    insert, double = "INSERT INTO t VALUES (?)", "UPDATE t SET x = x * ?"
    made: list[Change] = [(insert, (1,)), (insert, (2,)), (double, (10,)), (insert, (3,))]
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute("CREATE TABLE t (x)")
        apply(db, made)

        assert db.execute("SELECT x FROM t").fetchall() == [(10,), (20,), (3,)]


def test_touching_keeps_the_last_place() -> None:
    """One row a name."""
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute("CREATE TABLE touched (name TEXT PRIMARY KEY, seq INTEGER)")
        apply(db, [touch("keys", 3), touch("keys", 9)])

        assert db.execute("SELECT * FROM touched").fetchall() == [("keys", 9)]


@given(st.integers(0, 3 * TOGETHER))
def test_rows_that_go_in_together_are_the_rows_one_by_one(count: int) -> None:
    """Also where each changes what the one before has put there."""
    statement = (
        "INSERT INTO sums (name, total) VALUES (?, ?)"
        " ON CONFLICT (name) DO UPDATE SET total = total + excluded.total"
    )
    rows = [(f"n{number % 5}", number) for number in range(count)]
    found = []
    for together in (True, False):
        with closing(sqlite3.connect(":memory:")) as db:
            db.execute("CREATE TABLE sums (name TEXT PRIMARY KEY, total INTEGER)")
            if together:
                insert(db, statement, rows)
            else:
                db.executemany(statement, rows)
            found.append(db.execute("SELECT name, total FROM sums ORDER BY rowid").fetchall())

    assert found[0] == found[1]


def test_what_is_no_plain_insert_runs_row_by_row() -> None:
    """Numbered values and changes of what is there."""
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute("CREATE TABLE t (a INTEGER)")
        insert(db, "INSERT INTO t VALUES (?1)", [(1,), (2,)])
        insert(db, "UPDATE t SET a = a + ?", [(10,), (100,)])

        assert db.execute("SELECT a FROM t ORDER BY a").fetchall() == [(111,), (112,)]
