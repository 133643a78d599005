"""Telling systemd."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from yanmen.cli.supervisor import tell


@pytest.mark.parametrize("abstract", [False, True])
def test_a_state_arrives_where_it_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, abstract: bool
) -> None:
    """As a file, or by an abstract name."""
    name = f"yanmen-test-{os.getpid()}" if abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as waiting:
        waiting.bind(f"\0{name}" if abstract else name)
        waiting.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", f"@{name}" if abstract else name)
        tell("READY=1")

        assert waiting.recv(64) == b"READY=1"


@pytest.mark.parametrize("address", ["", "/nowhere/at/all", "@yanmen-nobody"])
def test_nobody_need_listen(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    """A start by hand, or a socket that is gone."""
    monkeypatch.setenv("NOTIFY_SOCKET", address)

    tell("READY=1")


def test_everything_says_when_it_is_ready_and_when_it_ends(tmp_path: Path) -> None:
    """Ready: the gateway and the console are."""
    line = "-m yanmen.cli up --ready-json --upstream http://127.0.0.1:9/v1 --port 0 --console-port 0".split()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as waiting:
        waiting.bind(str(tmp_path / "notify"))
        waiting.settimeout(120)
        env = {**os.environ, "NOTIFY_SOCKET": str(tmp_path / "notify")}
        with subprocess.Popen(
            [sys.executable, *line, "--data", str(tmp_path / "data")], env=env, stdout=subprocess.PIPE
        ) as up:
            first = waiting.recv(64)
            running = up.poll() is None
            up.send_signal(signal.SIGTERM)
            second = waiting.recv(64)
            out, _ = up.communicate(timeout=60)

    assert (first, running, second, up.returncode) == (b"READY=1", True, b"STOPPING=1", 0)
    assert b'"gateway"' in out
