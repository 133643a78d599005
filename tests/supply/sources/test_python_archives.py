"""Wheels and source archives as files."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from yanmen.core.nouns import Unexamined
from yanmen.supply.sources.python_archives import Archives
from yanmen.supply.targets import Component

Lay = Callable[[dict[str, str | bytes]], Path]
Ask = Callable[..., tuple[list[Component], list[Unexamined]]]
METADATA = b"Name: x\nVersion: 1.0\nLicense-Expression: MIT\nRequires-Dist: click\n"


def _zip(content: dict[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return held.getvalue()


def _tar(content: dict[str, bytes]) -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w:gz") as archive:
        for name, data in content.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return held.getvalue()


def test_a_wheel_an_egg_and_a_source_archive(lay: Lay, ask: Ask) -> None:
    """What each says of itself."""
    root = lay(
        {
            "x-1.0-py3-none-any.whl": _zip({"x-1.0.dist-info/METADATA": METADATA}),
            "x-1.0.egg": _zip({"EGG-INFO/PKG-INFO": METADATA}),
            "x-1.0.tar.gz": _tar({"./x-1.0/PKG-INFO": METADATA, "x-1.0/x.egg-info/PKG-INFO": b"Name: y\n"}),
            "backup-1.tar.gz": _tar({"notes": b""}),
            "other.zip": b"not looked at",
        }
    )
    found, missed = ask(root, Archives())

    assert missed == []
    assert [(one.purl, one.how, one.licences, one.needs) for one in found] == [
        ("pkg:pypi/x@1.0", "vendored", ("MIT",), ("pkg:pypi/click",))
    ] * 3


def test_what_is_broken_is_said(lay: Lay, ask: Ask) -> None:
    """Or has no metadata, or names no distribution."""
    root = lay(
        {
            "a-1-py3-none-any.whl": b"PK\x03\x04",
            "b-1-py3-none-any.whl": _zip({}),
            "c-1.tar.gz": _tar({"c-1/PKG-INFO": b"Version: 1"}),
        }
    )
    found, missed = ask(root, Archives())

    assert found == []
    assert [one.reason for one in missed] == ["malformed"] * 3
