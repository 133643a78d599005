"""``yanmen playbook``."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result

from yanmen.cli.playbook import command
from yanmen.core.clock import now
from yanmen.core.errors import YanmenError
from yanmen.core.ids import new_id
from yanmen.core.keys import key_hash, new_key
from yanmen.core.nouns import Event
from yanmen.intel.leaks import sighted
from yanmen.soc import Soc, built_in
from yanmen.soc.actions.ban import Ban
from yanmen.soc.playbook import FOLDER
from yanmen.store import Key, Store


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A store with the incident of a leaked key, to which nothing was done yet."""
    folder = tmp_path / "data"
    with Store.open(folder) as store:
        text = new_key()
        key = Key(id=new_id("key"), hash=key_hash(text), name="ci", created=now())
        made = Event(id=new_id("evt"), at=now(), kind="key.created", data={"key": msgspec.to_builtins(key)})
        store.append(made).result(30)
        sighted(store, [text], place="a gist", source="scanner")
        watch = Soc(store, shadow_until=1 << 62)
        watch.step()
        watch.close()
    return folder


def incident_of(data: Path) -> str:
    """The incident's id."""
    with Store.open(data) as store:
        return store.incidents.list()[0].id


def standing(data: Path) -> int:
    """How many bans stand."""
    with Store.open(data) as store:
        return len(store.decisions.standing(now()))


def said(*words: str, data: Path | None = None) -> Result:
    """What the command answers."""
    result = CliRunner().invoke(command, [*words, *(["--data", str(data)] if data else [])])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_every_playbook_is_listed() -> None:
    """With how it starts and what it does."""
    text = said("list").stdout

    assert all(book.playbook in text for book in built_in())
    assert "ban → mark → notify" in text
    assert len(json.loads(said("list", "--json").stdout)) == len(built_in())


def test_a_dry_run_changes_nothing_and_a_run_is_taken_back_by_one_command(data: Path) -> None:
    """Each says what it did, step by step."""
    incident = incident_of(data)
    planned = said("run", "leaked-key", "--incident", incident, "--dry-run", data=data).stdout
    assert "would do" in planned
    assert '"subject": "key:key_' in planned
    assert standing(data) == 0

    assert (
        "is refused at every door" in said("run", "leaked-key", "--incident", incident[:25], data=data).stdout
    )
    assert standing(data) == 1
    assert "in this order" in said("undo", incident, "--dry-run", data=data).stdout
    assert standing(data) == 1

    undone = said("undo", incident[:25], data=data)
    assert undone.exit_code == 0
    assert [line.split()[1] for line in undone.stdout.splitlines()[1:]] == ["notify", "contain", "ban"]
    assert standing(data) == 0
    assert "nothing to take back" in said("undo", incident, data=data).stdout


def test_a_run_is_undone_by_its_own_name_too(data: Path) -> None:
    """As the run printed it."""
    done = json.loads(said("run", "leaked-key", "--incident", incident_of(data), "--json", data=data).stdout)
    steps = json.loads(said("undo", done["id"], "--json", data=data).stdout)

    assert {step["state"] for step in steps} == {"undone"}


def test_a_failed_step_exits_with_2_and_a_second_run_does_what_is_missing(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Scripts can tell."""

    def broken(*_: object) -> None:
        raise OSError("disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(Ban, "do", broken)
        failed = said("run", "leaked-key", "--incident", incident_of(data), data=data)
    assert failed.exit_code == 2
    assert "disk is full" in failed.stdout

    assert said("run", "leaked-key", "--incident", incident_of(data), data=data).exit_code == 0
    assert standing(data) == 1


def test_what_is_not_there_is_an_error(data: Path) -> None:
    """With a hint."""
    with pytest.raises(YanmenError, match="no playbook"):
        said("run", "none", "--incident", incident_of(data), data=data)
    with pytest.raises(YanmenError, match="no run"):
        said("undo", "run_none", data=data)


def test_a_playbook_file_is_checked(tmp_path: Path) -> None:
    """Its tests run; an error has its place."""
    bad = tmp_path / "bad.yaml"
    bad.write_text("playbook: x\n", "utf-8")

    assert "leaked-key: good, 3 tests hold" in said("check", str(FOLDER / "leaked-key.yaml")).stdout
    with pytest.raises(YanmenError, match=r"bad\.yaml:1"):
        said("check", str(bad))
