"""``yanmen accounts``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from yanmen.cli.accounts import command
from yanmen.console.accounts import Accounts, ensure_admin
from yanmen.core.errors import YanmenError
from yanmen.store import Store


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The folder of a store after the first start."""
    with Store.open(tmp_path / "data") as store:
        assert ensure_admin(store)
    return tmp_path / "data"


def said(data: Path, *words: str) -> Result:
    """What the command answers."""
    result = CliRunner().invoke(command, [*words, "--data", str(data)])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_a_lost_password_is_replaced(data: Path) -> None:
    """The last line is the new one, and it opens the account."""
    password = said(data, "reset", "admin").stdout.splitlines()[-1]

    with Store.open(data) as store:
        assert Accounts(store).check("admin", password) is not None
        assert Accounts(store).must_change("admin")


def test_a_program_is_answered_in_json(data: Path) -> None:
    """Name and password."""
    answer = json.loads(said(data, "reset", "admin", "--json").stdout)

    with Store.open(data) as store:
        assert Accounts(store).check(answer["name"], answer["password"]) is not None


def test_the_list_shows_roles_and_never_a_hash(data: Path) -> None:
    """In words for people and in JSON for machines."""
    said(data, "create", "ada")

    assert json.loads(said(data, "list", "--json").stdout) == [
        {"name": "ada", "role": "viewer", "must_change": True},
        {"name": "admin", "role": "admin", "must_change": True},
    ]
    assert "argon2" not in said(data, "list").stdout


def test_an_unknown_account_or_folder_is_an_error(data: Path, tmp_path: Path) -> None:
    """A folder without a store is not made one."""
    with pytest.raises(YanmenError, match="no account"):
        said(data, "reset", "eve")
    with pytest.raises(YanmenError, match="no store"):
        said(tmp_path / "elsewhere", "list")

    assert not (tmp_path / "elsewhere").exists()


def test_a_role_that_is_none_is_refused(data: Path) -> None:
    """Exit code 2."""
    assert said(data, "create", "ada", "--role", "root").exit_code == 2
