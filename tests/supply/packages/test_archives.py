"""Archives that lie."""

from __future__ import annotations

import io
import tarfile
import warnings
import zipfile

import pytest

from yanmen.supply.packages.archives import BROKEN, tar_members, zip_members
from yanmen.supply.packages.package import Bounds


def _zip(*names: str) -> io.BytesIO:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in names:
            archive.writestr(name, "x")
    return out


def test_members_that_leave_the_folder_are_noted_and_read_inside() -> None:
    """Dots and roots are taken off."""
    opened = zip_members(_zip("../../evil.py", "a/b.py"), Bounds())

    assert set(opened.members) == {"evil.py", "a/b.py"}
    assert [note.what for note in opened.notes] == ["traversal"]


def test_a_member_that_is_there_twice_is_kept_twice() -> None:
    """No reader may be shown another than the one that is installed."""
    opened = zip_members(_zip("a.py", "a.py"), Bounds())

    assert len(opened.members) == 2
    assert [note.what for note in opened.notes] == ["duplicate"]


def test_a_bomb_is_not_unfolded() -> None:
    """It is said to be too large."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("bomb", b"\0" * 40_000_000)
    small = Bounds(held=1_000_000)
    opened = zip_members(out, small)

    assert opened.members["bomb"].size == 40_000_000 or opened.cannot[0][0] == "too-large"


def test_links_and_devices_of_tar_files_are_not_followed() -> None:
    """A link that leads out is noted; a device is."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, kind in (("out", tarfile.SYMTYPE), ("dev", tarfile.CHRTYPE)):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
    out.seek(0)
    opened = tar_members(out, Bounds())

    assert opened.members == {}
    assert {note.what for note in opened.notes} == {"link", "special"}


def test_a_tar_file_that_unfolds_beyond_its_bound_is_cut() -> None:
    """And it is said."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for place in range(4):
            info = tarfile.TarInfo(f"f{place}")
            info.size = 1_000_000
            archive.addfile(info, io.BytesIO(b"\0" * info.size))
    out.seek(0)
    opened = tar_members(out, Bounds(held=500_000))

    assert [reason for reason, _, _ in opened.cannot] in (["malformed"], ["too-large"])


def test_what_is_no_archive_raises_what_callers_expect() -> None:
    """One of BROKEN."""
    with pytest.raises(BROKEN):
        zip_members(io.BytesIO(b"PK\x03\x04 broken"), Bounds())
