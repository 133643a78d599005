"""An index of one folder, with wheels of a few hundred bytes."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from yanmen.supply.upgrades import Pip


@pytest.fixture
def index(tmp_path: Path) -> Callable[..., Pip]:
    """Makes wheels of ``name==version``, each with what it needs, and answers a resolver that knows them only."""

    def made(**wheels: str) -> Pip:
        folder = tmp_path / "index"
        folder.mkdir(exist_ok=True)
        for named, needs in wheels.items():
            name, _, version = named.partition("_v")
            _wheel(folder, name, version.replace("_", "."), needs.split(";") if needs else [])
        return Pip(["--no-index", "--find-links", str(folder)])

    return made


def _wheel(folder: Path, name: str, version: str, needs: list[str]) -> None:
    info = f"{name}-{version}.dist-info"
    demanded = "".join(f"Requires-Dist: {one}\n" for one in needs)
    files = {
        f"{name}.py": "",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{demanded}",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{path},,\n" for path in files) + f"{info}/RECORD,,\n"
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
        for path, text in {**files, f"{info}/RECORD": record}.items():
            wheel.writestr(zipfile.ZipInfo(path), text)
