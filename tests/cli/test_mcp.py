"""``yanmen mcp``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from yanmen.cli.mcp import command
from yanmen.core.clock import now
from yanmen.core.errors import YanmenError
from yanmen.core.ids import new_id
from yanmen.core.nouns import Event
from yanmen.store import Store


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder whose store has seen two tools."""
    folder = tmp_path / "data"
    seen(folder, add="a1" * 32, sub="b1" * 32)
    return folder


def seen(data: Path, **tools: str) -> None:
    """A server describes tools."""
    told: dict[str, Any] = {"server": "calc", "tools": tools}
    with Store.open(data) as store:
        store.append(Event(id=new_id("evt"), at=now(), kind="mcp.tools-seen", data=told)).result(30)


def said(data: Path, *words: str) -> Result:
    """What the command answers."""
    result = CliRunner().invoke(command, [*words, "--data", str(data)])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def listed(data: Path, *words: str) -> list[dict[str, Any]]:
    """The tools as JSON."""
    found: list[dict[str, Any]] = json.loads(said(data, "list", "--json", *words).stdout)
    return found


def test_a_changed_tool_is_listed_first_and_approved(data: Path) -> None:
    """By whom and why is on record."""
    seen(data, sub="b2" * 32)
    lines = said(data, "list").stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["calc/sub", "calc/add"]
    assert [one["name"] for one in listed(data, "--changed")] == ["sub"]

    said(data, "approve", "calc", "sub", "--reason", "read it", "--digest", "b2b2")
    assert not listed(data, "--changed")
    assert all(one["trusted"] for one in listed(data))
    with Store.open(data) as store:
        (event,) = [one.event for one in store.events.after(0, 100, ("mcp.tool-approved",))]
    assert (event.data["reason"], str(event.subject)) == ("read it", "tool:calc/sub")
    assert "already" in said(data, "approve", "calc", "sub", "--reason", "again").stdout


def test_what_was_not_read_is_not_approved(data: Path) -> None:
    """A description that came meanwhile, or a tool that nobody has seen."""
    seen(data, sub="b3" * 32)
    with pytest.raises(YanmenError):
        said(data, "approve", "calc", "sub", "--reason", "read it", "--digest", "b2b2")
    with pytest.raises(YanmenError):
        said(data, "approve", "calc", "mul", "--reason", "?")
    assert [one["name"] for one in listed(data, "--changed")] == ["sub"]


def test_a_tool_is_forgotten(data: Path) -> None:
    """And none is nothing to list."""
    said(data, "forget", "calc", "sub")
    said(data, "forget", "calc", "add")

    assert "No tools" in said(data, "list").stdout
