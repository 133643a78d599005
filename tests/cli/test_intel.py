"""``yanmen intel``."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result

from yanmen.cli.intel import command
from yanmen.core.clock import now
from yanmen.core.errors import YanmenError
from yanmen.core.ids import new_id
from yanmen.core.keys import key_hash, new_key
from yanmen.core.nouns import Event
from yanmen.soc import Soc, standing_bans
from yanmen.store import Key, Store


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder for a store."""
    return tmp_path / "data"


def minted(data: Path) -> str:
    """A new key's text."""
    text = new_key()
    key = Key(id=new_id("key"), hash=key_hash(text), name="k", created=now())
    with Store.open(data) as store:
        made = Event(id=new_id("evt"), at=now(), kind="key.created", data={"key": msgspec.to_builtins(key)})
        store.append(made).result(30)
    return text


def said(*words: str, typed: str | None = None) -> Result:
    """What the command answers."""
    result = CliRunner().invoke(command, words, input=typed)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_a_folder_without_keys_is_clean(tmp_path: Path) -> None:
    """Exit code 0."""
    (tmp_path / "a.txt").write_text("nothing here")

    result = said("leaks", "scan", str(tmp_path))

    assert result.exit_code == 0
    assert "no key found" in result.output


def test_a_key_is_found_with_its_line_and_never_printed(tmp_path: Path) -> None:
    """Exit code 1; found beats could-not-judge."""
    key = new_key()
    (tmp_path / "a.txt").write_text(f"one\ntwo {key}\n")

    result = said("leaks", "scan", str(tmp_path), str(tmp_path / "gone"))

    assert result.exit_code == 1
    assert f"{tmp_path}/a.txt:2: key.leaked" in result.output
    assert key not in result.output


def test_what_cannot_be_read_is_not_clean(tmp_path: Path) -> None:
    """Exit code 2."""
    result = said("leaks", "scan", str(tmp_path / "gone"))

    assert result.exit_code == 2
    assert "no key found" not in result.output


def test_the_standard_input_is_a_filter() -> None:
    """As in a pipe of a build."""
    assert said("leaks", "scan", "-", typed=f"x {new_key()}").exit_code == 1
    assert said("leaks", "scan", "-", typed="x").exit_code == 0


def test_known_ones_are_left_out(tmp_path: Path) -> None:
    """By the fingerprint that was printed."""
    (tmp_path / "a.txt").write_text(new_key())
    known = tmp_path / "known.txt"
    known.write_text("")
    found = json.loads(said("leaks", "scan", str(tmp_path), "--json").output)["found"]
    known.write_text(f"{found[0]['fingerprint']}  # a test's\n")

    assert said("leaks", "scan", str(tmp_path), "--known", str(known)).exit_code == 0


def test_a_history_says_which_commit(tmp_path: Path) -> None:
    """And the file as it was called there."""
    key = new_key()
    (tmp_path / "a.txt").write_text(key)
    who = ("-c", "user.name=a", "-c", "user.email=a@b.invalid")
    for words in (
        ("init", "-q"),
        ("add", "-A"),
        ("commit", "-qm", "m"),
        ("rm", "-qf", "a.txt"),
        ("commit", "-qm", "n"),
    ):
        subprocess.run(["git", *who, "-C", str(tmp_path), *words], check=True, capture_output=True)

    (row,) = json.loads(said("leaks", "scan", "--git", str(tmp_path), "--json").output)["found"]

    assert (row["path"], row["line"], len(row["commit"])) == ("a.txt", 1, 40)


def test_a_report_bans_the_key_at_every_door(tmp_path: Path, data: Path) -> None:
    """The sighting, its incident, the playbook and the ban; a stranger's key has no consequence."""
    key = minted(data)
    (tmp_path / "notes.md").write_text(f"{key}\n{new_key()}\n")

    result = said("leaks", "scan", str(tmp_path / "notes.md"), "--report", "--data", str(data))

    assert "1 of our keys" in result.output
    with Store.open(data) as store:
        watch = Soc(store)
        watch.step()
        watch.close()
        (ban,) = standing_bans(store)
        found = store.keys.by_hash(key_hash(key))
        assert found is not None
        assert ban.subject.id == found.id


def test_a_list_names_ours(tmp_path: Path, data: Path) -> None:
    """Exit code 1 where one of ours is in it, else 0."""
    key = minted(data)
    listed = tmp_path / "list.txt"
    listed.write_text(f"{'0' * 64}\n")
    assert said("leaks", "import", str(listed), "--data", str(data)).exit_code == 0

    listed.write_text(f"{'0' * 64}\n{key_hash(key)}\n")
    result = said("leaks", "import", str(listed), "--data", str(data), "--json")
    assert result.exit_code == 1
    assert json.loads(result.output)["read"] == 2


def test_nothing_named_is_wrong_use() -> None:
    """With advice."""
    with pytest.raises(YanmenError, match="nothing to scan"):
        said("leaks", "scan")


def test_an_address_is_told_where_it_is_from(tmp_path: Path) -> None:
    """By the lists of the configuration; without any address it says how much it knows."""
    (tmp_path / "tor.txt").write_text("192.0.2.7\n")
    config = tmp_path / "yanmen.toml"
    config.write_text(f'[intel.networks.lists]\ntor = "{tmp_path / "tor.txt"}"\n')

    result = said("networks", "192.0.2.7", "192.0.2.8", "--config", str(config))
    assert result.output.splitlines() == ["192.0.2.7  tor", "192.0.2.8  nothing is known"]
    assert "1 files, 4 ranges" in said("networks", "--config", str(config)).output
    told = json.loads(said("networks", "192.0.2.7", "--config", str(config), "--json").output)
    assert told[0]["networks"] == ["tor"]
