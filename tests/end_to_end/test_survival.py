"""What is left after kill -9, and that nothing outlives its parent."""

from __future__ import annotations

import contextlib
import os
import signal
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from yanmen.store import Store

if TYPE_CHECKING:
    from tests.end_to_end.conftest import Running

    Up = Callable[[Path], Running]


def children(pid: int) -> list[int]:
    """The processes a process started."""
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(FileNotFoundError):  # a thread that has ended meanwhile
            found += [int(child) for child in (task / "children").read_text().split()]
    return found


def gone(pid: int) -> bool:
    """Whether a process has ended (a zombie has)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def waited(pids: list[int], seconds: float = 15) -> bool:
    """Whether all of them end in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and not all(gone(pid) for pid in pids):
        time.sleep(0.1)
    return all(gone(pid) for pid in pids)


def ended(running: Running) -> None:
    """End a system and wait until it has."""
    running.process.terminate()
    assert running.process.wait(30) == 0


def test_children_end_with_a_parent_that_was_killed(up: Up, tmp_path: Path) -> None:
    """``kill -9`` of the parent leaves no door open behind it."""
    process = up(tmp_path).process
    pids = children(process.pid)

    process.kill()

    assert len(pids) == 2
    assert waited(pids)


def test_a_door_that_dies_comes_back_on_its_port(up: Up, tmp_path: Path) -> None:
    """The parent starts it again; the address stays."""
    running = up(tmp_path)

    for pid in children(running.process.pid):
        os.kill(pid, signal.SIGKILL)

    deadline = time.monotonic() + 90
    alive = False
    while time.monotonic() < deadline and not alive:
        time.sleep(0.2)
        with (
            contextlib.suppress(OSError),
            urllib.request.urlopen(f"{running.gateway}/healthz", timeout=2) as answer,
        ):
            alive = answer.status == 200
    assert alive


def test_the_second_start_shows_no_secret_again(up: Up, tmp_path: Path) -> None:
    """Key and password are printed once."""
    first = up(tmp_path)
    ended(first)
    second = up(tmp_path)

    assert first.key
    assert first.admin_password
    assert (second.key, second.admin_password) == ("", "")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_all_of_it_cleanly(up: Up, tmp_path: Path, number: signal.Signals) -> None:
    """Exit code 0, no child left."""
    process = up(tmp_path).process
    pids = children(process.pid)

    process.send_signal(number)

    assert process.wait(30) == 0
    assert waited(pids)


def test_what_ends_as_it_should_leaves_no_gap_in_the_record(up: Up, tmp_path: Path) -> None:
    """Both doors close the store on SIGTERM: the next start finds nothing that might be missing."""
    ended(up(tmp_path))
    ended(up(tmp_path))

    with Store.open(tmp_path) as store:
        assert [one.event.data for one in store.events.after(0, kinds=("store.gap",))] == []
