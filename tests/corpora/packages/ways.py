"""Builds the packages of ways.yaml into archives in memory. They are inert texts; nothing is ever installed or run."""

from __future__ import annotations

import io
import json
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import yaml

_HIDDEN = {
    "offscreen": " " * 400,
    "invisible": "".join(chr(0xE0100 + ord(letter) - 16) for letter in "console.log('inert')"),
    "pua": "".join(chr(0xE000 + ord(letter)) for letter in "Y29uc29sZS5sb2coMSk="),
}
_CORE = "Metadata-Version: 2.1\nName: inert-pkg\nVersion: 1.0\nSummary: x\n"


def ways() -> list[dict[str, Any]]:
    """The rows, as they are written."""
    rows: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("ways.yaml").read_text("utf-8"))
    return rows


def packed(row: dict[str, Any]) -> tuple[str, bytes]:
    """A file's name and the archive."""
    files: dict[str, Any] = {**row.get("files", {}), **row.get("more", {})}
    said = {"name": "inert-pkg", "version": "1.0.0", "main": "index.js", "description": "x"}
    said |= files.pop("package.json", {}) or {}
    kind = _placed(row, files, said)
    for key, hidden in _HIDDEN.items():
        if row.get(key):
            files = {path: text.replace("@@@", hidden) for path, text in files.items()}
    if kind == "npm":
        files["package.json"] = json.dumps(said)
        return "inert-pkg-1.0.0.tgz", _tar(files, "package")
    if kind == "sdist":
        files.setdefault("PKG-INFO", _CORE)
        return "inert-pkg-1.0.tar.gz", _tar(files, "inert-pkg-1.0")
    files["inert_pkg-1.0.dist-info/METADATA"] = _CORE
    return "inert_pkg-1.0-py3-none-any.whl", _zip(files)


def _placed(row: dict[str, Any], files: dict[str, Any], said: dict[str, Any]) -> str:
    if "py" in row:
        files["inert_pkg/__init__.py"] = row["py"]
        return "wheel"
    if "setup" in row:
        files["setup.py"] = row["setup"]
        return "sdist"
    if "js" in row:
        files["index.js"] = row["js"]
    elif "post" in row:
        files["setup.js"] = row["post"]
        said["scripts"] = {"postinstall": "node setup.js"}
    elif "script" in row:
        said["scripts"] = {"preinstall": row["script"]}
    elif {"setup.py", "PKG-INFO"} & set(files):
        return "sdist"
    elif "package.json" not in row["files"]:
        return "wheel"
    return "npm"


def _bytes(text: str) -> bytes:
    return text.encode("latin-1" if text.startswith("\x7f") else "utf-8")


def _tar(files: dict[str, str], folder: str) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for path, text in files.items():
            info = tarfile.TarInfo(f"{folder}/{path}")
            info.size = len(_bytes(text))
            archive.addfile(info, io.BytesIO(_bytes(text)))
    return out.getvalue()


def _zip(files: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for path, text in files.items():
            archive.writestr(path, _bytes(text))
    return out.getvalue()
