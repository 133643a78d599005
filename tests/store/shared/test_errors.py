"""A driver's errors in the store's words."""

from __future__ import annotations

import sqlite3

import asyncpg
import pytest

from yanmen.store.database import UNWRITTEN, explained
from yanmen.store.shared.errors import Refused, told


def test_what_does_not_fit_is_refused_alone() -> None:
    """A key twice, a value of the wrong kind."""
    assert isinstance(told(asyncpg.UniqueViolationError("twice")), Refused)
    assert isinstance(told(asyncpg.DataError("a text for a number")), Refused)


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (asyncpg.DiskFullError("full"), "no room"),
        (asyncpg.TooManyConnectionsError("many"), "no room"),
        (asyncpg.InvalidPasswordError("who?"), "password"),
        (asyncpg.ReadOnlySQLTransactionError("standby"), "primary"),
        (asyncpg.InvalidCatalogNameError("no such database"), "createdb"),
        (TimeoutError(), "in time"),
        (ConnectionRefusedError("refused"), "PostgreSQL up"),
    ],
)
def test_everything_else_is_unavailable_and_says_what_may_be_done(error: Exception, word: str) -> None:
    """In both languages."""
    found = told(error)
    said = explained(found, UNWRITTEN)

    assert isinstance(found, sqlite3.OperationalError)
    assert said.hint is not None
    assert word in said.hint.en
    assert said.hint.zh
