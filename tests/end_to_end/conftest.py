"""The real system for the end-to-end tests: ``yanmen up`` in a process group of its own, on free ports."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest


@dataclass
class Running:
    """A running system."""

    process: subprocess.Popen[str]
    data: Path
    gateway: str
    console: str
    key: str
    admin_password: str

    def cli(self, *words: str, code: int = 0) -> str:
        """Run a command on its folder; the exit code must be as said."""
        line = [sys.executable, "-m", "yanmen.cli", *words, "--data", str(self.data)]
        env = {**os.environ, "YANMEN_LANG": "en"}
        done = subprocess.run(line, capture_output=True, text=True, timeout=60, check=False, env=env)

        assert code == done.returncode, done.stderr + done.stdout
        return done.stdout

    def json(self, *words: str) -> Any:
        """The same, with ``--json``, decoded."""
        return json.loads(self.cli(*words, "--json"))


def start(data: Path, *flags: str) -> tuple[subprocess.Popen[str], dict[str, str]]:
    """Start ``yanmen up``; the process and what it said when it was ready."""
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
    process = subprocess.Popen([*line, "--ready-json", *flags], stdout=subprocess.PIPE, text=True)
    timer = threading.Timer(90, process.kill)
    timer.start()
    try:
        assert process.stdout is not None
        said = process.stdout.readline()
    finally:
        timer.cancel()
    if not said:
        process.wait(10)
        raise AssertionError(f"yanmen up ended with {process.returncode}")
    return process, json.loads(said)


def stop(process: subprocess.Popen[str]) -> None:
    """End it as Ctrl-C or a supervisor would."""
    process.terminate()
    process.wait(30)
    if process.stdout is not None:
        process.stdout.close()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One system for a module's tests, with the bundled model behind it."""
    data = tmp_path_factory.mktemp("data")
    process, ready = start(data)
    try:
        yield Running(process=process, data=data, **ready)
    finally:
        stop(process)
