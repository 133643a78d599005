"""What is left after kill -9, and that nothing outlives its parent."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from yanmen.store import Store


def up(data: Path) -> tuple[subprocess.Popen[str], dict[str, str]]:
    """``yanmen up`` before an upstream that does not answer: enough for what is tested here."""
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
    process = subprocess.Popen(
        [*line, "--ready-json", "--upstream", "http://127.0.0.1:9/v1"], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    return process, json.loads(process.stdout.readline())


def children(pid: int) -> list[int]:
    """The processes a process started."""
    return [
        int(child)
        for task in Path(f"/proc/{pid}/task").iterdir()
        for child in (task / "children").read_text().split()
    ]


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


def end(process: subprocess.Popen[str]) -> None:
    """Close what the test holds."""
    process.terminate()
    process.wait(30)
    if process.stdout is not None:
        process.stdout.close()


def test_children_end_with_a_parent_that_was_killed(tmp_path: Path) -> None:
    """``kill -9`` of the parent leaves no door open behind it."""
    process, _ = up(tmp_path)
    pids = children(process.pid)

    process.kill()

    assert len(pids) == 2
    assert waited(pids)
    end(process)


def test_a_door_that_dies_comes_back_on_its_port(tmp_path: Path) -> None:
    """The parent starts it again; the address stays."""
    process, ready = up(tmp_path)
    try:
        for pid in children(process.pid):
            os.kill(pid, signal.SIGKILL)
        deadline = time.monotonic() + 20
        alive = False
        while time.monotonic() < deadline and not alive:
            time.sleep(0.2)
            try:
                with urllib.request.urlopen(f"{ready['gateway']}/healthz", timeout=2) as answer:
                    alive = answer.status == 200
            except OSError:
                continue

        assert alive
    finally:
        end(process)


def test_the_second_start_shows_no_secret_again(tmp_path: Path) -> None:
    """Key and password are printed once."""
    process, first = up(tmp_path)
    end(process)
    again, second = up(tmp_path)
    end(again)

    assert {"key", "admin_password"} <= set(first)
    assert {"gateway", "console"} == set(second)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_all_of_it_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    """Exit code 0, no child left."""
    process, _ = up(tmp_path)
    pids = children(process.pid)

    process.send_signal(number)

    assert process.wait(30) == 0
    assert waited(pids)
    end(process)


def test_what_ends_as_it_should_leaves_no_gap_in_the_record(tmp_path: Path) -> None:
    """Both doors close the store on SIGTERM: the next start finds nothing that might be missing."""
    process, _ = up(tmp_path)
    end(process)
    again, _ = up(tmp_path)
    end(again)

    with Store.open(tmp_path) as store:
        assert [one.event.data for one in store.events.after(0, kinds=("store.gap",))] == []
