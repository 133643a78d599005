"""Sessions."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from yanmen.core.clock import SECOND, now
from yanmen.core.nouns import Event
from yanmen.store import Store

Make = Callable[..., Event]


@pytest.fixture
def known(store: Store, event: Make) -> Store:
    """A store with an account."""
    account = {"name": "ada", "role": "analyst", "hash": "$argon2"}
    store.append(event("account.created", account=account)).result(30)
    return store


def test_a_token_is_known_until_its_session_ends(known: Store) -> None:
    """Only its hash is stored; each is another."""
    token, other = known.sessions.create("ada", 60), known.sessions.create("ada", 60)
    account = known.sessions.account(token)

    assert account is not None
    assert account.name == "ada"
    assert token != other
    assert token.encode() not in b"".join(path.read_bytes() for path in known.folder.glob("yanmen.db*"))
    known.sessions.end(token)
    known.sessions.end(token)
    assert known.sessions.account(token) is None
    assert known.sessions.account(other) is not None
    known.sessions.end_all("ada")
    assert known.sessions.account(other) is None


def test_no_token_of_anybody_elses_is_known(known: Store) -> None:
    """Nor one of an account that is not there, nor half a surrogate pair."""
    assert known.sessions.account("") is None
    assert known.sessions.account("\ud800") is None
    assert known.sessions.account(known.sessions.create("eve", 60)) is None


def test_a_session_ends_with_its_time(data: Path, event: Make) -> None:
    """By the store's clock."""
    at = now()
    with Store.open(data, clock=lambda: at) as store:
        account = {"name": "ada", "role": "analyst", "hash": "$argon2"}
        store.append(event("account.created", account=account)).result(30)
        token = store.sessions.create("ada", 60)
        at += 59 * SECOND
        assert store.sessions.account(token) is not None
        at += SECOND
        assert store.sessions.account(token) is None
