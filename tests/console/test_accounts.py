"""Accounts and their passwords."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from yanmen.console import accounts as accounts_module
from yanmen.console.accounts import Accounts, BusyError, PasswordError, create, ensure_admin, reset
from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Ref
from yanmen.store import Store

if TYPE_CHECKING:
    from tests.console.conftest import Scene


def test_the_one_time_password_is_answered_on_the_first_start_only(tmp_path: Path) -> None:
    """And it opens the account."""
    with Store.open(tmp_path) as store:
        password = ensure_admin(store)
        assert password is not None
        assert Accounts(store).check("admin", password) is not None
        assert ensure_admin(store) is None
    with Store.open(tmp_path) as store:
        assert ensure_admin(store) is None


def test_nobody_enters_with_a_wrong_password_or_name(scene: Scene) -> None:
    """Unknown names, empty and endless passwords, and characters that are none."""
    accounts = Accounts(scene.store)

    assert accounts.check("admin", scene.one_time + "x") is None
    assert accounts.check("nobody", scene.one_time) is None
    assert accounts.check("admin", "") is None
    assert accounts.check("admin", "x" * 100_000) is None
    assert accounts.check("admin\x00", "\ud800") is None


def test_the_one_time_password_must_be_changed_once(scene: Scene) -> None:
    """After that the account's owner has chosen it."""
    accounts = Accounts(scene.store)
    account = scene.store.accounts.get("admin")
    assert account is not None
    assert accounts.must_change("admin")

    accounts.change(account, scene.one_time, "a calm gate at dawn 9")

    assert not accounts.must_change("admin")
    assert not Accounts(scene.store).must_change("admin")
    assert accounts.check("admin", scene.one_time) is None
    assert accounts.check("admin", "a calm gate at dawn 9") is not None


@pytest.mark.parametrize(
    ("new", "said"),
    [
        ("short", "5 characters"),
        ("x" * 257, "257 characters"),
        ("abababababab", "easy"),
        ("the admin is in here", "easy"),
    ],
)
def test_a_weak_password_is_refused(scene: Scene, new: str, said: str) -> None:
    """Too short, too long, a pattern, the account's own name."""
    account = scene.store.accounts.get("admin")
    assert account is not None

    with pytest.raises(PasswordError, match=said):
        Accounts(scene.store).change(account, scene.one_time, new)


def test_the_present_password_is_asked_for(scene: Scene) -> None:
    """A stolen session alone does not change it."""
    account = scene.store.accounts.get("admin")
    assert account is not None

    with pytest.raises(PasswordError, match="present"):
        Accounts(scene.store).change(account, "wrong", "a calm gate at dawn 9")


def test_no_password_stands_in_the_record(scene: Scene) -> None:
    """Only its argon2id hash."""
    text = b"".join(path.read_bytes() for path in scene.store.folder.glob("*.db*"))

    assert scene.one_time.encode() not in text
    assert b"$argon2id$" in text


def test_a_crowd_at_the_door_does_not_take_every_thread(scene: Scene) -> None:
    """Past eight who wait, the next is asked to come again, at once."""
    accounts = Accounts(scene.store)
    for _ in range(8):
        assert accounts_module._WAITING.acquire(blocking=False)
    try:
        with pytest.raises(BusyError):
            accounts.check("admin", scene.one_time)
    finally:
        accounts_module._WAITING.release(8)

    assert accounts.check("admin", scene.one_time) is not None


def test_a_crowd_of_failed_logins_does_not_ask_for_a_new_password(scene: Scene) -> None:
    """Whatever else is recorded of an account, and however much, its password stays the chosen one."""
    accounts = Accounts(scene.store)
    account = scene.store.accounts.get("admin")
    assert account is not None
    accounts.change(account, scene.one_time, "a calm gate at dawn 9")
    for _ in range(201):
        scene.put("login.refused", {"ip": "203.0.113.7"}, actor=Ref(kind="account", id="admin"))

    assert not Accounts(scene.store).must_change("admin")


def test_a_reset_mints_a_one_time_password_and_ends_every_session(scene: Scene) -> None:
    """Also for a console that runs and knows that the password was chosen."""
    accounts = Accounts(scene.store)
    account = scene.store.accounts.get("admin")
    assert account is not None
    accounts.change(account, scene.one_time, "a calm gate at dawn 9")
    assert not accounts.must_change("admin")
    token = scene.store.sessions.create("admin", 60)

    password = reset(scene.store, "admin", actor=Ref(kind="user", id="root"))

    assert accounts.must_change("admin")
    assert scene.store.sessions.account(token) is None
    assert accounts.check("admin", "a calm gate at dawn 9") is None
    found = accounts.check("admin", password)
    assert found is not None
    assert found.role == "admin"
    accounts.change(found, password, "a calm gate at dusk 9")
    assert not accounts.must_change("admin")
    kinds = [one.event.kind for one in scene.store.events.of(Ref(kind="account", id="admin"))]
    assert kinds == ["account.created", "account.password", "account.reset", "account.password"]


def test_an_account_is_made_once_and_under_a_plain_name(scene: Scene) -> None:
    """Case does not tell two apart; what could mislead in a log is no name."""
    who = Ref(kind="user", id="root")
    password = create(scene.store, "ada", "viewer", actor=who)

    found = Accounts(scene.store).check("ada", password)
    assert found is not None
    assert found.role == "viewer"
    for name in ("Ada", "ADMIN", "", "a b", "a\u202eb", "x" * 65):
        with pytest.raises(YanmenError):
            create(scene.store, name, "viewer", actor=who)


def test_nobody_who_is_unknown_is_reset(scene: Scene) -> None:
    """And the name comes back in a form that is fit to print."""
    with pytest.raises(YanmenError, match=r"no account \\u001b"):
        reset(scene.store, "\x1b[31m", actor=Ref(kind="user", id="root"))
