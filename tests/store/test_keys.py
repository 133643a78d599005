"""Keys."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from yanmen.core.nouns import Event
from yanmen.store import Key, Store

Make = Callable[..., Event]


@pytest.fixture
def made(store: Store, event: Make, key: Key) -> Key:
    """A key on record."""
    store.append(event("key.created", key=msgspec.to_builtins(key))).result(30)
    return key


def test_a_key_is_found_by_hash_and_by_id(store: Store, made: Key) -> None:
    """Whole."""
    assert store.keys.by_hash(made.hash) == store.keys.get(made.id) == made
    assert store.keys.list() == [made]
    assert store.keys.by_hash("00") is None
    assert store.keys.get("key_none") is None


def test_a_rotated_key_ends_and_the_new_one_begins(store: Store, made: Key, event: Make) -> None:
    """A grace never lengthens a life."""
    new = msgspec.structs.replace(made, id="key_new", hash="11", replaces=made.id)
    told = {"key": msgspec.to_builtins(new), "replaces": made.id, "until": made.created + 100}
    store.append(event("key.rotated", **told)).result(30)
    newer = msgspec.structs.replace(made, id="key_newer", hash="22")
    later = {"key": msgspec.to_builtins(newer), "replaces": made.id, "until": made.created + 200}
    store.append(event("key.rotated", **later)).result(30)
    old = store.keys.get(made.id)

    assert old is not None
    assert old.expires == made.created + 100
    assert store.keys.get("key_new") == new


def test_a_grace_of_nothing_is_no_grace_for_ever(store: Store, made: Key, event: Make) -> None:
    """``until`` 0 would read as never."""
    new = msgspec.structs.replace(made, id="key_new", hash="11")
    told = {"key": msgspec.to_builtins(new), "replaces": made.id, "until": 0}
    store.append(event("key.rotated", **told)).result(30)
    old = store.keys.get(made.id)

    assert old is not None
    assert not old.usable(made.created)


def test_a_revoked_key_stays_revoked_since_the_first_time(store: Store, made: Key, event: Make) -> None:
    """And opens nothing."""
    first, second = (event("key.revoked", key=made.id, reason="") for _ in range(2))
    store.append(first, second).result(30)
    found = store.keys.get(made.id)

    assert found is not None
    assert found.revoked == first.at
    assert not found.usable(first.at)


def test_every_change_touches_the_keys(store: Store, made: Key, event: Make) -> None:
    """So that doors look again."""
    before = store.touched("keys")
    seq = store.append(event("key.revoked", key=made.id)).result(30)

    assert (before, store.touched("keys")) == (1, seq)
