"""``yanmen abuse``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from yanmen.cli.abuse import command
from yanmen.core.nouns import Ref
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
