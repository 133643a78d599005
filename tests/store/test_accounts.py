"""Accounts."""

from __future__ import annotations

from collections.abc import Callable

from yanmen.core.nouns import Event
from yanmen.store import Account, Store

Make = Callable[..., Event]


def test_an_account_is_as_its_last_event_says(store: Store, event: Make) -> None:
    """Made, and given a new password."""
    first = {"name": "ada", "role": "analyst", "hash": "$argon2id$1"}
    store.append(event("account.created", account=first)).result(30)
    store.append(event("account.created", account=first | {"name": "bob"})).result(30)
    store.append(event("account.password", account=first | {"hash": "$argon2id$2"})).result(30)

    assert store.accounts.get("ada") == Account(name="ada", role="analyst", hash="$argon2id$2")
    assert [account.name for account in store.accounts.list()] == ["ada", "bob"]
    assert store.accounts.get("eve") is None
    assert store.touched("accounts") == 3
