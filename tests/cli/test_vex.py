"""``yanmen vex``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from yanmen.cli.vex import command
from yanmen.core.errors import YanmenError
from yanmen.supply.vex.statements import FILE


def _run(project: Path, *words: str, code: int = 0) -> str:
    done = CliRunner().invoke(command, [*words, "--project", str(project)], catch_exceptions=False)

    assert done.exit_code == code, done.output
    return done.output


def _add(project: Path, *more: str) -> str:
    line = ["add", "CVE-2020-1747", "pkg:pypi/PyYAML@5.1", "--status", "not_affected", "--author", "alice"]
    return _run(project, *line, "--reason", "only our own files are read", *more)


def test_a_statement_is_written_and_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With its end; in Chinese too."""
    assert FILE in _add(
        tmp_path, "--justification", "vulnerable_code_not_in_execute_path", "--alias", "GHSA-6757-jp84-gxfx"
    )
    assert "alice: vulnerable_code_not_in_execute_path: only our own files are read" in _run(tmp_path, "list")
    monkeypatch.setenv("YANMEN_LANG", "zh")
    assert "有效期至" in _run(tmp_path, "list")


def test_what_does_nothing_is_listed_as_such(tmp_path: Path) -> None:
    """It is over, and the list says when it ended."""
    document = json.loads((tmp_path / FILE).read_text("utf-8")) if _add(tmp_path) else {}
    document["statements"][0]["status_notes"] = "[expires: 2020-01-01T00:00:00Z]"
    (tmp_path / FILE).write_text(json.dumps(document), "utf-8")

    assert "does nothing: not_affected CVE-2020-1747 pkg:pypi/pyyaml@5.1: expired on 2020-01-01" in _run(
        tmp_path, "list"
    )
    assert json.loads(_run(tmp_path, "list", "--json"))["statements"][0]["idle"] == "expired on 2020-01-01"


@pytest.mark.parametrize(
    "line",
    [
        ["CVE-1", "pkg:pypi/x", "--status", "not_affected"],
        ["CVE-1", "pkg:pypi/x", "--status", "fixed"],
        ["CVE-1", "x", "--status", "affected"],
    ],
)
def test_what_takes_findings_away_needs_a_reason(tmp_path: Path, line: list[str]) -> None:
    """A fix needs its version, a product its package URL; nothing is written."""
    with pytest.raises(YanmenError):
        _run(tmp_path, "add", *line)

    assert not (tmp_path / FILE).exists()


def test_statements_are_exported_in_either_format(tmp_path: Path) -> None:
    """Printed, or to a file; further files are taken in."""
    _add(tmp_path)
    out = tmp_path / "out.json"
    _run(tmp_path, "export", "--format", "cyclonedx", "--out", str(out))

    assert json.loads(out.read_text("utf-8"))["vulnerabilities"][0]["analysis"]["state"] == "not_affected"
    assert len(json.loads(_run(tmp_path, "export", str(out)))["statements"]) == 2


def test_what_cannot_be_read_is_said_by_the_exit_code(tmp_path: Path) -> None:
    """It is never left out in silence, and nothing is exported without it."""
    (tmp_path / "broken.json").write_text("{", "utf-8")

    assert "could not be judged" in _run(tmp_path, "list", str(tmp_path / "broken.json"), code=2)
    _run(tmp_path, "export", str(tmp_path / "broken.json"), code=2)


def test_without_statements_it_says_so(tmp_path: Path) -> None:
    """That is no error."""
    assert _run(tmp_path, "list") == "No statements.\n"
