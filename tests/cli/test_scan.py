"""``yanmen scan``: exit codes, forms, a baseline, both languages."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner, Result

from yanmen.cli import yanmen_command

EVIL = b"cos\nsystem\n(S'id'\ntR."
SAFE = b"\x80\x04}\x94\x8c\x01a\x94K\x01s."
SCHEMA = Path(__file__).parents[2] / "docs/reference/scan-report.schema.json"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A safe model and a poisoned one."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("YANMEN_LANG", "en")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "safe.pkl").write_bytes(SAFE)
    (tmp_path / "evil.pkl").write_bytes(EVIL)
    (tmp_path / "broken.pkl").write_bytes(SAFE[:5])
    return tmp_path


def run(*words: str) -> Result:
    """Scan."""
    return CliRunner().invoke(yanmen_command, ["scan", *words])


@pytest.mark.parametrize(
    ("names", "code", "verdict"),
    [
        (["safe.pkl"], 0, "clean"),
        (["evil.pkl"], 1, "found"),
        (["broken.pkl"], 2, "could_not_judge"),
        (["broken.pkl", "evil.pkl", "safe.pkl"], 1, "found"),
        (["nowhere"], 2, "could_not_judge"),
    ],
)
def test_the_exit_code_is_the_verdict(folder: Path, names: list[str], code: int, verdict: str) -> None:
    """Found beats could not judge, and what is not there is not clean."""
    done = run(*names, "--format", "json")
    tree = json.loads(done.stdout)

    assert (done.exit_code, tree["verdict"], tree["exit_code"]) == (code, verdict, code)
    jsonschema.validate(tree, json.loads(SCHEMA.read_text("utf-8")))
    assert (folder / "cache/yanmen/scan").is_dir() or names == ["nowhere"]


def test_every_form_is_written_and_says_the_verdict(folder: Path) -> None:
    """To the terminal or to a file; the exit code stays."""
    for form, sign in [
        ("table", "pickle.calls-os"),
        ("json", '"found"'),
        ("sarif", '"2.1.0"'),
        ("cyclonedx", '"CycloneDX"'),
        ("spdx", '"SPDX-'),
        ("html", "<!doctype html>"),
        ("notice", "components"),
        ("openvex", "openvex.dev"),
    ]:
        done = run("evil.pkl", "--format", form, "--out", f"report.{form}")
        assert done.exit_code == 1
        assert sign in (folder / f"report.{form}").read_text("utf-8")
    assert "FOUND" in run("evil.pkl").stdout


def test_where_the_report_is_is_said_in_the_readers_language(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The verdict, too."""
    assert run("evil.pkl", "--out", "a.txt").stdout == "found; the report is in a.txt\n"
    monkeypatch.setenv("YANMEN_LANG", "zh")
    assert run("nowhere", "--out", "a.txt").stdout == "无法判定，报告已写入 a.txt\n"
    assert "无法判定" in (folder / "a.txt").read_text("utf-8")


def test_only_what_is_new_beside_a_baseline(folder: Path) -> None:
    """For a pull request."""
    run("evil.pkl", "--format", "json", "--out", "baseline.json")

    assert run("evil.pkl", "--baseline", "baseline.json").exit_code == 0
    (folder / "more.pkl").write_bytes(EVIL.replace(b"id", b"ls"))
    assert run("evil.pkl", "more.pkl", "--baseline", "baseline.json").exit_code == 1


def test_what_is_wrong_is_said_with_what_to_do(folder: Path) -> None:
    """Exit code 2, in the reader's language."""
    (folder / "other.json").write_text("[]", "utf-8")
    for words in ([], ["safe.pkl", "--baseline", "other.json"], ["safe.pkl", "--out", "no/where.json"]):
        done = run(*words)
        assert done.exit_code != 0
        assert "hint" in dir(done.exception)


def test_a_chinese_reader_reads_chinese(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The table, the rule and the fix."""
    monkeypatch.setenv("YANMEN_LANG", "zh")
    said = run("evil.pkl").stdout

    assert "发现问题" in said
    assert "处理：" in said
    assert "漏洞" in said or "情报" in said
