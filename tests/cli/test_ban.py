"""``yanmen ban``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner, Result

from yanmen.cli.ban import command
from yanmen.core.clock import now
from yanmen.core.errors import YanmenError
from yanmen.core.ids import new_id
from yanmen.core.keys import key_hash, new_key
from yanmen.core.nouns import Event, Verdict
from yanmen.store import Key, Store


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder for a store."""
    return tmp_path / "data"


def minted(data: Path, *, admin: bool = False) -> str:
    """A new key's text."""
    text = new_key()
    scopes: Any = ("admin",) if admin else ("call",)
    key = Key(id=new_id("key"), hash=key_hash(text), name="k", scopes=scopes, created=now())
    with Store.open(data) as store:
        made = Event(id=new_id("evt"), at=now(), kind="key.created", data={"key": msgspec.to_builtins(key)})
        store.append(made).result(30)
    return text


def said(data: Path, *words: str) -> Result:
    """What the command answers."""
    result = CliRunner().invoke(command, [*words, "--data", str(data)])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def listed(data: Path) -> list[dict[str, Any]]:
    """The standing bans as JSON."""
    found: list[dict[str, Any]] = json.loads(said(data, "list", "--json").stdout)
    return found


def test_a_ban_is_added_listed_and_lifted_by_the_beginning_of_its_id(data: Path) -> None:
    """By the whole key, which is not repeated."""
    text = minted(data)
    answer = said(data, "add", text, "--for", "2h", "--reason", "stolen").stdout
    (ban,) = listed(data)

    assert ban["id"] in answer
    assert text not in answer
    assert ban["lasts"] == 7_200
    assert "operator: stolen" in said(data, "list").stdout
    assert ban["id"] in said(data, "lift", ban["id"][:25], "--reason", "found").stdout
    assert listed(data) == []
    assert said(data, "list").stdout == "No bans stand.\n"


def test_lifting_one_of_two_says_that_the_other_stands(data: Path) -> None:
    """Otherwise the analyst wonders why the door is still shut."""
    for lasts in ("1h", "forever"):
        said(data, "add", "ip:203.0.113.7/24", "--for", lasts, "--reason", "x")
    one, other = listed(data)

    answer = said(data, "lift", one["id"], "--reason", "x").stdout

    assert one["subject"] == {"kind": "ip", "id": "203.0.113.0/24"}
    assert other["id"] in answer


def test_a_ban_as_json_is_its_decision(data: Path) -> None:
    """For programs."""
    made = json.loads(said(data, "add", "user:bob", "--reason", "x", "--json").stdout)

    assert made["verdict"] == 3
    assert made["subject"]["id"] == "bob"


def test_an_operators_key_needs_yes(data: Path) -> None:
    """A slip is not an outage."""
    text = minted(data, admin=True)
    with pytest.raises(YanmenError, match="administers"):
        said(data, "add", text, "--reason", "slip")

    said(data, "add", text, "--reason", "meant", "--yes")
    assert len(listed(data)) == 1


def test_a_reason_is_asked_for(data: Path) -> None:
    """Wrong use exits with 2."""
    assert said(data, "add", "user:bob").exit_code == 2


def test_a_decision_that_does_not_stand_cannot_be_lifted(data: Path) -> None:
    """An unknown one neither."""
    with pytest.raises(YanmenError, match="no decision"):
        said(data, "lift", "dec_none", "--reason", "x")


def test_a_challenge_stands_in_the_list_and_is_lifted_as_a_ban_is(data: Path) -> None:
    """Its verdict says what it is."""
    minted(data)
    said(data, "add", "ip:203.0.113.0/24", "--challenge", "--reason", "many new clients")
    (found,) = listed(data)

    assert found["verdict"] == int(Verdict.CHALLENGE)
    said(data, "lift", found["id"], "--reason", "over")
    assert listed(data) == []
