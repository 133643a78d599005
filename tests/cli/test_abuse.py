"""``yanmen abuse``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from yanmen.cli.abuse import command
from yanmen.core.clock import now
from yanmen.core.errors import YanmenError
from yanmen.core.ids import new_id
from yanmen.core.nouns import Event, Ref
from yanmen.soc.abuse.registration import Registration
from yanmen.soc.abuse.registrations import Feedback, Registrations
from yanmen.store import Store

WHO = Ref(kind="key", id="key_platform")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A store in which six sign-ups have one device."""
    with Store.open(tmp_path / "data") as store:
        judge = Registrations(store)
        judge.judge([Registration(id=f"u{n}", ip=f"203.0.{n}.1", device="one") for n in range(6)], WHO)
        judge.learn([Feedback("u1", "fraud")], WHO)
    return tmp_path / "data"


def test_clusters_are_listed_with_what_they_have_in_common(data: Path) -> None:
    """And what was said of them."""
    result = CliRunner().invoke(command, ["clusters", "--data", str(data)])

    assert result.exit_code == 0
    assert "6 members" in result.output
    assert "from everywhere" in result.output
    assert "device 100%" in result.output
    assert "1 fraud" in result.output


def test_clusters_as_json(data: Path) -> None:
    """The same for programs."""
    (row,) = json.loads(CliRunner().invoke(command, ["clusters", "--data", str(data), "--json"]).output)

    assert (row["members"], row["in_common"]["device"]) == (6, 1.0)


def test_none_are_said_to_be_none(data: Path) -> None:
    """In words."""
    result = CliRunner().invoke(command, ["clusters", "--data", str(data), "--least", "7"])

    assert "No cluster" in result.output


def test_callers_are_listed_with_what_moved_and_labelled(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the reader's words; for programs too."""
    run = CliRunner().invoke
    assert "No caller" in run(command, ["callers", "--data", str(data)]).output
    moved = "calls 412 (3..30, +6.2)"
    finding = {"rule": "abuse.unlike-itself", "severity": 2, "confidence": 0.6, "evidence": moved}
    key = Ref(kind="key", id="key_1")
    with Store.open(data) as store:
        told = {"findings": [finding], "ip": "192.0.2.1"}
        event = Event(id=new_id("evt"), at=now(), kind="abuse.found", subject=key, data=told)
        store.append(event).result(30)

    said = run(command, ["label", "key:key_1", "expected", "--reason", "ours", "--data", str(data)])
    assert said.output == "key:key_1: expected; nothing is told of it for 30 days.\n"
    page = run(command, ["callers", "--data", str(data)]).output
    assert "calls in 15 min: 412 (usually 3 to 30, +6.2 deviations)" in page
    assert "labelled: expected" in page
    (row,) = json.loads(run(command, ["callers", "--data", str(data), "--json"]).output)
    assert (row["subject"], row["label"], row["severity"]) == ("key:key_1", "expected", "medium")
    monkeypatch.setenv("YANMEN_LANG", "zh")
    assert "15 分钟调用数：412" in run(command, ["callers", "--data", str(data)]).output
    with pytest.raises(YanmenError):
        run(command, ["label", "user:x", "abuse", "--data", str(data)], catch_exceptions=False)
