"""What stands behind placeholders."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from yanmen.core.clock import HOUR, SECOND, now
from yanmen.core.config import Store as Settings
from yanmen.core.errors import YanmenError
from yanmen.store import Store
from yanmen.store.database import FILE
from yanmen.store.masks import expire

NAME, VALUE = "YM_PHONE_AAAAAAAAAA", "13812345678"


def test_a_value_comes_back_to_the_key_that_sent_it_and_to_no_other(store: Store) -> None:
    """Nor to another tenant's key, nor under another name."""
    assert store.masks.put("t", "key_a", {NAME: VALUE}) == set()

    assert store.masks.get("t", "key_a", [NAME, "YM_PHONE_BBBBBBBBBB"]) == {NAME: VALUE}
    assert store.masks.get("t", "key_b", [NAME]) == {}
    assert store.masks.get("u", "key_a", [NAME]) == {}

    store.masks.put("t", "key_b", {NAME: VALUE})
    assert store.masks.get("t", "key_b", [NAME]) == {NAME: VALUE}


def test_values_are_sealed_and_survive_a_restart(data: Path) -> None:
    """They stand in no file as they are, and the placeholders' key is the same."""
    with Store.open(data) as store:
        key = store.masks.key("t")
        store.masks.put("t", "key_a", {NAME: VALUE})
    with Store.open(data) as store:
        assert store.masks.key("t") == key
        assert store.masks.key("u") != key
        assert store.masks.get("t", "key_a", [NAME]) == {NAME: VALUE}
    assert not any(VALUE.encode() in path.read_bytes() for path in data.rglob("*") if path.is_file())


def test_two_processes_see_each_others_values(data: Path) -> None:
    """Gateways over one store."""
    with Store.open(data) as one, Store.open(data) as other:
        assert one.masks.key("t") == other.masks.key("t")
        one.masks.put("t", "key_a", {NAME: VALUE})
        assert other.masks.get("t", "key_a", [NAME]) == {NAME: VALUE}


def test_a_placeholder_that_another_value_has_is_said(store: Store) -> None:
    """And what it stood for stays."""
    store.masks.put("t", "key_a", {NAME: VALUE})

    assert store.masks.put("t", "key_a", {NAME: "13900000000", "YM_PHONE_CCCCCCCCCC": "1"}) == {NAME}
    assert store.masks.get("t", "key_a", [NAME]) == {NAME: VALUE}


def test_values_end_and_calls_that_send_them_again_renew_them(data: Path) -> None:
    """A day by default; half of it may pass before anything is written again."""
    time = [now()]
    with Store.open(data, clock=lambda: time[0]) as store:
        store.masks.put("t", "key_a", {NAME: VALUE})
        time[0] += 11 * HOUR
        before = store.version()
        store.masks.put("t", "key_a", {NAME: VALUE})
        assert store.version() == before
        time[0] += 2 * HOUR
        store.masks.put("t", "key_a", {NAME: VALUE})
        time[0] += 23 * HOUR
        assert store.masks.get("t", "key_a", [NAME]) == {NAME: VALUE}
        time[0] += HOUR + SECOND
        assert store.masks.get("t", "key_a", [NAME]) == {}


@pytest.mark.embedded
def test_what_nobody_may_have_back_is_erased(data: Path) -> None:
    """A value stays as long as one key may have it."""
    time = [now()]
    with Store.open(data, Settings(mask_hours=1), clock=lambda: time[0]) as store:
        store.masks.put("t", "key_a", {NAME: VALUE})
        time[0] += HOUR // 2
        store.masks.put("t", "key_b", {NAME: VALUE})
    with closing(sqlite3.connect(data / FILE)) as db:
        counts = []
        for at in (time[0] + HOUR // 2 + 1, time[0] + HOUR + 1):
            expire(db, at)
            counts.append(
                [
                    db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
                    for table in ("mask_keys", "masks")
                ]
            )
    assert counts == [[1, 1], [0, 0]]


def test_erasing_a_tenant_erases_its_values_and_its_key(store: Store) -> None:
    """The same value has another placeholder afterwards."""
    key = store.masks.key("t")
    store.masks.put("t", "key_a", {NAME: VALUE})

    store.content.erase(tenant="t")

    assert store.masks.get("t", "key_a", [NAME]) == {}
    assert store.masks.key("t") != key


@pytest.mark.embedded
def test_a_value_that_was_altered_is_not_given_back(store: Store) -> None:
    """Sealed values are bound to tenant and placeholder."""
    store.masks.put("t", "key_a", {NAME: VALUE, "YM_PHONE_DDDDDDDDDD": "other"})
    with closing(sqlite3.connect(store.folder / FILE)) as db, db:
        (sealed,) = db.execute("SELECT sealed FROM masks WHERE placeholder = ?", (NAME,)).fetchone()
        db.execute("UPDATE masks SET sealed = ? WHERE placeholder <> ?", (sealed, NAME))

    with pytest.raises(YanmenError):
        store.masks.get("t", "key_a", ["YM_PHONE_DDDDDDDDDD"])
