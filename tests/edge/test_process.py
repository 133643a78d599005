"""``yanmen edge run`` as a process: restarted, killed, alone; and what the other commands say of it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest

from yanmen.core.config import Config
from yanmen.core.errors import YanmenError
from yanmen.edge import messages
from yanmen.edge.process import keeper_of, keeping, refuse_absent
from yanmen.store import Store

Decide = Callable[..., str]


class Command:
    """The command line inside the guarded machine."""

    def __init__(self, lab: Any, folder: Path, environment: dict[str, str]) -> None:
        """With a configuration of its own."""
        self.file = folder / "yanmen.toml"
        self.file.write_text(
            f'data = "{folder / "data"}"\n[gateway]\nport = 8080\n[edge]\nports = [8080]\ndead_man_minutes = 1\n'
        )
        self._lab = lab
        self._environment = environment
        self._running: list[subprocess.Popen[str]] = []

    def _words(self, *words: str) -> list[str]:
        call = "from yanmen.cli import main; main()"
        return [
            *self._lab.server.enter,
            sys.executable,
            "-c",
            call,
            "edge",
            *words,
            "--config",
            str(self.file),
        ]

    def say(self, *words: str) -> subprocess.CompletedProcess[str]:
        """What a command answers."""
        return subprocess.run(
            self._words(*words), capture_output=True, text=True, check=False, env=self._environment
        )

    def run(self) -> subprocess.Popen[str]:
        """Start ``edge run`` and wait until it says that the wall stands."""
        started = subprocess.Popen(
            self._words("run", "--json"), stdout=subprocess.PIPE, text=True, env=self._environment
        )
        self._running.append(started)
        assert started.stdout is not None
        assert json.loads(started.stdout.readline())["kind"] == "edge.started"
        return started

    def end(self, running: subprocess.Popen[str], how: signal.Signals) -> int:
        """Send a signal and wait for the end."""
        running.send_signal(how)
        code = running.wait(20)
        if running.stdout is not None:
            running.stdout.close()
        return code

    def close(self) -> None:
        """Nothing goes on."""
        for one in self._running:
            with suppress(ProcessLookupError):
                one.kill()
            one.wait()
            if one.stdout is not None:
                one.stdout.close()


@pytest.fixture
def command(lab: Any, tmp_path: Path, store: Store, environment: dict[str, str]) -> Iterator[Command]:
    """The command line inside the guarded machine; there is a store."""
    made = Command(lab, tmp_path, environment)
    yield made
    made.close()


def test_the_wall_stands_through_a_restart_and_falls_by_itself_after_kill_9(
    lab: Any, command: Command, decide: Decide, eventually: Callable[..., bool], tmp_path: Path
) -> None:
    """From the first start to the dead man's switch, as an administrator sees it."""
    assert command.say("status").returncode == 1
    decide("10.9.200.1")
    first = command.run()
    assert lab.dropped("10.9.200.1")
    decide("10.9.201.0/24")
    assert eventually(lambda: not lab.reaches("10.9.201.1", seconds=0.2))
    assert command.say("diff").returncode == 0
    found = json.loads(command.say("status", "--json").stdout)
    assert (found["guarding"], found["keeper"], found["bans"], found["networks"]) == (True, first.pid, 2, 1)
    assert found["drops"]["bans"][0]["packets"] > 0
    assert keeper_of(tmp_path / "data") == first.pid
    second = command.say("run")
    assert second.returncode == 2
    assert str(first.pid) in second.stderr
    assert command.say("flush").returncode == 2

    assert command.end(first, signal.SIGTERM) == 0
    assert lab.dropped("10.9.200.1")
    decide("10.9.202.1")
    assert command.say("diff").returncode == 1
    again = command.run()
    assert lab.dropped("10.9.202.1")
    assert lab.dropped("10.9.200.1")
    command.end(again, signal.SIGKILL)
    assert lab.dropped("10.9.200.1")
    assert keeper_of(tmp_path / "data") == 0
    assert 30 < json.loads(command.say("status", "--json").stdout)["alive"] / 1_000 <= 60
    with lab.netlink() as netlink:  # most of the minute passes
        netlink.commit(list(messages.renew("alive", [(b"\x02", 2_000), (b"\x0a", 2_000)])))
    assert eventually(lambda: lab.reaches("10.9.200.1", seconds=1))
    assert command.say("status").returncode == 1


def test_flush_takes_the_wall_down_and_records_it(
    lab: Any, command: Command, decide: Decide, store: Store
) -> None:
    """Once; then there is nothing to take down."""
    decide("10.9.200.1")
    command.end(command.run(), signal.SIGTERM)
    assert lab.dropped("10.9.200.1")
    assert command.say("flush").returncode == 0
    assert lab.reaches("10.9.200.1")
    assert "no wall" in command.say("flush").stdout
    assert [one.event.kind for one in store.events.after(0, 99, ("edge.removed",))] == ["edge.removed"]
    assert command.say("diff").returncode == 1


def test_without_the_right_to_it_the_kernel_is_not_asked_twice(
    command: Command, environment: dict[str, str]
) -> None:
    """It is said what is lacking, with exit code 2."""
    words = command._words("run")
    plain = words[words.index(sys.executable) :]
    drop = ["setpriv", "--bounding-set=-net_admin", "--inh-caps=-net_admin"]
    ended = subprocess.run(
        [*command._lab.server.enter, *drop, *plain],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    assert ended.returncode == 2
    assert "CAP_NET_ADMIN" in ended.stderr


def test_a_folder_without_a_store_is_a_slip_of_the_pen(tmp_path: Path) -> None:
    """No new one is made, in which nobody is banned."""
    config = msgspec.convert({"data": str(tmp_path / "dat")}, Config)
    with pytest.raises(YanmenError, match="no store"):
        refuse_absent(config)
    assert not (tmp_path / "dat").exists()
    shared = msgspec.convert({"data": config.data, "store": {"url": "postgresql://db/yanmen"}}, Config)
    refuse_absent(shared)


def test_one_process_keeps_the_wall_of_a_folder(tmp_path: Path) -> None:
    """The next is told which."""
    assert keeper_of(tmp_path) == 0
    with keeping(tmp_path):
        assert keeper_of(tmp_path) == os.getpid()
        with pytest.raises(YanmenError, match=str(os.getpid())), keeping(tmp_path):
            pass
    assert keeper_of(tmp_path) == 0
    with keeping(tmp_path):
        pass
