"""Builds the cases of this folder into archives in memory. They are inert texts; nothing is ever installed or run."""

from __future__ import annotations

import io
import json
import tarfile
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
_FAR = " " * 400
_UNSEEN = "".join(chr(0xE0100 + ord(letter) - 16) for letter in "console.log('inert')")


@dataclass(frozen=True)
class Case:
    """One re-created package."""

    family: str
    name: str
    version: str
    ecosystem: str
    year: int
    report: str
    trigger: str
    files: dict[str, str]
    kind: str = "npm"
    scripts: dict[str, str] = field(default_factory=dict)
    dependencies: dict[str, str] = field(default_factory=dict)
    main: str = "index.js"
    offscreen: str = ""
    """A file in which ``@@@`` stands for four hundred spaces."""
    invisible: str = ""
    """A file in which ``@@@`` stands for an inert text in variation selectors."""
    held_out: bool = False

    @property
    def id(self) -> str:
        """Family, name and version."""
        return f"{self.family}/{self.name}-{self.version}"

    @property
    def file(self) -> str:
        """The archive's name."""
        stem = f"{self.name.replace('@', '').replace('/', '-')}-{self.version}"
        if self.kind == "wheel":
            return f"{self.name.replace('-', '_')}-{self.version}-py3-none-any.whl"
        return f"{stem}.tgz" if self.ecosystem == "npm" else f"{stem}.tar.gz"

    def contents(self) -> dict[str, bytes]:
        """Path to bytes, with metadata."""
        found = {path: self._bytes(path, text) for path, text in self.files.items()}
        core = f"Metadata-Version: 2.1\nName: {self.name}\nVersion: {self.version}\nSummary: {self.name}\n".encode()
        if self.ecosystem == "npm":
            said: dict[str, Any] = {
                "name": self.name,
                "version": self.version,
                "main": self.main,
                "scripts": self.scripts,
            }
            found.setdefault(
                "package.json", json.dumps(said | {"dependencies": self.dependencies}, indent=1).encode()
            )
        elif self.kind == "wheel":
            info = f"{self.name.replace('-', '_')}-{self.version}.dist-info"
            found[f"{info}/METADATA"] = core
            found[f"{info}/WHEEL"] = b"Wheel-Version: 1.0\n"
        else:
            found["PKG-INFO"] = core
            found.setdefault(
                "setup.py", f"from setuptools import setup\nsetup(name={self.name!r})\n".encode()
            )
        return found

    def _bytes(self, path: str, text: str) -> bytes:
        if path == self.offscreen:
            text = text.replace("@@@", _FAR)
        if path == self.invisible:
            text = text.replace("@@@", _UNSEEN)
        return text.encode("latin-1" if text.startswith("\x7f") else "utf-8")

    def archive(self) -> bytes:
        """The wheel, source distribution or tarball."""
        out = io.BytesIO()
        contents = self.contents()
        if self.kind == "wheel":
            with zipfile.ZipFile(out, "w") as archive:
                for path, data in contents.items():
                    archive.writestr(path, data)
            return out.getvalue()
        folder = "package" if self.ecosystem == "npm" else f"{self.name}-{self.version}"
        with tarfile.open(fileobj=out, mode="w:gz") as archive:
            for path, data in contents.items():
                info = tarfile.TarInfo(f"{folder}/{path}")
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data))
        return out.getvalue()


def cases(*names: str) -> list[Case]:
    """Every case of the files named, or of both."""
    found = []
    for name in names or ("known", "held_out"):
        path = HERE / f"{name}.yaml"
        if path.is_file():
            for row in yaml.safe_load(path.read_text("utf-8")):
                row["version"] = str(row["version"])
                found.append(Case(**row, held_out=name == "held_out"))
    return found
