"""``yanmen keys``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from yanmen.cli.keys import command
from yanmen.core.clock import DAY, SECOND, now
from yanmen.core.errors import YanmenError
from yanmen.core.keys import is_key, key_hash
from yanmen.core.nouns import Ref
from yanmen.soc import handover
from yanmen.store import Key, Store


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder for a store."""
    return tmp_path / "data"


def said(data: Path, *words: str) -> Result:
    """What the command answers."""
    result = CliRunner().invoke(command, [*words, "--data", str(data)])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def told(data: Path, *words: str) -> Any:
    """What it answers as JSON."""
    return json.loads(said(data, *words, "--json").stdout)


def kept(data: Path, key: str) -> Key:
    """A key as it stands."""
    with Store.open(data) as store:
        found = store.keys.get(key)
    assert found is not None
    return found


def test_a_key_is_shown_once_and_only_its_hash_is_kept(data: Path) -> None:
    """Also in the files themselves."""
    made = told(data, "create", "--name", "a team", "--scope", "call", "--scope", "guard", "--expires", "30")
    key = kept(data, made["id"])

    assert is_key(made["key"])
    assert key.hash == key_hash(made["key"])
    assert key.scopes == ("call", "guard")
    assert key.expires == key.created + 30 * DAY
    assert made["key"] not in said(data, "list").stdout
    assert not any(made["key"].encode() in path.read_bytes() for path in data.rglob("*") if path.is_file())


def test_the_list_says_how_each_key_stands(data: Path) -> None:
    """In words for people and in JSON for machines; no hash in either."""
    first = told(data, "create", "--name", "one")
    second = told(data, "create", "--name", "two", "--tenant", "lab")
    said(data, "revoke", second["id"])
    listed = told(data, "list")

    assert [(key["name"], key["tenant"], key["usable"]) for key in listed] == [
        ("one", "default", True),
        ("two", "lab", False),
    ]
    assert all("hash" not in key for key in listed)
    assert [line.split()[0] for line in said(data, "list").stdout.splitlines()] == [first["id"], second["id"]]


def test_a_rotated_key_works_until_its_grace_is_over(data: Path) -> None:
    """The new one inherits name, tenant, scopes and lifetime."""
    old = told(data, "create", "--name", "bot", "--tenant", "lab", "--scope", "intel", "--expires", "10")
    new = told(data, "rotate", old["id"], "--grace", "60")
    before, after = kept(data, old["id"]), kept(data, new["id"])

    assert (after.name, after.tenant, after.scopes, after.replaces) == ("bot", "lab", ("intel",), old["id"])
    assert after.expires - after.created == 10 * DAY
    assert before.usable(after.created)
    assert not before.usable(after.created + 60 * SECOND)


def test_a_key_is_revoked_by_the_beginning_of_its_id(data: Path) -> None:
    """Twice is harmless; the reason is kept."""
    made = told(data, "create", "--name", "gone")
    first = said(data, "revoke", made["id"][:12], "--reason", "left the company")
    again = said(data, "revoke", made["id"])
    with Store.open(data) as store:
        events = store.events.after(0, kinds=("key.revoked",))

    assert (first.exit_code, again.exit_code) == (0, 0)
    assert [one.event.data["reason"] for one in events] == ["left the company"]
    assert not kept(data, made["id"]).usable(now())


def test_what_fits_two_keys_or_none_is_refused(data: Path) -> None:
    """With advice."""
    for name in ("one", "two"):
        said(data, "create", "--name", name)

    with pytest.raises(YanmenError, match="2 keys begin with"):
        said(data, "revoke", "key_")
    with pytest.raises(YanmenError, match="no key begins with"):
        said(data, "revoke", "key_zzz")
    with pytest.raises(YanmenError, match="needs a name"):
        said(data, "create", "--name", " ")


def test_a_key_that_a_playbook_made_is_taken_once(data: Path) -> None:
    """By its own id or the old one's; as it is written in the incident."""
    made = told(data, "create", "--name", "a team")
    actor = Ref(kind="playbook", id="rotate-key")
    for name in ("key_first", "key_second"):
        with Store.open(data) as store:
            old = store.keys.get(made["id"])
            assert old is not None
            handover.rotated(store, old, name=name, overlap=60, actor=actor, cause="x")
    page = said(data, "collect", "key_first").stdout
    text = page.splitlines()[-1]
    assert f"replaces {made['id']}" in page
    assert kept(data, "key_first").hash == key_hash(text)

    assert told(data, "collect", f"key:{made['id']}")["id"] == "key_second"
    with pytest.raises(YanmenError, match="no key waits"):
        said(data, "collect", made["id"])


def test_a_key_that_has_ended_cannot_be_rotated(data: Path) -> None:
    """It would come back to life."""
    made = told(data, "create", "--name", "gone")
    said(data, "revoke", made["id"])

    with pytest.raises(YanmenError, match="no longer good"):
        said(data, "rotate", made["id"])


def test_only_create_makes_a_store(data: Path) -> None:
    """A mistyped folder is said to be none."""
    for words in (("list",), ("revoke", "key_1"), ("rotate", "key_1")):
        with pytest.raises(YanmenError, match="no store"):
            said(data, *words)

    assert not data.exists()


def test_keys_are_made_while_another_process_has_the_store_open(data: Path) -> None:
    """A door that polls sees it."""
    with Store.open(data) as door:
        before = door.version(), door.touched("keys")
        made = told(data, "create", "--name", "new")

        assert door.version() != before[0]
        assert door.touched("keys") > before[1]
        assert [key.id for key in door.keys.list()] == [made["id"]]


def test_chinese_readers_are_answered_in_chinese(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By YANMEN_LANG."""
    monkeypatch.setenv("YANMEN_LANG", "zh")

    assert "仅显示这一次" in said(data, "create", "--name", "团队").stdout
    assert "有效" in said(data, "list").stdout


def test_a_name_cannot_fool_the_terminal(data: Path) -> None:
    """Control and direction characters are shown as what they are."""
    said(data, "create", "--name", "a\x1b[31m\u202eb")

    assert "\x1b" not in said(data, "list").stdout
    assert "\\u202e" in said(data, "list").stdout


def test_a_key_is_made_with_what_it_may_use_and_where(data: Path) -> None:
    """Kept as it was said, and its successor has the same."""
    words = (
        "--rpm 60 --tpm 100000 --budget 5usd/month --models gpt-4* --surfaces chat --ips 192.0.2.0/24"
        " --team red --priority high"
    )
    made = told(data, "create", "--name", "ada", *words.split())
    key = kept(data, made["id"])
    successor = kept(data, told(data, "rotate", made["id"])["id"])

    assert (key.limits.requests_per_minute, key.limits.tokens_per_minute) == (60, 100_000)
    assert key.limits.budgets == ("5usd/month",)
    assert (key.models, key.surfaces, key.ips) == (("gpt-4*",), ("chat",), ("192.0.2.0/24",))
    assert (key.team, key.priority) == ("red", "high")
    assert (successor.limits, successor.models, successor.team) == (key.limits, key.models, "red")


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("--budget", "five dollars"), "budget"),
        (("--ips", "nowhere"), "network"),
        (("--surfaces", "chatt"), "surface"),
    ],
)
def test_what_makes_no_sense_is_said(data: Path, words: tuple[str, str], problem: str) -> None:
    """And no key is made."""
    with pytest.raises(YanmenError, match=problem):
        said(data, "create", "--name", "ada", *words)
    assert not Store.exists(data)
