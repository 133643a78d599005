"""What nobody would write, given to the real command: it ends, in bounded time and memory, and says what it could not judge."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

MEMORY = 700
"""MB that a scan may hold; it begins with about 70."""
SECONDS = 120
"""Of processor time; the kernel ends what takes more."""
_CAPABILITIES = (1, 2)
"""CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH: without them root, too, cannot read what nobody may."""
_DROP = 24
"""PR_CAPBSET_DROP."""
LAUGHS = "&a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]"


class Scanned(NamedTuple):
    """One run of the command."""

    code: int
    peak: int
    """MB."""
    tree: dict[str, Any]

    def gaps(self) -> dict[str, set[str]]:
        """Path to the reasons why it could not be judged."""
        found: dict[str, set[str]] = {}
        for target in self.tree["targets"]:
            for gap in target["unexamined"]:
                found.setdefault(gap["path"], set()).add(gap["reason"])
        return found


LAUNCHER = f"""
import ctypes, os, resource, subprocess, sys
resource.setrlimit(resource.RLIMIT_CPU, ({SECONDS}, {SECONDS}))
if os.geteuid() == 0:
    for capability in {_CAPABILITIES}:
        ctypes.CDLL(None).prctl({_DROP}, capability, 0, 0, 0)
code = subprocess.run(sys.argv[2:], stdout=open(sys.argv[1], "wb")).returncode
print(code, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)
"""
"""Gives up the right to read what the mode forbids, bounds the time, and tells the command's code and peak. A process of its own:
what the tests themselves hold would count as the child's peak."""


def scan(place: Path, tmp_path: Path) -> Scanned:
    """The command as a user runs it."""
    out = tmp_path / "out.json"
    line = [sys.executable, "-m", "yanmen.cli", "scan", str(place), "--format", "json", "--no-cache"]
    environment = {**os.environ, "YANMEN_LANG": "en", "XDG_CACHE_HOME": str(tmp_path / "cache")}
    launched = [sys.executable, "-c", LAUNCHER, str(out), *line]
    done = subprocess.run(launched, env=environment, cwd=tmp_path, stdout=subprocess.PIPE, check=True)
    code, peak = map(int, done.stdout.split())
    return Scanned(code, peak, json.loads(out.read_bytes()))


@pytest.fixture
def drill(tmp_path: Path) -> Path:
    """All of it in one project."""
    root = tmp_path / "drill"
    laughs = "\n".join(
        [f"a0: {LAUGHS}", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12))]
    )
    entities = "".join(
        f'<!ENTITY l{n} "{"&l" + str(n - 1) + ";"}{("&l" + str(n - 1) + ";") * 9}">' for n in range(1, 12)
    )
    files: dict[str, str | bytes] = {
        "requirements.txt": "-r more.txt\nclick==8.1.0\n",
        "more.txt": "-r requirements.txt\n-r ../../../../etc/passwd\n",
        "groups/pyproject.toml": '[project]\nname="x"\nversion="1"\n[dependency-groups]\na=[{include-group="b"}]\n'
        'b=[{include-group="a"}]\n',
        "laughs/docker-compose.yml": f"{laughs}\nservices: *a11\n",
        "laughs/pom.xml": f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "lol">{entities}]><project>&l11;</project>',
        "deep/package-lock.json": '{"packages":' * 40_000,
        "encodings/requirements.txt": "naïve==1.0\n".encode("utf-16-le")[1:],
        "encodings/package.json": b'{"name": "\xff\xfe\x80"}',
        "encodings/poetry.lock": b"\x00\x01\x02",
        "secret/requirements.txt": "click==8.1.0\n",
        "models/cut.safetensors": b"\xff" * 16,
        "models/cut.pkl": b"\x80\x04\x95\xff\xff\xff\xff\xff\xff\xff\x7f",
        "rows/train.jsonl": '{"text": "hello there", "label": "a"}\n' * 30 + "[" * 20_000 + "\n",
    }
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    (root / "secret/requirements.txt").chmod(0)
    (root / "loop").symlink_to(root / "loop2")
    (root / "loop2").symlink_to(root / "loop")
    (root / "round").symlink_to(root, target_is_directory=True)
    (root / "out.txt").symlink_to("/etc/passwd")
    os.mkfifo(root / "pipe-requirements.txt")
    with zipfile.ZipFile(root / "climbing-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr(
            "climbing-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: climbing\nVersion: 1.0\n"
        )
        wheel.writestr("../../climbed.py", "")
    return root


def test_a_project_of_everything_hostile_ends_and_says_what_it_could_not_judge(
    drill: Path, tmp_path: Path
) -> None:
    """Cycles, laughs, traversal, loops, what nobody may read, wrong encodings: each by its path and its reason."""
    found = scan(drill, tmp_path)
    gaps = found.gaps()

    assert found.code in {1, 2}
    assert found.tree["verdict"] != "clean"
    assert found.peak < MEMORY
    for path, reason in {
        "more.txt": "malformed",
        "groups/pyproject.toml": "malformed",
        "laughs/docker-compose.yml": "too-large",
        "laughs/pom.xml": "unsupported",
        "deep/package-lock.json": "too-large",
        "encodings/requirements.txt": "malformed",
        "encodings/package.json": "malformed",
        "encodings/poetry.lock": "malformed",
        "secret/requirements.txt": "unreadable",
        "models/cut.safetensors": "malformed",
        "models/cut.pkl": "malformed",
        "rows/train.jsonl": "malformed",
        "loop": "unreadable",
    }.items():
        assert reason in {
            one for place, reasons in gaps.items() if place.startswith(path) for one in reasons
        }, (
            path,
            gaps.get(path),
        )
    assert any(
        one["rule"].startswith("package.") and "climb" in one["evidence"] for one in found.tree["findings"]
    )
    assert not (tmp_path / "climbed.py").exists()
    assert "passwd" not in {one["name"] for one in found.tree["components"]}


def _tar(path: Path) -> None:
    with tarfile.open(path, "w:gz", compresslevel=1) as archive:
        for number in range(250_000):
            archive.addfile(tarfile.TarInfo(f"d/{number}"))


def _names(path: Path) -> None:
    """A directory of names that all stand for one member."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a", b"")
        first = archive.filelist[0]
        archive.filelist += [first] * 60_000


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        inner = io.BytesIO()
        with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as nested:
            nested.writestr("data.pkl", bytes(64 << 20))
        for number in range(20):
            archive.writestr(f"{number}.zip", inner.getvalue())


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("many-1.0.tar.gz", _tar),
        ("many-1.0-py3-none-any.whl", _names),
        ("many.pt", _names),
        ("config.json", _names),
        ("requirements.txt", _empty),
        ("bomb.zip", _bomb),
    ],
)
def test_an_archive_of_too_much_or_a_file_of_nothing_is_never_clean(
    tmp_path: Path, name: str, make: Callable[[Path], None]
) -> None:
    """Whatever its name claims. That of ten million members is measured by bench/bad_input.py."""
    path = tmp_path / "in" / name
    path.parent.mkdir()
    make(path)
    found = scan(path, tmp_path)

    assert found.tree["verdict"] != "clean"
    assert found.code in {1, 2}
    assert found.peak < MEMORY
    assert found.gaps()
