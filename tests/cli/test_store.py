"""``yanmen store``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.postgresql import Server

from yanmen.cli.store import command
from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Event
from yanmen.store import Store


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """An embedded store with a record."""
    with Store.open(tmp_path / "data") as store:
        store.append(Event(id="evt_1", at=1, kind="call.refused")).result(30)
    return tmp_path / "data"


def said(data: Path, *words: str) -> Result:
    """What the command answers."""
    result = CliRunner().invoke(command, [*words, "--data", str(data)])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_status_says_where_it_is_and_that_it_can_be_written(data: Path) -> None:
    """By a commit."""
    found = json.loads(said(data, "status", "--json").stdout)

    assert (found["engine"], found["where"], found["records"]) == ("sqlite", str(data), 1)
    assert found["milliseconds"] > 0
    assert "sqlite" in said(data, "status").stdout


def test_where_there_is_no_store_none_is_made(tmp_path: Path) -> None:
    """A wrong folder is an error."""
    with pytest.raises(YanmenError, match="no store"):
        said(tmp_path, "status")
    assert not list(tmp_path.iterdir())


def test_a_store_is_moved_and_found_again(data: Path, postgresql: Server) -> None:
    """One command; afterwards every other goes there."""
    url = postgresql.database(empty=True)
    moved = json.loads(said(data, "move", "--to", url, "--json").stdout)
    status = json.loads(said(data, "status", "--json").stdout)

    assert (moved["records"], moved["result"]) == (1, "ok")
    assert (status["engine"], status["records"]) == ("postgresql", 1)
    assert "schema" in said(data, "migrate").stdout
