"""The real system for the end-to-end tests: ``yanmen up`` in a process group of its own, on free ports."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
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
    key: str = ""
    admin_password: str = ""
    """Key and password are said on the first start only."""

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


NO_MODEL = ("--upstream", "http://127.0.0.1:9/v1")
"""Flags for tests that need no answer: nothing listens there, and the bundled model is not started."""


def start(data: Path, *flags: str) -> Running:
    """Start ``yanmen up`` and wait until it is ready."""
    line = [sys.executable, "-m", "yanmen.cli", "up", "--data", str(data), "--ready-json"]
    ports = ["--port", "0", "--console-port", "0"]
    process = subprocess.Popen([*line, *ports, *flags], stdout=subprocess.PIPE, text=True)
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
    return Running(process=process, data=data, **json.loads(said))


def stop(running: Running) -> None:
    """End it as Ctrl-C or a supervisor would; harmless when it has ended."""
    running.process.terminate()
    running.process.wait(30)
    if running.process.stdout is not None:
        running.process.stdout.close()


@pytest.fixture(scope="module")
def launch() -> Iterator[Callable[..., Running]]:
    """Starts systems with the flags it is given, for a module's tests."""
    started: list[Running] = []

    def start_one(data: Path, *flags: str) -> Running:
        started.append(start(data, *flags))
        return started[-1]

    yield start_one
    for one in started:
        stop(one)


@pytest.fixture
def up(launch: Callable[..., Running]) -> Callable[[Path], Running]:
    """Starts systems without a model."""
    return lambda data: launch(data, *NO_MODEL)


@pytest.fixture(scope="module")
def modeless(launch: Callable[..., Running], tmp_path_factory: pytest.TempPathFactory) -> Running:
    """One system for a module's tests, without a model."""
    return launch(tmp_path_factory.mktemp("data"), *NO_MODEL)


@pytest.fixture(scope="module")
def running(launch: Callable[..., Running], tmp_path_factory: pytest.TempPathFactory) -> Running:
    """One system for a module's tests, with the bundled model behind it."""
    return launch(tmp_path_factory.mktemp("data"))
