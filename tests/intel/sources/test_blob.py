"""Blobs, and what is packed in them."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zipfile

import pytest

from yanmen.core.nouns import Unexamined
from yanmen.intel.sources import blob as blobs
from yanmen.intel.sources.blob import Blob, opened


def packed(**members: bytes) -> bytes:
    """A zip archive."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return whole.getvalue()


def inside(data: bytes) -> list[Blob | Unexamined]:
    """What comes of a file."""
    return list(opened(Blob(path="a", data=data)))


@pytest.mark.parametrize("form", [gzip, bz2, lzma])
def test_what_is_compressed_is_looked_at_inside(form: object) -> None:
    """Three forms of the standard library."""
    found = inside(form.compress(b"secret"))  # type: ignore[attr-defined]  # the three are alike

    assert found[1] == Blob(path="a!", data=b"secret")


def test_members_of_an_archive_are_looked_at() -> None:
    """Each under its name."""
    found = inside(packed(one=b"1", two=b"2"))

    assert [(one.path, one.data) for one in found[1:] if isinstance(one, Blob)] == [
        ("a!one", b"1"),
        ("a!two", b"2"),
    ]


def test_a_bomb_is_said_to_be_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unpacked only up to the bound, the whole archive counted together."""
    monkeypatch.setattr(blobs, "LARGEST", 10_000)

    for data in (gzip.compress(b"\0" * 20_000), packed(one=b"\0" * 6_000, two=b"\0" * 6_000)):
        last = inside(data)[-1]

        assert isinstance(last, Unexamined)
        assert last.reason == "too-large"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (gzip.compress(b"x" * 500)[:20], "unreadable"),
        (packed(one=b"x" * 500)[:60], "unreadable"),
        (b"7z\xbc\xaf\x27\x1c rest", "unsupported"),
        (b"\x28\xb5\x2f\xfd rest", "unsupported"),
    ],
)
def test_what_cannot_be_opened_is_not_called_clean(data: bytes, reason: str) -> None:
    """Cut off, or of a form that is not opened."""
    last = inside(data)[-1]

    assert isinstance(last, Unexamined)
    assert last.reason == reason


def test_wide_letters_are_read_as_text() -> None:
    """As some editors of Windows write them."""
    assert inside("key".encode("utf-16")) == [Blob(path="a", data=b"key")]
