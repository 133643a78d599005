"""``yanmen config``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from yanmen.cli import yanmen_command
from yanmen.core.errors import YanmenError


def test_every_value_is_shown_with_its_source(tmp_path: Path) -> None:
    """Defaults say so; a value of the file carries its file and line."""
    file = tmp_path / "yanmen.toml"
    file.write_text('[gateway]\nport = 9000\n[gateway.upstream]\nkey = "sk-very-secret-credential"\n')

    shown = CliRunner().invoke(yanmen_command, ["config", "show", "--config", str(file), "--json"])
    rows = {row["name"]: row for row in json.loads(shown.output)}

    assert rows["gateway.port"] == {"name": "gateway.port", "value": 9000, "source": f"{file}:2"}
    assert rows["console.port"]["source"] == ""
    assert "very-secret" not in shown.output


def test_the_plain_form_reads_as_toml(tmp_path: Path) -> None:
    """One line a value."""
    file = tmp_path / "yanmen.toml"
    file.write_text("[console]\nport = 9001\n")

    shown = CliRunner().invoke(yanmen_command, ["config", "show", "--config", str(file)])

    assert f"# {file}:2" in shown.output
    assert "console.port = 9001" in shown.output


def test_a_good_file_passes_the_check(tmp_path: Path) -> None:
    """Exit code 0."""
    file = tmp_path / "yanmen.toml"
    file.write_text('data = "elsewhere"\n')

    assert CliRunner().invoke(yanmen_command, ["config", "check", str(file)]).exit_code == 0


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("[gateway]\nprot = 1\n", "yanmen.toml:2: gateway.prot"),
        ("\n\n[gateway.bounds]\nbody_bytes = 'x'\n", "yanmen.toml:4: gateway.bounds.body_bytes"),
        ("[gateway]\nport = 99999\n", "yanmen.toml:2: gateway.port"),
        ("[gateway\n", "yanmen.toml"),
    ],
)
def test_a_bad_file_is_refused_with_its_line(tmp_path: Path, text: str, place: str) -> None:
    """Unknown names, wrong types, values out of bounds, broken TOML."""
    file = tmp_path / "yanmen.toml"
    file.write_text(text)

    refused = CliRunner().invoke(yanmen_command, ["config", "check", str(file)])

    assert isinstance(refused.exception, YanmenError)
    assert place in str(refused.exception)
    assert refused.exception.hint.en


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ('[policy]\nfiles = ["{folder}/policy.yaml"]\n', "policy.yaml:1: "),
        ('[policy]\nfiles = ["{folder}/none.yaml"]\n', "none.yaml"),
        ('[soc]\nwebhook_secret_file = "{folder}/none"\n', "soc.webhook_secret_file"),
        ('[gateway.upstream]\nurl = "ftp://model"\n', "gateway.upstream.url"),
        ('[guard]\npacks = ["{folder}/none.yaml"]\n', "none.yaml"),
        ("[gateway\n", "yanmen.toml:1: "),
        ("[gateway]\nport = [\n", "yanmen.toml:2: "),
    ],
)
def test_what_would_not_start_is_not_called_good(tmp_path: Path, text: str, wrong: str) -> None:
    """The files that the configuration names are looked at too."""
    (tmp_path / "policy.yaml").write_text("version: 7\n")
    file = tmp_path / "yanmen.toml"
    file.write_text(text.replace("{folder}", str(tmp_path)))

    refused = CliRunner().invoke(yanmen_command, ["config", "check", str(file)])

    assert isinstance(refused.exception, YanmenError)
    assert wrong in str(refused.exception)
