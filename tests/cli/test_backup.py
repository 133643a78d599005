"""``yanmen backup``."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from yanmen.cli.backup import command
from yanmen.core.nouns import Event
from yanmen.store import Store


def test_a_store_is_copied_and_put_back(tmp_path: Path) -> None:
    """Each says how much, and that it verifies."""
    data, backup, new = tmp_path / "data", tmp_path / "backup", tmp_path / "new"
    with Store.open(data) as store:
        store.append(Event(id="evt_1", at=1, kind="call.refused")).result(30)
        made = CliRunner().invoke(command, ["create", str(backup), "--data", str(data)])
    back = CliRunner().invoke(command, ["restore", str(backup), "--data", str(new)])

    assert (made.exit_code, back.exit_code) == (0, 0)
    assert "1 records" in made.stdout
    assert "whole" in back.stdout
    with Store.open(new) as store:
        assert store.events.last_seq() == 1
