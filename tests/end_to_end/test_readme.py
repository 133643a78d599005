"""What the READMEs and the tutorials tell people to type is typed here, against a running system."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.end_to_end.conftest import Running

ROOT = Path(__file__).parents[2]
PAGES = [
    "README.md",
    "README.zh.md",
    "docs/tutorial/protect-a-model-in-ten-minutes.md",
    "docs/tutorial/protect-a-model-in-ten-minutes.zh.md",
]
BLOCK = re.compile(r"^```(console|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SETUP = ("git clone", "source ", "make ")
"""Commands that only prepare; `make` has its targets checked instead."""
ID = re.compile(r"\b(ym|dec|inc|key)_(?!…)[0-9A-Za-z]{20,}")
SECONDS = 10.0
"""How long the output of a command that only reads may take to become what the page shows."""


@dataclass(frozen=True)
class Step:
    """A command and what the page shows of its output; ``…`` stands for anything."""

    kind: str
    command: str
    shown: tuple[str, ...] = ()


def steps(page: str) -> list[Step]:
    """The commands of a page, in order."""
    found: list[Step] = []
    for kind, text in BLOCK.findall((ROOT / page).read_text("utf-8")):
        if kind == "python":
            found.append(Step(kind, text))
            continue
        for part in re.split(r"^\$ ", text.replace("\\\n", " "), flags=re.MULTILINE)[1:]:
            command, *shown = part.rstrip("\n").split("\n")
            found.append(Step(kind, command, tuple(line.strip() for line in shown if line.strip())))
    return found


def matches(shown: tuple[str, ...], output: str) -> bool:
    """Whether every piece between the ellipses stands in the output, in order."""
    place = 0
    for piece in (piece for line in shown for piece in line.split("…") if piece.strip()):
        place = output.find(piece, place)
        if place < 0:
            return False
        place += len(piece)
    return True


@dataclass
class Reader:
    """Somebody who types what a page says, and puts in the ids that were shown last: of a list, the newest, on top."""

    running: Running
    folder: Path
    tongue: str
    seen: dict[str, str] = field(default_factory=dict)

    def filled(self, text: str) -> str:
        """A command with this system's addresses and the latest ids in it."""
        text = text.replace("http://127.0.0.1:8080", self.running.gateway)
        text = text.replace("http://127.0.0.1:8081", self.running.console)
        return re.sub(r"\b(ym|dec|inc|key)_…", lambda found: self.seen[found[1]], text)

    def run(self, step: Step) -> str:
        """Type one step; its output, standard error included."""
        state = self.folder / "state"
        state.touch()
        if step.kind == "python":
            (self.folder / "sample.py").write_text(self.filled(step.command), "utf-8")
            command = f"{sys.executable} {self.folder / 'sample.py'}"
        else:
            command = self.filled(step.command)
        script = f". {state}; {command}\nstatus=$?; export -p > {state}; exit $status"
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=self.folder,
            env=self._environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=120,
            check=False,
        )
        output = done.stdout.decode()

        assert done.returncode == 0, f"{step.command}\n{output}"
        self.seen |= {found[1]: found[0] for found in reversed([*ID.finditer(output)])}
        return output

    def _environment(self) -> dict[str, str]:
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        return {**os.environ, "PATH": path, "YANMEN_DATA": str(self.running.data), "YANMEN_LANG": self.tongue}


@pytest.mark.parametrize("page", PAGES)
def test_what_a_page_tells_people_to_type_works(running: Running, tmp_path: Path, page: str) -> None:
    """In order, in one shell; the output is what the page shows of it."""
    if not (shutil.which("bash") and shutil.which("curl")):
        pytest.skip("the pages' commands need bash and curl")
    reader = Reader(running, tmp_path, "zh" if page.endswith(".zh.md") else "en", {"ym": running.key})
    typed = 0
    for step in steps(page):
        if step.command.startswith(SETUP):
            continue
        end = time.monotonic() + SECONDS
        output = reader.run(step)
        reads = re.match(r"curl|yanmen \w+ (list|show)", step.command)
        while reads and not matches(step.shown, output) and time.monotonic() < end:
            time.sleep(0.2)
            output = reader.run(step)

        assert matches(step.shown, output), f"{step.command}\nshown: {step.shown}\noutput: {output}"
        typed += 1

    assert typed > 0


@pytest.mark.parametrize("page", PAGES)
def test_every_make_command_of_a_page_is_a_target(page: str) -> None:
    """In blocks and in running text."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = set(re.findall(r"(?:^\$ |`)make ([a-z-]+)", (ROOT / page).read_text("utf-8"), re.MULTILINE))

    assert named
    assert named <= targets


@pytest.mark.parametrize("page", PAGES)
def test_every_yanmen_command_of_a_page_exists(page: str) -> None:
    """Also those in running text: each answers to --help."""
    text = (ROOT / page).read_text("utf-8")
    named = set(re.findall(r"(?:^\$ |`)yanmen ([a-z]+(?: [a-z]+)?)", text, re.MULTILINE))

    assert named
    for words in sorted(named):
        line = [sys.executable, "-m", "yanmen.cli", *words.split(), "--help"]
        done = subprocess.run(line, capture_output=True, timeout=60, check=False)

        assert done.returncode == 0, f"yanmen {words}: {done.stderr.decode()}"
