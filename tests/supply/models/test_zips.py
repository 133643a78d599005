"""Zip archives, and what in them two loaders could read as two things."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest

from yanmen.core.nouns import Ref
from yanmen.supply.models.bounds import Bounds, Limits, Unjudged
from yanmen.supply.models.report import Report
from yanmen.supply.models.zips import Zip, report_oddities
from yanmen.supply.targets import Artifact, Examined


def _bounds(**limits: int) -> Bounds:
    def never(artifact: Artifact, bounds: Bounds) -> Examined:
        raise AssertionError(artifact, bounds)

    return Bounds(Ref(kind="model", id="x"), never, Limits(**limits))


def _made(*members: tuple[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return held.getvalue()


def _zip(data: bytes, **limits: int) -> Zip:
    return Zip(Artifact.held("a.zip", data), _bounds(**limits))


_PLAIN = _made(("a/data.pkl", b"first"), ("a/version", b"3\n"))


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
def test_members_are_read_as_they_were_written(method: int) -> None:
    """Whole, and with nothing odd about them."""
    archive = _zip(_made(("x.bin", b"x" * 9000), ("y/", b""), ("y/z", b"z"), method=method))
    assert [member.name for member in archive.members] == ["x.bin", "y/", "y/z"]
    assert archive.oddities == []
    content = archive.open(archive.members[0])
    assert content.read(0, 10_000) == b"x" * 9000
    assert content.name == "a.zip!x.bin"
    assert archive.is_whole(archive.members[0], content)
    assert archive.members[1].folder


def test_a_large_archive_s_records_are_read() -> None:
    """zip64, as torch writes it for every member."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive, archive.open("x", "w", force_zip64=True) as member:
        member.write(b"data")
    read = _zip(held.getvalue())
    assert read.oddities == []
    assert read.open(read.members[0]).read(0, 9) == b"data"


def _changed(data: bytes, mark: bytes, at: int, value: bytes) -> bytes:
    place = data.find(mark) + at
    return data[:place] + value + data[place + len(value) :]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (_changed(_PLAIN, b"PK\x03\x04", 30, b"b"), "another name in its own header"),
        (_changed(_PLAIN, b"PK\x03\x04", 8, b"\x08"), "another method"),
        (_changed(_PLAIN, b"PK\x03\x04", 6, b"\x01"), "other flags"),
        (_changed(_PLAIN, b"PK\x03\x04", 14, b"\0\0"), "other sizes"),
        (_changed(_PLAIN, b"PK\x01\x02", 24, b"\x09"), "stored, and yet of two sizes"),
        (_changed(_PLAIN, b"PK\x01\x02", 8, b"\x20"), "patched data"),
        (b"MZ" + _PLAIN, "bytes before the archive"),
        (_PLAIN + b"tail", "none that ends the file"),
        (_changed(_PLAIN, b"PK\x05\x06", 10, b"\x07"), "that says 7"),
    ],
)
def test_what_loaders_could_take_differently_is_said(data: bytes, said: str) -> None:
    """CVE-2025-1944, CVE-2025-1945, CVE-2025-10156: names, flags and sizes that differ between the two headers."""
    assert any(said in oddity for oddity in _zip(data).oddities), _zip(data).oddities


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_stands_twice_is_said() -> None:
    """One loader takes the first, another the last."""
    archive = _zip(_made(("a", b"1"), ("a", b"2")))
    assert archive.oddities == ["a: twice in the directory"]
    last = archive.named("a")
    assert last is not None
    assert archive.open(last).read(0, 1) == b"2"


def test_a_flag_that_says_encrypted_does_not_hide_what_is_not() -> None:
    """CVE-2025-1945: torch ignores the flag, scanners gave up on the file."""
    flagged = _changed(_changed(_PLAIN, b"PK\x01\x02", 8, b"\x01"), b"PK\x03\x04", 6, b"\x01")
    archive = _zip(flagged)
    assert archive.open(archive.members[0]).read(0, 9) == b"first"
    assert archive.oddities == ["a/data.pkl: flagged as encrypted, and is not"]


def test_what_is_encrypted_or_packed_otherwise_is_not_judged() -> None:
    """Neither is clean."""
    scrambled = _changed(
        _changed(_changed(_PLAIN, b"PK\x01\x02", 8, b"\x01"), b"PK\x03\x04", 6, b"\x01"),
        b"first",
        0,
        b"xxxxx",
    )
    archive = _zip(scrambled)
    with pytest.raises(Unjudged) as error:
        archive.open(archive.members[0])
    assert error.value.reason == "encrypted"
    other = _zip(_changed(_changed(_PLAIN, b"PK\x01\x02", 10, b"\x63"), b"PK\x03\x04", 8, b"\x63"))
    with pytest.raises(Unjudged) as error:
        other.open(other.members[0])
    assert error.value.reason == "unsupported"


def test_a_bomb_is_not_unpacked() -> None:
    """By its ratio before anything is read, and by the budget while it is."""
    data = _made(("x", bytes(40_000_000)), method=zipfile.ZIP_DEFLATED)
    with pytest.raises(Unjudged):
        _zip(data, ratio=100).open(_zip(data).members[0])


@pytest.mark.parametrize(
    "data", [b"PK\x03\x04", _PLAIN[:60], _PLAIN[:-22], _PLAIN[:-30] + _PLAIN[-22:], b"PK\x05\x06" + bytes(17)]
)
def test_what_is_no_archive_is_not_judged(data: bytes) -> None:
    """Cut short anywhere."""
    with pytest.raises(Unjudged):
        _zip(data)


def test_a_directory_of_too_many_members_is_not_walked() -> None:
    """The budget counts them."""
    with pytest.raises(Unjudged) as error:
        _zip(_made(*((str(number), b"") for number in range(30))), members=20)
    assert error.value.reason == "too-large"


def test_oddities_are_findings_and_no_proof() -> None:
    """None is shown to do harm, and none is clean."""
    archive = _zip(_PLAIN + struct.pack("<I", 1))
    report = Report(archive.artifact, archive.bounds, "zip")
    report_oddities(archive, report)
    examined = report.done()
    assert examined.proof == "unknown"
    assert [found.rule.id for found in examined.findings] == ["archive.contradicts-itself"]
