"""``yanmen modes``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from yanmen.cli.modes import command
from yanmen.core.errors import YanmenError

MODE = "version: 1\nmode: mine\nlevel: 4\ntitle: {en: Mine, zh: 我的}\nabout: {en: A test., zh: 测试。}\n"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder for a store."""
    return tmp_path / "data"


def said(*words: str) -> Result:
    """What the command answers."""
    result = CliRunner().invoke(command, list(words))
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_a_mode_is_switched_listed_and_taken_back(data: Path) -> None:
    """Without a gateway as well: it is in the record, and doors obey it when they start."""
    folder = ("--data", str(data))
    assert "* normal" in said("list", *folder).stdout

    answer = said("switch", "under-attack", "--for", "2h", "--reason", "storm", *folder).stdout
    assert "normal → under-attack" in answer
    told = json.loads(said("list", "--json", *folder).stdout)
    assert told["in_force"] == "under-attack"
    assert told["standing"][0]["reason"] == "storm"
    assert "* under-attack" in said("list", *folder).stdout

    assert "under-attack → normal" in said("undo", "--reason", "over", *folder).stdout
    lines = said("history", *folder).stdout.splitlines()
    assert [line.split("  ")[1] for line in lines] == ["under-attack → normal", "normal → under-attack"]
    assert "normal → normal" in said("switch", "normal", "--reason", "r", *folder).stdout


def test_in_chinese(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same."""
    monkeypatch.setenv("YANMEN_LANG", "zh")

    assert "遭受攻击" in said("list", "--data", str(data)).stdout
    assert (
        "撤销：yanmen modes undo"
        in said("switch", "major-event", "--reason", "展会", "--data", str(data)).stdout
    )
    with pytest.raises(YanmenError) as wrong:
        said("switch", "none", "--reason", "r", "--data", str(data))
    assert wrong.value.message.zh == "没有名为 'none' 的模式"


def test_what_a_mode_does_is_shown_and_a_file_is_checked(data: Path, tmp_path: Path) -> None:
    """Exit 1 for a test that fails, 2 with a line for what is wrong."""
    assert "mode: under-attack" in said("show", "under-attack", "--data", str(data)).stdout
    file = tmp_path / "mine.yaml"
    file.write_text(
        MODE + "fields: {refuse: [logprobs]}\ntests:\n  - {given: {field: logprobs}, expect: refuse}\n",
        "utf-8",
    )
    assert said("check", str(file)).exit_code == 0
    file.write_text(MODE + "tests:\n  - {given: {field: logprobs}, expect: refuse}\n", "utf-8")
    failed = said("check", str(file))
    assert failed.exit_code == 1
    assert f"{file}:7" in failed.stdout
    file.write_text(MODE + "nonsense: 1\n", "utf-8")
    with pytest.raises(YanmenError, match="unknown field"):
        said("check", str(file))
