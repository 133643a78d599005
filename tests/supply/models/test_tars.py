"""Tar archives, header by header."""

from __future__ import annotations

import io
import tarfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yanmen.core.nouns import Ref
from yanmen.supply.models.bounds import Bounds, Unjudged
from yanmen.supply.models.examine import examine
from yanmen.supply.models.tars import Entry, entries
from yanmen.supply.targets import Artifact


def _archive(form: int = tarfile.PAX_FORMAT) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        for name, data in (("a.txt", b"hello"), ("folder/" + "n" * 150 + ".bin", b"x" * 700), ("名/b", b"")):
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        for name, kind in (
            ("l", tarfile.SYMTYPE),
            ("h", tarfile.LNKTYPE),
            ("d", tarfile.DIRTYPE),
            ("p", tarfile.FIFOTYPE),
        ):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "../x" if kind in {tarfile.SYMTYPE, tarfile.LNKTYPE} else ""
            archive.addfile(info)
    return out.getvalue()


def _bounds() -> Bounds:
    return Bounds(Ref(kind="model", id="x"), examine)


@pytest.mark.parametrize("form", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_members_are_as_the_standard_library_has_them(form: int) -> None:
    """Long names, links, folders, pipes, in each format."""
    data = _archive(form)
    found = list(entries(Artifact.held("a", data), _bounds()))
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        theirs = [(info.name, info.size, info.linkname, info.offset_data) for info in archive]

    assert [(each.name.rstrip("/"), each.size, each.link, each.start) for each in found] == theirs
    assert [each.kind for each in found] == ["file", "file", "file", "symlink", "link", "folder", "device"]


@pytest.mark.parametrize(
    "data",
    [
        b"x" * 512,
        _archive()[:700],
        _archive().replace(b"ustar", b"usTar"),
    ],
    ids=["no-header", "cut", "sum"],
)
def test_a_broken_header_ends_the_reading(data: bytes) -> None:
    """What follows it cannot be found."""
    with pytest.raises(Unjudged, match="malformed"):
        list(entries(Artifact.held("a", data), _bounds()))


@pytest.mark.parametrize(
    "records", [b"30path=a.txt\n", b"x\n", b"0 a=b\n", b" \n", b"-4 path=a\n", b"5 a=b\n6 a=\n"]
)
def test_a_record_that_says_no_length_ends_the_reading(records: bytes) -> None:
    """One without a space was read again and again, for ever, where the header ended with a line."""
    head = tarfile.TarInfo("p")
    head.type, head.size = b"x", len(records)
    data = head.tobuf(tarfile.USTAR_FORMAT) + records.ljust(512, b"\0") + _archive()

    with pytest.raises(Unjudged, match="malformed"):
        list(entries(Artifact.held("a", data), _bounds()))


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_no_change_of_an_archive_makes_it_hang(data: st.DataObject) -> None:
    """Entries within the file, or an answer."""
    changed = bytearray(_archive())
    for _ in range(data.draw(st.integers(1, 4))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    found: list[Entry] = []
    try:
        found.extend(entries(Artifact.held("a", bytes(changed)), _bounds()))
    except (Unjudged, ValueError):
        return

    assert all(each.start >= 0 and each.start + each.size <= len(changed) for each in found)
