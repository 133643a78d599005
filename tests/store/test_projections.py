"""What follows from events follows from nothing else."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanmen.core.nouns import Event
from yanmen.store import Store, projections, schema
from yanmen.store.changes import apply
from yanmen.store.log import MISTAKES

Make = Callable[..., Event]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.sampled_from(
    [
        "decision",
        "shadow",
        "findings",
        "key",
        "replaces",
        "until",
        "incident",
        "action",
        "account",
        "traffic",
        "model",
        "review",
        "reviews",
        "label",
        "to",
        "campaign",
        "x",
    ]
)


def kinds() -> list[str]:
    """Every kind that changes something, and some that do not."""
    return [*projections._BY_KIND, "call.allowed", "call.refused", "guard.checked", "store.gap"]


def test_every_table_has_its_columns(data: Path) -> None:
    """Those named as projections exist, and are empty in a new store."""
    with Store.open(data) as store:
        for table in projections.TABLES:
            assert store._readers.one(f"SELECT count(*) FROM {table}") == (0,)


@pytest.mark.embedded
@given(st.sampled_from(kinds()), st.dictionaries(NAMES, JSON, max_size=4), st.integers())
def test_whatever_an_event_says_it_is_applied_or_refused(kind: str, data: dict[str, object], at: int) -> None:
    """A mistake is found before anything is written; what is not one can be written."""
    event = Event(id="evt_1", at=at, kind=kind, data=data)
    try:
        made = projections.changes(1, event)
    except MISTAKES:
        return
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        schema.migrate(db)
        try:
            apply(db, made)
        except (sqlite3.Error, UnicodeEncodeError) as error:
            assert isinstance(error, sqlite3.IntegrityError | UnicodeEncodeError)  # noqa: PT017  # either is refused alone


def test_the_same_events_make_the_same_changes(event: Make) -> None:
    """No clock, no chance."""
    one = event("call.refused", verdict="block", findings=[{"rule": "r"}], model="m")

    assert projections.changes(7, one) == projections.changes(7, one)


@pytest.mark.parametrize("kind", ["process.started", "policy.loaded", "store.gap", "selftest.passed"])
def test_other_kinds_change_nothing(event: Make, kind: str) -> None:
    """They are records only."""
    assert projections.changes(1, event(kind, detail="x")) == []
