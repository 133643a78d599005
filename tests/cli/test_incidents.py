"""``yanmen incidents``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner, Result

from yanmen.cli.incidents import command
from yanmen.core.clock import now
from yanmen.core.errors import YanmenError
from yanmen.core.ids import new_id
from yanmen.core.keys import key_hash, new_key
from yanmen.core.nouns import Event, Ref
from yanmen.intel.leaks import sighted
from yanmen.soc import Soc
from yanmen.store import Key, Store


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A store with one incident: a key whose owner gave it a name to fool terminals leaked, and was banned."""
    folder = tmp_path / "data"
    with Store.open(folder) as store:
        text = new_key()
        key = Key(id=new_id("key"), hash=key_hash(text), name="ci\x1b[2J-bot", created=now())
        made = Event(id=new_id("evt"), at=now(), kind="key.created", data={"key": msgspec.to_builtins(key)})
        store.append(made).result(30)
        sighted(store, [text], place="a gist \u202egnp", source="scanner")
        watch = Soc(store)
        watch.step()
        watch.close()
    return folder


def said(data: Path, *words: str, zh: bool = False) -> Result:
    """What the command answers."""
    result = CliRunner().invoke(
        command, [*words, "--data", str(data)], env={"YANMEN_LANG": "zh" if zh else "en"}
    )
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def listed(data: Path) -> list[dict[str, Any]]:
    """The list as JSON."""
    found: list[dict[str, Any]] = json.loads(said(data, "list", "--json").stdout)
    return found


def test_the_list_has_a_line_for_each(data: Path) -> None:
    """And JSON for programs; a status narrows it."""
    (incident,) = listed(data)
    line = said(data, "list").stdout

    assert incident["cause"].startswith("key.leaked/key:")
    assert incident["id"] in line
    assert "critical" in line
    assert "contained" in line
    assert said(data, "list", "--status", "closed").stdout == "No incidents.\n"


@pytest.mark.parametrize("zh", [False, True])
def test_an_incident_is_read_on_one_page(data: Path, *, zh: bool) -> None:
    """What happened, what was done, how to take it back; nothing that could fool the terminal."""
    (incident,) = listed(data)
    page = said(data, "show", incident["id"][:25], zh=zh).stdout

    words = (
        ("经过", "处置", "全部撤销", "已执行")
        if zh
        else ("What happened", "What was done", "Take it all back", "done")
    )
    assert all(word in page for word in words)
    assert f"yanmen playbook undo {incident['id']}" in page
    assert "leaked-key/ban" in page
    assert "dec_" in page
    assert "\x1b" not in page
    assert "\u202e" not in page
    assert len(page.splitlines()) < 30


def test_lines_alike_are_one(data: Path) -> None:
    """Twelve refusals are a number, not a page."""
    with Store.open(data) as store:
        finding = {
            "rule": "prompt.override",
            "severity": 3,
            "subject": "text:0",
            "evidence": "ignore all",
            "fingerprint": "0",
        }
        for _ in range(12):
            event = Event(
                id=new_id("evt"),
                at=now(),
                kind="call.refused",
                actor=Ref(kind="key", id="key_1"),
                data={"findings": [finding], "verdict": "block", "ip": "::1"},
            )
            store.append(event).result(30)
        watch = Soc(store)
        watch.step()
        watch.close()
    (incident,) = [one for one in listed(data) if one["cause"].startswith("prompt.")]

    page = said(data, "show", incident["id"]).stdout

    assert "×12" in page
    assert page.count("ignore all") == 1


def test_a_program_reads_the_runs_too(data: Path) -> None:
    """In the same document."""
    (incident,) = listed(data)
    shown = json.loads(said(data, "show", incident["id"], "--json").stdout)

    assert [step["state"] for step in shown["runs"][0]["steps"]] == ["done", "done", "done"]


def test_an_incident_is_assigned_and_closed(data: Path) -> None:
    """By whoever sits at the terminal."""
    (incident,) = listed(data)

    assert "bob" in said(data, "assign", incident["id"], "bob").stdout
    assert "yanmen playbook undo" in said(data, "close", incident["id"], "--note", "done with").stdout
    (closed,) = listed(data)
    assert (closed["status"], closed["owner"]) == ("closed", "bob")
    assert "done with" in said(data, "show", incident["id"]).stdout


def test_an_unknown_incident_is_an_error_with_a_hint(data: Path) -> None:
    """``main`` prints it and exits with 2."""
    with pytest.raises(YanmenError, match="no incident"):
        said(data, "show", "inc_none")
