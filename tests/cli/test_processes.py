"""The process group, with real processes."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import msgspec
import pytest

from yanmen.cli.processes import RESTARTS, Child, door, watch
from yanmen.core.config import Config
from yanmen.core.errors import YanmenError


def child(tmp_path: Path, program: str) -> Child:
    """A child that runs a line of Python."""
    return Child(name="child", command=[sys.executable, "-c", program], config=None, logs=tmp_path / "logs")


READY = "import sys; print('{\"port\": 1}', flush=True); "


def test_a_child_is_started_when_it_says_that_it_is_ready(tmp_path: Path) -> None:
    """And stopped when its standard input ends."""
    one = child(tmp_path, READY + "sys.stdin.read()")

    one.start()

    assert one.alive()
    assert one.ready == {"port": 1}
    one.stop()
    assert not one.alive()


def test_a_child_that_fails_says_why(tmp_path: Path) -> None:
    """The end of what it wrote on standard error is in the error, and all of it in the log."""
    one = child(tmp_path, "raise SystemExit('the port is taken')")

    with pytest.raises(YanmenError, match="the port is taken"):
        one.start()

    assert "the port is taken" in (tmp_path / "logs" / "child.log").read_text()


def test_a_child_that_will_not_end_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SIGTERM ignored: SIGKILL after the time allowed."""
    monkeypatch.setattr("yanmen.cli.processes.STOP_SECONDS", 0.3)
    stubborn = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + READY
    one = child(tmp_path, stubborn + "import time; time.sleep(60)")
    one.start()

    one.stop()

    assert not one.alive()


def test_a_child_that_dies_is_started_again_until_it_dies_too_often(tmp_path: Path) -> None:
    """Each death is told; the group gives up after RESTARTS within the window."""
    told: list[str] = []
    one = child(tmp_path, READY)
    one.start()

    held = watch([one], threading.Event(), lambda key, _: told.append(key))

    assert held is False
    assert told.count("restarted") == RESTARTS
    assert told[-1] == "gave_up"
    one.stop()


def test_watching_ends_when_told_to(tmp_path: Path) -> None:
    """With nothing said."""
    stop = threading.Event()
    stop.set()

    assert watch([child(tmp_path, READY)], stop, lambda *_: None)


def test_what_the_user_can_mend_is_told_as_it_is(tmp_path: Path) -> None:
    """A door that cannot start because of a bad policy file: no traceback, the place and the advice."""
    config = msgspec.convert(
        {"data": str(tmp_path / "data"), "policy": {"files": [str(tmp_path / "none.yaml")]}}, Config
    )
    one = door("gateway", config)

    with pytest.raises(YanmenError, match=r"none\.yaml: cannot read") as refused:
        one.start()

    assert refused.value.hint.en
    assert not one.alive()
    assert "Fatal Python error" not in (tmp_path / "data/logs/gateway.log").read_text()
