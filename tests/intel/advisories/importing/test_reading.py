"""Documents out of files, archives and folders."""

from __future__ import annotations

import gzip
import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from yanmen.core.errors import YanmenError
from yanmen.intel.advisories.importing import reading
from yanmen.intel.advisories.importing.reading import Broken, Document, Reading


@pytest.fixture
def zipped(tmp_path: Path) -> Callable[..., Path]:
    """An archive with members of any name."""

    def make(members: dict[str, bytes], *, compression: int = zipfile.ZIP_DEFLATED) -> Path:
        path = tmp_path / "all.zip"
        with zipfile.ZipFile(path, "w", compression) as archive:
            for name, data in members.items():
                archive.writestr(name, data)
        return path

    return make


def test_a_folder_is_read_in_order_and_links_are_left(tmp_path: Path) -> None:
    """Hidden folders, other files and links are none of it."""
    (tmp_path / "b").mkdir()
    (tmp_path / ".git").mkdir()
    for name in ("b/2.yaml", "a.json", ".git/config.json", "README.md"):
        (tmp_path / name).write_text("{}")
    (tmp_path / "link.json").symlink_to("/etc/hostname")
    os.mkfifo(tmp_path / "pipe.json")
    read = Reading(tmp_path)

    names = [one.name for one in read.documents() if isinstance(one, Document)]

    assert (names, read.others) == (["a.json", "b/2.yaml"], 3)


def test_members_that_climb_out_of_their_archive_are_only_read(
    zipped: Callable[..., Path], tmp_path: Path
) -> None:
    """Nothing is unpacked; the name is shown as it is."""
    path = zipped({"../../../evil.json": b"{}", "/etc/x.json": b"{}", "C:\\x.json": b"{}", "n\n.json": b"{}"})

    names = [one.name for one in Reading(path).documents()]

    assert sorted(names) == ["../../../evil.json", "/etc/x.json", "C:\\x.json", "n\\u000a.json"]
    assert [one.name for one in tmp_path.iterdir()] == ["all.zip"]


def test_a_member_that_unpacks_without_end_is_cut_off(
    zipped: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Named as too large; its neighbours are read. All together are bounded, too."""
    monkeypatch.setattr(reading, "LARGEST", 1_000)
    path = zipped({"bomb.json": b" " * 50_000_000, "good.json": b"{}"})

    assert list(Reading(path).documents()) == [Broken("bomb.json", "too-large"), Document("good.json", b"{}")]
    monkeypatch.setattr(reading, "MOST_BYTES", 1)
    with pytest.raises(YanmenError, match="over"):
        list(Reading(path).documents())


def test_a_broken_member_is_named(zipped: Callable[..., Path]) -> None:
    """By its checksum; encrypted ones likewise."""
    path = zipped({"a.json": b"payload", "b.json": b"{}"}, compression=zipfile.ZIP_STORED)
    data = bytearray(path.read_bytes())
    data[data.index(b"payload")] ^= 1
    central = data.rindex(b"PK\x01\x02")
    data[central + 8] |= 1
    path.write_bytes(data)

    broken, encrypted = Reading(path).documents()

    assert isinstance(broken, Broken)
    assert "CRC" in broken.why
    assert encrypted == Broken("b.json", "encrypted")


@pytest.mark.parametrize("cut", [30, 60, 120])
def test_an_archive_that_ends_early_is_refused(zipped: Callable[..., Path], cut: int) -> None:
    """Whole: what is missing would be taken for gone."""
    path = zipped({f"{number}.json": b"{}" for number in range(9)})
    path.write_bytes(path.read_bytes()[:-cut])

    with pytest.raises(YanmenError, match="damaged"):
        list(Reading(path).documents())


def test_a_compressed_file_that_ends_early_is_refused(tmp_path: Path) -> None:
    """At its head or in its middle."""
    whole = gzip.compress(os.urandom(40_000).hex().encode() + b"\n")
    for size in (12, 20_000, len(whole) - 4):
        (tmp_path / "a.jsonl.gz").write_bytes(whole[:size])
        with pytest.raises(YanmenError, match="damaged or ends early"):
            list(Reading(tmp_path / "a.jsonl.gz").lines())


def test_lines_are_bounded_and_empty_ones_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line without end is skipped to its end."""
    monkeypatch.setattr(reading, "LARGEST", 10)
    (tmp_path / "a").write_bytes(b"one\n\n" + b"x" * 95 + b"\nlast")

    lines = list(Reading(tmp_path / "a").lines())

    assert lines == [Document("line 1", b"one"), Broken("line 3", "too-large"), Document("line 4", b"last")]


def test_a_whole_file_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Compressed or not."""
    monkeypatch.setattr(reading, "LARGEST_WHOLE", 1_000)
    (tmp_path / "a").write_bytes(gzip.compress(b"0" * 100_000))

    with pytest.raises(YanmenError, match="over 1000 bytes"):
        Reading(tmp_path / "a").whole()


def test_a_directory_of_members_without_end_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its size is looked at before it is."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("a.json", b"{}")
    (tmp_path / "a").write_bytes(held.getvalue())
    monkeypatch.setattr(reading, "DIRECTORY", 10)

    with pytest.raises(YanmenError, match="directory too large"):
        list(Reading(tmp_path / "a").documents())


def test_a_member_without_a_name_is_none(zipped: Callable[..., Path]) -> None:
    """Found by mutating an archive."""
    path = zipped({"a": b"", "b.json": b"{}"})
    data = path.read_bytes()
    central = data.index(b"PK\x01\x02")
    size = int.from_bytes(data[central + 28 : central + 30], "little")
    nameless = (
        data[:central]
        + data[central : central + 28]
        + b"\0\0"
        + size.to_bytes(2, "little")
        + data[central + 32 :]
    )
    path.write_bytes(nameless)
    read = Reading(path)

    assert [one.name for one in read.documents()] == ["b.json"]
    assert read.others == 1
