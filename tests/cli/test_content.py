"""``yanmen content``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from yanmen.cli.content import command
from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Event
from yanmen.store import Store
from yanmen.store.audit import verify


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A store with two kept texts of one tenant."""
    folder = tmp_path / "data"
    with Store.open(folder) as store:
        for number in (1, 2):
            commitment = store.content.put(f"evt_{number}", "lab", "prompt", b"text")
            kept = {"tenant": "lab", "content": {"prompt": commitment}}
            store.append(Event(id=f"evt_{number}", at=number, kind="call.refused", data=kept)).result(30)
    return folder


def said(data: Path, *words: str, typed: str = "") -> Result:
    """What the command answers."""
    result = CliRunner().invoke(command, ["erase", *words, "--data", str(data)], input=typed)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def kept(data: Path) -> list[str]:
    """Events of which something is kept."""
    with Store.open(data) as store:
        return [event for event in ("evt_1", "evt_2") if store.content.names(event)]


def test_a_tenants_texts_are_erased_and_the_log_verifies(data: Path) -> None:
    """Recorded with who and why."""
    result = said(data, "--tenant", "lab", "--yes", "--reason", "asked by the tenant")
    with Store.open(data) as store:
        (told,) = store.events.after(2)

    assert "2 kept texts of tenant:lab are erased" in result.stdout
    assert kept(data) == []
    assert told.event.data["reason"] == "asked by the tenant"
    assert told.event.actor is not None
    assert verify(data).word == "ok"


def test_one_events_texts_are_erased(data: Path) -> None:
    """The rest stays; again, there is nothing."""
    assert json.loads(said(data, "--event", "evt_1", "--yes", "--json").stdout) == {"erased": 1}
    assert kept(data) == ["evt_2"]
    assert "Nothing is kept of event:evt_1" in said(data, "--event", "evt_1", "--yes").stdout


def test_it_asks_before_it_erases(data: Path) -> None:
    """No is no."""
    assert said(data, "--tenant", "lab", typed="n\n").exit_code == 1
    assert kept(data) == ["evt_1", "evt_2"]
    assert said(data, "--tenant", "lab", typed="y\n").exit_code == 0
    assert kept(data) == []


def test_wrong_use_is_told_with_advice(data: Path, tmp_path: Path) -> None:
    """Nothing named, two things named, no store."""
    for words in ((), ("--tenant", "a", "--event", "b"), ("--tenant", "")):
        with pytest.raises(YanmenError, match="either a tenant or an event"):
            said(data, *words, "--yes")
    with pytest.raises(YanmenError, match="no store"):
        said(tmp_path / "other", "--tenant", "lab", "--yes")


def test_chinese_readers_are_answered_in_chinese(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By YANMEN_LANG."""
    monkeypatch.setenv("YANMEN_LANG", "zh")

    assert "已删除" in said(data, "--tenant", "lab", "--yes").stdout
