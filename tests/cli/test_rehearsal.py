"""A drill of a mode, on a real gateway."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from yanmen.cli.rehearsal import rehearse
from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Ref
from yanmen.policy.modes import modes
from yanmen.soc.modes import history, in_force, switch
from yanmen.store import Store

ALICE = Ref(kind="user", id="alice")


@pytest.fixture
def running(tmp_path: Path) -> Iterator[dict[str, Any]]:
    """A whole system; nothing answers for its model."""
    data = tmp_path / "data"
    line = [
        sys.executable,
        "-m",
        "yanmen.cli",
        "up",
        "--data",
        str(data),
        "--port",
        "0",
        "--console-port",
        "0",
    ]
    line += ["--ready-json", "--upstream", "http://127.0.0.1:9/v1"]
    process = subprocess.Popen(
        line,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "YANMEN_LANG": "en"},
    )
    assert process.stdout is not None
    said: dict[str, Any] = msgspec.json.decode(process.stdout.readline())
    yield {**said, "data": data}
    process.terminate()
    process.wait(30)
    process.stdout.close()


def test_a_drill_sees_the_door_obey_and_come_back(running: dict[str, Any]) -> None:
    """And leaves nothing standing; a stricter mode that stands is left alone."""
    with Store.open(running["data"]) as store:
        told = rehearse(store, modes()["under-attack"], running["gateway"], running["key"], ALICE)

        assert [step.name for step in told.steps] == [
            "tests",
            "before",
            "obeyed",
            "refused",
            "ended",
            "after",
        ]
        assert told.passed, told
        assert in_force(store) == "normal"
        assert [one.reason for one in history(store)] == ["drill", "drill"]

        switch(store, modes()["under-attack"], reason="real", actor=ALICE)
        with pytest.raises(YanmenError, match="is in force"):
            rehearse(store, modes()["major-event"], running["gateway"], running["key"], ALICE)
        assert in_force(store) == "under-attack"
