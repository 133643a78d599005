"""The process group, with real processes."""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path

import msgspec
import pytest

from yanmen.cli import processes
from yanmen.cli.processes import RESTARTS, Child, door, watch
from yanmen.core.config import Config, Gateway
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


def test_a_child_that_is_not_ready_in_time_is_not_taken_for_one_that_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it last said on standard error is no reason."""
    monkeypatch.setattr(processes, "START_SECONDS", 1.0)
    late = child(
        tmp_path, "import sys, time; print('a warning', file=sys.stderr, flush=True); time.sleep(600)"
    )

    with pytest.raises(YanmenError, match="child did not start: not ready within 1 seconds") as caught:
        late.start()
    assert "1 秒内未就绪" in caught.value.message.zh
    assert not late.alive()


def test_a_child_that_will_not_end_is_killed(tmp_path: Path) -> None:
    """SIGTERM ignored: SIGKILL after the time allowed."""
    stubborn = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + READY
    one = child(tmp_path, stubborn + "import time; time.sleep(60)")
    one.patience = 0.3
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


def test_a_running_child_is_handed_another_configuration(tmp_path: Path) -> None:
    """As one more line on its standard input; it comes back with it when it dies."""
    echo = "[print(sys.stdin.readline().strip()[:9], file=sys.stderr, flush=True) for _ in range(2)]; sys.stdin.read()"
    one = child(tmp_path, READY + echo)
    one.config = Config()
    one.start()
    fresh = Config(data="elsewhere")

    one.tell(fresh)

    log = tmp_path / "logs" / "child.log"
    for _ in range(500):
        if log.exists() and len(log.read_text().splitlines()) > 1:
            break
        time.sleep(0.01)
    one.stop()
    assert log.read_text().splitlines() == ['{"data":"', '{"data":"']
    assert one.config is fresh


def test_the_gateway_may_take_as_long_to_end_as_its_answers_may(tmp_path: Path) -> None:
    """Draining and answers in flight are not cut short by the group."""
    config = Config(data=str(tmp_path), gateway=Gateway(drain_seconds=20, stop_seconds=40))

    assert door("gateway", config).patience == 10 + 60
    assert door("console", config).patience == 10
