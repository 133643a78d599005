"""Members of archives, and what archives claim."""

from __future__ import annotations

import io
import struct
import tarfile
import zipfile
from pathlib import Path

import pytest

from yanmen.supply.documents import archives
from yanmen.supply.documents.archives import members
from yanmen.supply.walk import File, UnreadError, Walk


def _file(tmp_path: Path, data: bytes) -> File:
    (tmp_path / "x").write_bytes(data)
    file = Walk(tmp_path).find("x")
    assert file is not None
    return file


def _zip(content: dict[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return held.getvalue()


def _tar(content: dict[str, bytes], mode: str = "w:gz") -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode=mode) as archive:  # type: ignore[call-overload]  # the mode is one of them
        for name, data in content.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return held.getvalue()


@pytest.mark.parametrize("pack", [_zip, _tar])
def test_only_what_is_wanted_is_read(tmp_path: Path, pack: object) -> None:
    """By its name."""
    data = pack({"a/x": b"1", "b": b"2"})  # type: ignore[operator]  # one of the two above

    assert list(members(_file(tmp_path, data), lambda name: name == "a/x")) == [("a/x", b"1")]


def test_ten_million_members_are_not_listed(tmp_path: Path) -> None:
    """A zip that claims a list of members of 460 MB, in 22 bytes and some."""
    data = bytearray(_zip({"x": b""}))
    struct.pack_into("<HHL", data, len(data) - 14, 0xFFFF, 0xFFFF, 460_000_000)

    with pytest.raises(UnreadError, match="too-large"):
        list(members(_file(tmp_path, bytes(data)), lambda _: True))


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    """A member that claims too much is not read; of one that lies no more is read than fits."""
    data = _zip({"x": bytes(archives.ONE + 1)})

    with pytest.raises(UnreadError, match="too-large"):
        list(members(_file(tmp_path, data), lambda _: True))
    with pytest.raises(UnreadError, match="too-large"):
        list(members(_file(tmp_path, _tar({"x": bytes(archives.ONE + 1)})), lambda _: True))


def test_a_tar_of_endless_members(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Is left at the bound."""
    monkeypatch.setattr(archives, "MEMBERS", 3)

    with pytest.raises(UnreadError, match="too-large"):
        list(members(_file(tmp_path, _tar({str(n): b"" for n in range(9)})), lambda _: False))


def test_what_is_encrypted_or_no_archive(tmp_path: Path) -> None:
    """Is said."""
    data = bytearray(_zip({"x": b"1"}))
    data[6] |= 1
    data[data.rindex(b"PK\x01\x02") + 8] |= 1

    for broken, reason in (
        (bytes(data), "encrypted"),
        (b"PK\x03\x04", "malformed"),
        (b"none", "malformed"),
        (b"", "malformed"),
    ):
        with pytest.raises(UnreadError, match=reason):
            list(members(_file(tmp_path, broken), lambda _: True))


def test_a_large_archives_own_record_is_heard(tmp_path: Path) -> None:
    """The library takes the list of members by it, whatever the smaller record says: 10 million names were 4 GB of memory."""
    plain = _zip({"a": b"1"})
    end = len(plain) - 22
    large = struct.pack("<4sQ2H2I4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 10**7, 10**7, 560 * 10**6, 0)
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, end, 1)
    far = struct.pack("<4sIQI", b"PK\x06\x07", 0, 1 << 63, 1)
    for data, reason in (
        (plain[:end] + large + locator + plain[end:], "too-large"),
        (plain[:end] + large + far + plain[end:], "malformed"),
        (locator[:4] + plain[end:], "malformed"),
    ):
        with pytest.raises(UnreadError) as error:
            list(members(_file(tmp_path, data), lambda _name: True))
        assert error.value.reason == reason
