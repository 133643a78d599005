"""``yanmen up``: what it prints and refuses. That it runs is shown in tests/end_to_end."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from click.testing import CliRunner

from yanmen.cli import up, yanmen_command
from yanmen.core.config import Config, load
from yanmen.core.errors import YanmenError
from yanmen.store import Store


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("0.0.0.0", "127.0.0.1"),  # noqa: S104
        ("::", "127.0.0.1"),
        ("::1", "[::1]"),
        ("host", "host"),
    ],
)
def test_the_address_shown_is_one_that_can_be_opened(host: str, shown: str) -> None:
    """An address that means every interface is shown as the loopback."""
    assert shown == up._shown(host)


def test_a_child_comes_back_on_the_port_it_had() -> None:
    """Port 0 is asked for once."""
    config = load(None, {"gateway.port": ("--port", 0)}).config

    assert up._at_port(config, "gateway", 4711).gateway.port == 4711
    assert up._at_port(config, "gateway", 4711).console == config.console


@pytest.mark.parametrize(("tongue", "word"), [("en", "one-time password"), ("zh", "一次性口令")])
def test_the_first_start_shows_key_and_password(
    monkeypatch: pytest.MonkeyPatch, tongue: str, word: str
) -> None:
    """And a command to try, with the key filled in."""
    monkeypatch.setenv("YANMEN_LANG", tongue)
    ready = {
        "gateway": "http://127.0.0.1:1",
        "console": "http://127.0.0.1:2",
        "key": "ym_x",
        "admin_password": "p",
    }

    said = up._welcome(ready, Config())

    assert word in said
    assert "curl http://127.0.0.1:1/v1/chat/completions" in said
    assert "Bearer ym_x" in said


@pytest.mark.parametrize(("tongue", "word"), [("en", "another node started first"), ("zh", "另一节点")])
def test_of_nodes_that_first_start_together_one_shows_the_password(
    monkeypatch: pytest.MonkeyPatch, tongue: str, word: str
) -> None:
    """The other has made a key before it knew, which is as good."""
    monkeypatch.setenv("YANMEN_LANG", tongue)
    ready = {"gateway": "http://127.0.0.1:1", "console": "http://127.0.0.1:2", "key": "ym_x"}

    said = up._welcome(ready, Config())

    assert word in said
    assert said.count("ym_x") == 2
    assert "admin" not in said


def test_one_of_many_first_starts_mints_the_password(tmp_path: Path) -> None:
    """However close together they ask."""
    config = Config(data=str(tmp_path))
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(up._first_password, [config] * 4))

    assert sum("admin_password" in said for said in answers) == 1


def test_a_bad_configuration_starts_nothing(tmp_path: Path) -> None:
    """The error names the file and the line; no folder is made."""
    file = tmp_path / "yanmen.toml"
    file.write_text(f'data = "{tmp_path}/data"\n[gateway]\nprot = 1\n')

    refused = CliRunner().invoke(yanmen_command, ["up", "--config", str(file)])

    assert isinstance(refused.exception, YanmenError)
    assert "yanmen.toml:3" in str(refused.exception)
    assert not (tmp_path / "data").exists()


def test_a_start_that_fails_uses_up_no_password(tmp_path: Path) -> None:
    """Key and password are shown once: on the first start that succeeds."""
    words = ["up", "--data", str(tmp_path), "--upstream", "ftp://model", "--port", "0", "--console-port", "0"]

    refused = CliRunner().invoke(yanmen_command, words)

    assert isinstance(refused.exception, YanmenError)
    assert "gateway.upstream.url" in str(refused.exception)
    with Store.open(tmp_path) as store:
        assert store.accounts.list() == []
        assert store.keys.list() == []
