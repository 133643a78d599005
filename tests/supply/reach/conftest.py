"""Small projects, and environments beside them, written as files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

Files = Mapping[str, str]


def written(folder: Path, files: Files) -> Path:
    """The folder, with these files in it."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder


@pytest.fixture
def project(tmp_path: Path) -> Callable[[Files], Path]:
    """Writes a project."""

    def made(files: Files) -> Path:
        return written(tmp_path / "project", files)

    return made


@pytest.fixture
def installed(tmp_path: Path) -> Callable[..., Path]:
    """Writes distributions into a virtual environment, each with its RECORD, and answers the environment."""

    def made(distributions: Mapping[str, Files], *, needs: Mapping[str, str] | None = None) -> Path:
        environment = tmp_path / "environment"
        site = environment / "lib/python3.11/site-packages"
        written(environment, {"pyvenv.cfg": "home = /usr\n"})
        for name, files in distributions.items():
            info = f"{name.replace('-', '_')}-1.0.dist-info"
            entries = {path: text for path, text in files.items() if path == "entry_points.txt"}
            code = {path: text for path, text in files.items() if path not in entries}
            written(site, code)
            record = "".join(f"{path},sha256=x,1\n" for path in code)
            demanded = "".join(f"Requires-Dist: {one}\n" for one in (needs or {}).get(name, "").split())
            metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n{demanded}\nText.\n"
            written(site / info, {"RECORD": record, "METADATA": metadata, **entries})
        return environment

    return made
