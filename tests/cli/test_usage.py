"""``yanmen usage``: exact sums, in every format."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from yanmen.cli import yanmen_command
from yanmen.core.nouns import Event
from yanmen.store import Store

EVENING = 1_795_277_700_000_000
"""2026-11-21 16:15 UTC: the 22nd in Shanghai."""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A store with three calls."""
    folder = tmp_path / "data"
    with Store.open(folder) as store:
        for number, (key, at) in enumerate(
            [("key_1", EVENING), ("key_1", EVENING - 3_600_000_000), ("=key", EVENING)]
        ):
            used = {"at": at, "in": 100, "out": 20, "cached": 7, "cost": 1_250_000_001}
            said = {"key": key, "tenant": "acme", "team": "red", "user": "bob", "model": "m", "usage": used}
            store.append(Event(id=f"evt_{number}", at=at, kind="call.allowed", data=said)).result(10)
    return folder


def run(data: Path, *words: str, code: int = 0) -> str:
    """What the command says."""
    done = CliRunner().invoke(yanmen_command, ["usage", "--data", str(data), *words])
    assert done.exit_code == code, done.output
    return done.output


def test_usage_is_exact_as_json(data: Path) -> None:
    """Tokens, and money to the last digit."""
    (row,) = json.loads(run(data, "--by", "tenant", "--format", "json"))

    assert row == {
        "tenant": "acme", "calls": 3, "tokens_in": 300, "tokens_out": 60, "tokens_cached": 21, "cost": "3.750000003",
        "estimated": 0,
    }  # fmt: skip


def test_days_are_those_of_a_time_zone(data: Path) -> None:
    """Two calls of an evening are of the next day in Shanghai."""
    words = ("--by", "day", "--format", "json")
    utc = {row["day"]: row["calls"] for row in json.loads(run(data, *words))}
    shanghai = {
        row["day"]: row["calls"] for row in json.loads(run(data, *words, "--timezone", "Asia/Shanghai"))
    }

    assert utc == {"2026-11-21": 3}
    assert shanghai == {"2026-11-21": 1, "2026-11-22": 2}
    span = ("--from", "2026-11-22", "--to", "2026-11-23", "--timezone", "Asia/Shanghai")
    assert json.loads(run(data, "--by", "key", "--format", "json", *span))[0]["calls"] == 1


def test_a_name_is_no_formula_in_a_spreadsheet(data: Path) -> None:
    """Callers choose their own user names."""
    rows = list(csv.DictReader(io.StringIO(run(data, "--by", "key", "--format", "csv"))))

    assert {row["key"]: row["calls"] for row in rows} == {"key_1": "2", "'=key": "1"}


def test_the_table_is_for_people(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In their language, its columns in line."""
    lines = run(data, "--by", "model").splitlines()
    assert lines[0].split()[:2] == ["model", "calls"]
    assert lines[1].split()[:3] == ["m", "3", "300"]
    monkeypatch.setenv("YANMEN_LANG", "zh")
    assert run(data, "--by", "model").startswith("模型")


def test_what_is_no_day_is_said(data: Path) -> None:
    """With how to write it."""
    done = CliRunner().invoke(yanmen_command, ["usage", "--data", str(data), "--from", "yesterday"])

    assert "no day" in str(done.exception)
