"""``yanmen edge``. What it does in a kernel is tested in tests/edge/test_process.py."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from yanmen import soc
from yanmen.cli.edge import _say, command
from yanmen.core.errors import YanmenError
from yanmen.core.nouns import FOREVER, Phrase, Ref
from yanmen.store import Store


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A store with bans."""
    with Store.open(tmp_path / "data") as store:
        for text, lasts in (("203.0.113.7", FOREVER), ("203.0.113.0/24", 600), ("192.0.2.1", 600)):
            soc.ban(
                store, Ref(kind="ip", id=text), reason="test", lasts=lasts, actor=Ref(kind="user", id="me")
            )
    return tmp_path / "data"


def test_the_plan_is_a_program_and_its_bans(data: Path, tmp_path: Path) -> None:
    """With what is left out, and a word on proxies."""
    file = tmp_path / "yanmen.toml"
    file.write_text('[gateway]\ntrusted_proxies = ["192.0.2.0/24"]\n')
    done = CliRunner().invoke(command, ["plan", "--data", str(data), "--config", str(file)])
    assert done.exit_code == 0
    assert "table inet yanmen {" in done.stdout
    assert "203.0.113.7  until lifted" in done.stdout
    assert "203.0.113.0/24  20" in done.stdout
    assert "1 bans are not applied: the allow list wins" in done.stdout
    assert "sees only the proxy" in done.stderr
    found = json.loads(CliRunner().invoke(command, ["plan", "--data", str(data), "--json"]).stdout)
    assert len(found["bans"]) == 3
    assert found["counts"]["networks"] == 1


def test_a_wrong_folder_is_told_of(tmp_path: Path) -> None:
    """No store is made there."""
    for name in ("plan", "diff", "run"):
        done = CliRunner().invoke(command, [name, "--data", str(tmp_path / "dat")])
        assert isinstance(done.exception, YanmenError)
    assert not (tmp_path / "dat").exists()


def test_events_are_said_in_the_readers_language(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A failure with its reason."""
    failed = {"what": "store", "error": "gone", "seconds": 1.0, "why": Phrase(en="gone", zh="不见了")}
    _say("failed", failed)
    monkeypatch.setenv("YANMEN_LANG", "zh")
    _say("failed", failed)
    said = capsys.readouterr().err.splitlines()
    assert "gone" in said[0]
    assert "不见了" in said[1]
