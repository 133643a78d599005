"""One harmful pickle, in every form, by every way of giving it to a scan: none is clean.

The pickle is written by hand and runs ``id`` where it is loaded; it is not.
"""

from __future__ import annotations

import base64
import bz2
import gzip
import io
import json
import lzma
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from backports import zstd

from yanmen.core.clock import SECOND
from yanmen.core.config import Supply
from yanmen.intel.advisories import Advisories
from yanmen.supply.report import Kind
from yanmen.supply.scan import Options, Scan

COMMAND = b"\x80\x02cos\nsystem\n(X\x02\0\0\0idtR."
OLD = b"cos\nsystem\n(S'id'\ntR."
SAFE = b"\x80\x04}\x94\x8c\x01a\x94K\x01s."
DAY = 1_784_764_800 * SECOND
LZ4 = bytes.fromhex("04224d18604082140000808004636f730a73797374656d0a8c02696485522e00000000")
NO_FEED = {
    "accept_unchecked": ("feed:malicious-packages",),
    "accepted_by": "lab",
    "accepted_until": "2027-01-31",
}


def _zip(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def _tar(members: dict[str, bytes], mode: str = "w") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:  # type: ignore[call-overload]
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def _closed(flag: int, method: int) -> bytes:
    """A zip whose member cannot be opened."""
    data = bytearray(
        _zip({"a.txt": b"sealed"}, zipfile.ZIP_STORED).replace(b"sealed", b"\x07\x99\x13\x55\xee\x01")
    )
    for mark, place in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        data[data.find(mark) + place] |= flag
        data[data.find(mark) + place + 2] = method
    return bytes(data)


_MANY = {f"d/{number}.txt": b"words" for number in range(1_050)}
_OPENED = {
    "m.pkl": COMMAND,
    "old.pkl": OLD,
    "data.txt": COMMAND,
    "old.txt": OLD,
    "padded.txt": b"K\x010" + OLD + b"\nwords",
    "photo.jpg": COMMAND,
    "blob": COMMAND,
    "m.pkl.gz": gzip.compress(COMMAND),
    "m.dat": gzip.compress(OLD),
    "second.gz": gzip.compress(b"") + gzip.compress(COMMAND),
    "m.bz2": bz2.compress(COMMAND),
    "m.xz": lzma.compress(COMMAND),
    "m.lzma": lzma.compress(COMMAND, lzma.FORMAT_ALONE),
    "m.zst": zstd.compress(COMMAND),
    "m.lz4": LZ4,
    "base64.json": json.dumps({"state": base64.b64encode(COMMAND).decode()}).encode(),
    "hex.json": json.dumps([COMMAND.hex()]).encode(),
    "base64.txt": base64.b64encode(COMMAND),
    "z.zip": _zip({"a/x.txt": COMMAND}),
    "z.docx": _zip({"a/x.txt": COMMAND}),
    "z.jar": _zip({"a/x.txt": COMMAND}),
    "many.zip": _zip({**_MANY, "z.txt": COMMAND}),
    "many.tar": _tar({**_MANY, "z.txt": COMMAND}),
    "many.tgz": _tar({**_MANY, "z.txt": COMMAND}, "w:gz"),
    "zip-in-tar.tar": _tar({"r": b"words", "z.zip": _zip({"x.txt": COMMAND})}),
    "zip-in-zip.zip": _zip({"r": b"words", "z.bin": _zip({"x.txt": COMMAND})}),
    "gz-in-zip.zip": _zip({"r": b"words", "z.bin": gzip.compress(COMMAND)}),
    "t.tar.bz2": _tar({"x.txt": COMMAND}, "w:bz2"),
    "t.tar.xz": _tar({"x.txt": COMMAND}, "w:xz"),
    "t.tar.zst": zstd.compress(_tar({"x.txt": COMMAND})),
}
"""What can be opened: found."""

_CLOSED = {
    "encrypted.zip": _closed(1, 0),
    "method.zip": _closed(0, 99),
    "broken.zip": _zip({"a.txt": COMMAND})[:-10],
    "broken.gz": gzip.compress(b"words" * 99)[:-12],
    "broken.tar": _tar({"a.txt": b"x"})[:1024] + b"\x55" * 512 + COMMAND,
}
"""What cannot: could not be judged, with a reason that stays."""
_REASONS = {"encrypted.zip": "encrypted", "method.zip": "unsupported"}

Way = Callable[[Path, str, bytes], tuple[Path, Kind | None]]


def _file(root: Path, name: str, data: bytes) -> tuple[Path, Kind | None]:
    (root / name).write_bytes(data)
    return root / name, None


def _folder(root: Path, name: str, data: bytes) -> tuple[Path, Kind | None]:
    (root / "good.pkl").write_bytes(SAFE)
    (root / "sub").mkdir()
    (root / "sub" / name).write_bytes(data)
    return root, None


def _models(root: Path, name: str, data: bytes) -> tuple[Path, Kind | None]:
    return _folder(root, name, data)[0], "model"


def _project(root: Path, name: str, data: bytes) -> tuple[Path, Kind | None]:
    (root / "requirements.txt").write_text("colorama==0.4.6\n", "utf-8")
    return _folder(root, name, data)[0], "project"


def _linked(root: Path, name: str, data: bytes) -> tuple[Path, Kind | None]:
    (root / "hub" / ".git").mkdir(parents=True)
    (root / "hub" / ".git" / name).write_bytes(data)
    (root / "hub" / "good.pkl").write_bytes(SAFE)
    (root / "hub" / name).symlink_to(root / "hub" / ".git" / name)
    return root / "hub", None


def _installed(root: Path, name: str, data: bytes) -> tuple[Path, Kind | None]:
    place = root / "lib/python3.12/site-packages"
    for path, content in (
        (f"p/{name}", data),
        ("p-1.dist-info/METADATA", b"Metadata-Version: 2.1\nName: p\nVersion: 1\n"),
        ("p-1.dist-info/RECORD", f"p/{name},,\n".encode()),
    ):
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (place / path).write_bytes(content)
    return root, None


_SAYS = b"Metadata-Version: 2.1\nName: p\nVersion: 1\n"


def _wheel(root: Path, name: str, data: bytes) -> tuple[Path, Kind | None]:
    members = {
        "p-1.dist-info/METADATA": _SAYS,
        "p-1.dist-info/WHEEL": b"Wheel-Version: 1.0\n",
        f"p/{name}": data,
    }
    (root / "p-1-py3-none-any.whl").write_bytes(_zip(members))
    return root / "p-1-py3-none-any.whl", None


def _wheels(root: Path, name: str, data: bytes) -> tuple[Path, Kind | None]:
    return _wheel(root, name, data)[0].parent, None


def _source(root: Path, name: str, data: bytes) -> tuple[Path, Kind | None]:
    members = {
        "p-1/PKG-INFO": _SAYS,
        "p-1/setup.py": b"from setuptools import setup\nsetup()\n",
        f"p-1/p/{name}": data,
    }
    (root / "p-1.tar.gz").write_bytes(_tar(members, "w:gz"))
    return root / "p-1.tar.gz", None


_WAYS = (_file, _folder, _models, _project, _linked, _installed, _wheel, _wheels, _source)


@pytest.fixture(scope="module")
def known() -> Iterator[Advisories]:
    """The shipped feeds, on the day of their newest record."""
    with Advisories.open(None, clock=lambda: DAY) as opened:
        yield opened


def _named(way: Way) -> str:
    return way.__name__.strip("_")


@pytest.mark.parametrize(
    ("name", "way"),
    [(name, way) for name in _OPENED for way in _WAYS if way is _folder or not name.startswith("many")],
    ids=lambda one: one if isinstance(one, str) else _named(one),
)
def test_it_is_found(name: str, way: Way, tmp_path: Path, known: Advisories) -> None:
    """Under any name, packed, within archives, encoded; however it comes before the scan."""
    place, kind = way(tmp_path, name, _OPENED[name])
    report = Scan(msgspec.convert(NO_FEED, Supply), known, Options(kind=kind), clock=lambda: DAY).report(
        [place]
    )

    assert report.verdict == "found"
    assert "pickle.calls-os" in {found.rule.id for _, found in report.findings()}


@pytest.mark.parametrize("way", _WAYS, ids=_named)
@pytest.mark.parametrize("name", _CLOSED)
def test_what_cannot_be_opened_is_said(name: str, way: Way, tmp_path: Path, known: Advisories) -> None:
    """With the word for it."""
    place, kind = way(tmp_path, name, _CLOSED[name])
    report = Scan(msgspec.convert(NO_FEED, Supply), known, Options(kind=kind), clock=lambda: DAY).report(
        [place]
    )
    reasons = {gap.reason for target in report.targets for gap in report.open(target)}

    assert report.verdict == "could_not_judge"
    assert _REASONS.get(name, "malformed") in reasons


@pytest.mark.parametrize("way", _WAYS, ids=_named)
def test_a_harmless_one_is_not(way: Way, tmp_path: Path, known: Advisories) -> None:
    """Nor ordinary archives beside it: the table would be of no use if everything were found."""
    place, kind = way(tmp_path, "data.txt", SAFE)
    if place.is_dir() and way is not _wheels:
        (place / "source.tgz").write_bytes(_tar({"a/b.py": b"import os\n"}, "w:gz"))
        (place / "letter.docx").write_bytes(_zip({"word/document.xml": b"<?xml version='1.0'?><w/>"}))
    report = Scan(msgspec.convert(NO_FEED, Supply), known, Options(kind=kind), clock=lambda: DAY).report(
        [place]
    )

    assert not [found for _, found in report.findings() if found.rule.id.startswith("pickle.")]
    assert not [gap for target in report.targets if target.kind == "model" for gap in report.open(target)]
