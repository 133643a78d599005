"""Builds packages out of the texts of ``packages/*.yaml``: wheels, source distributions and npm tarballs, in memory.

A text may hold ``@@NAME@@``, which stands for a blob: another text, put through the encodings that the published case used.
Hosts end in ``.invalid``, tokens are invented, programs are headers with noise behind them. Nothing is ever installed or run.
"""

from __future__ import annotations

import base64
import codecs
import gzip
import io
import json
import random
import re
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent / "packages"
_WHEN = (2024, 1, 1, 0, 0, 0)
_MAGIC = {
    "elf": b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x02\x00\x3e\x00",
    "pe": b"MZ" + bytes(58) + b"\x40\0\0\0PE\0\0\x64\x86",
    "macho": b"\xcf\xfa\xed\xfe\x07\0\0\x01",
    "png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x40\0\0\0\x40\x08\x06\0\0\0",
}


def _noise(count: int, seed: str = "") -> bytes:
    return random.Random(f"yanmen {count} {seed}").randbytes(count)


def _xor(data: bytes, key: str) -> bytes:
    wheel = key.encode()
    return bytes(byte ^ wheel[at % len(wheel)] for at, byte in enumerate(data))


def _string_array(source: bytes) -> bytes:
    """What javascript-obfuscator does by default: strings into a rotated array, members into lookups, names into hexadecimal."""
    text = source.decode()
    words: list[str] = []

    def kept(word: str) -> str:
        if word not in words:
            words.append(word)
        return f"_0x3f1c({hex(0x1A0 + words.index(word))})"

    text = re.sub(r"'([^'\n]*)'", lambda one: kept(one[1]), text)
    text = re.sub(r"(?<=[\w\])])\.([a-zA-Z_]\w*)", lambda one: f"[{kept(one[1])}]", text)
    for count, name in enumerate(
        dict.fromkeys(re.findall(r"\b(?:const|let|var|function)\s+([a-zA-Z]\w*)", text))
    ):
        text = re.sub(rf"\b{name}\b(?!:)", f"_0x{0x4B2E1 + count * 37:x}", text)
    turned = words[len(words) // 3 :] + words[: len(words) // 3]
    head = (
        f"const _0x5c3d={json.dumps(turned)};(function(_0x1,_0x2){{const _0x3=function(_0x4){{while(--_0x4)"
        f"{{_0x1['push'](_0x1['shift']());}}}};_0x3(++_0x2);}}(_0x5c3d,{hex(len(words) - len(words) // 3)}));"
        "const _0x3f1c=function(_0x1,_0x2){_0x1=_0x1-0x1a0;let _0x3=_0x5c3d[_0x1];return _0x3;};"
    )
    return (head + re.sub(r"\s*\n\s*", "", text)).encode()


def _joined(data: bytes, each: str, by: str) -> bytes:
    return by.join(each.format(byte) for byte in data).encode()


def _zip(data: bytes, name: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(zipfile.ZipInfo(name or "run.py", _WHEN), data)
    return out.getvalue()


_ENCODINGS: dict[str, Callable[[bytes, str], bytes]] = {
    "b64": lambda data, _: base64.b64encode(data),
    "b85": lambda data, _: base64.b85encode(data),
    "hex": lambda data, _: data.hex().encode(),
    "escaped": lambda data, _: _joined(data, "\\x{:02x}", ""),
    "ints": lambda data, _: _joined(data, "{}", ","),
    "zlib": lambda data, _: zlib.compress(data),
    "gzip": lambda data, _: gzip.compress(data, mtime=0),
    "reversed": lambda data, _: data[::-1],
    "rot13": lambda data, _: codecs.encode(data.decode(), "rot13").encode(),
    "xor": _xor,
    "add": lambda data, by: bytes((byte + int(by)) % 256 for byte in data),
    "far": lambda data, by: b" " * int(by or 400) + data,
    "zero": lambda data, _: "".join("\u200b" if bit == "0" else "\u200c" for byte in data for bit in f"{byte:08b}").encode(),
    "strings": lambda data, _: _string_array(data),
    "noise": lambda data, by: _noise(int(by or 400), data.decode()),
    "program": lambda data, by: _MAGIC[by] + struct.pack("<I", len(data)) + _noise(1800, by) + data,
    "behind": lambda data, by: _MAGIC[by] + _noise(600, by) + data,
    "zip": _zip,
}  # fmt: skip


def _blob(said: dict[str, Any], others: dict[str, bytes]) -> bytes:
    data = _filled(said.get("text", "").encode(), others)
    for step in said["as"]:
        name, _, by = step.partition(":")
        data = _ENCODINGS[name](data, by)
    return data


def _filled(text: bytes, blobs: dict[str, bytes]) -> bytes:
    for name, data in blobs.items():
        text = text.replace(f"@@{name}@@".encode(), data)
    return text


@dataclass(frozen=True)
class Case:
    """One re-created package, poisoned or honest."""

    family: str
    name: str
    version: str
    ecosystem: str
    kind: str
    """``sdist``, ``wheel`` or ``npm``."""
    trigger: str
    """``install``, ``startup``, ``import``, ``called`` or ``command``."""
    does: str
    """What was published about it, in our words; of an honest one, why it looks suspicious."""
    year: int
    sources: tuple[str, ...]
    """What was read: an address, or a repository, commit and path."""
    files: dict[str, str]
    blobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    package: dict[str, Any] = field(default_factory=dict)
    """Further fields of package.json."""
    needs: tuple[str, ...] = ()
    entry: str = ""

    @property
    def id(self) -> str:
        """Family, name and version."""
        return f"{self.family}/{self.name}@{self.version}"

    @property
    def file(self) -> str:
        """The archive's name."""
        if self.kind == "wheel":
            return f"{self.name.replace('-', '_')}-{self.version}-py3-none-any.whl"
        stem = f"{self.name.replace('@', '').replace('/', '-')}-{self.version}"
        return f"{stem}.tgz" if self.kind == "npm" else f"{stem}.tar.gz"

    def contents(self) -> dict[str, bytes]:
        """Path to bytes, with the metadata that its ecosystem wants."""
        blobs: dict[str, bytes] = {}
        for name, said in self.blobs.items():
            blobs[name] = _blob(said, blobs)
        found = {path: _filled(text.encode(), blobs) for path, text in self.files.items()}
        about = f"# {self.name}\n\nSee the documentation for usage.\n".encode()
        found.setdefault("README.md", about)
        return found | {path: data for path, data in self._metadata().items() if path not in found}

    def _metadata(self) -> dict[str, bytes]:
        core = f"Metadata-Version: 2.1\nName: {self.name}\nVersion: {self.version}\nSummary: {self.name}\n"
        core += "".join(f"Requires-Dist: {one}\n" for one in self.needs)
        if self.kind == "npm":
            said = {
                "name": self.name,
                "version": self.version,
                "main": "index.js",
                "license": "MIT",
            } | self.package
            return {"package.json": json.dumps(said, indent=2).encode()}
        if self.kind == "sdist":
            asks = f"from setuptools import setup, find_packages\n\nsetup(name={self.name!r}, version={self.version!r}, "
            return {"PKG-INFO": core.encode(), "setup.py": f"{asks}packages=find_packages())\n".encode()}
        info = f"{self.name.replace('-', '_')}-{self.version}.dist-info"
        extra = (
            {f"{info}/entry_points.txt": f"[console_scripts]\n{self.entry}\n".encode()} if self.entry else {}
        )
        wheel = (
            b"Wheel-Version: 1.0\nGenerator: bdist_wheel (0.43.0)\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        return {f"{info}/METADATA": core.encode(), f"{info}/WHEEL": wheel, f"{info}/RECORD": b""} | extra

    def archive(self) -> bytes:
        """The wheel, source distribution or tarball; the same bytes each time."""
        out = io.BytesIO()
        if self.kind == "wheel":
            with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
                for path, data in self.contents().items():
                    archive.writestr(zipfile.ZipInfo(path, _WHEN), data)
            return out.getvalue()
        folder = "package" if self.kind == "npm" else f"{self.name}-{self.version}"
        with tarfile.open(fileobj=out, mode="w") as archive:
            for path, data in self.contents().items():
                info = tarfile.TarInfo(f"{folder}/{path}")
                info.size, info.mode = len(data), 0o644
                archive.addfile(info, io.BytesIO(data))
        return gzip.compress(out.getvalue(), mtime=0)


def read(*names: str, folder: Path = FOLDER, published_hosts: bool = False) -> list[Case]:
    """Every case of the files named (without ``.yaml``); if wanted, with the public services that were abused."""
    sources = yaml.safe_load((folder / "sources.yaml").read_text("utf-8"))
    hosts = yaml.safe_load((folder / "hosts.yaml").read_text("utf-8")) if published_hosts else {}
    found = []
    for name in names:
        text = (folder / f"{name}.yaml").read_text("utf-8")
        for invented, real in hosts.items():
            text = re.sub(rf"(?<![\w.-]){re.escape(invented)}(?![\w-])", real, text)
        for row in yaml.safe_load(text):
            kind = row.pop("kind", "npm")
            row["sources"] = tuple(_source(one, sources) for one in row.get("sources", ()))
            row |= {"version": str(row["version"]), "needs": tuple(row.get("needs", ()))}
            found.append(Case(kind=kind, ecosystem="npm" if kind == "npm" else "PyPI", **row))
    return found


def _source(said: str, known: dict[str, str]) -> str:
    """``short:rest`` by the list of sources; an address stays what it is."""
    short, _, rest = said.partition(":")
    return known[short].format(rest) if short in known else said
