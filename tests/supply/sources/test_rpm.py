"""rpm's database."""

from __future__ import annotations

import contextlib
import gzip
import sqlite3
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanmen.core.nouns import Unexamined
from yanmen.supply.sources import rpm
from yanmen.supply.sources.rpm import Rpm
from yanmen.supply.targets import Component
from yanmen.supply.walk import UnreadError

CORPUS = Path(__file__).parents[2] / "corpora/rpm"
Lay = Callable[[dict[str, str | bytes]], Path]
Ask = Callable[..., tuple[list[Component], list[Unexamined]]]


def _header(values: dict[int, str | int]) -> bytes:
    index, store = b"", b""
    for tag, value in values.items():
        if isinstance(value, int):
            store += b"\x00" * (-len(store) % 4)
            index += struct.pack(">IIII", tag, 4, len(store), 1)
            store += struct.pack(">I", value)
        else:
            index += struct.pack(">IIII", tag, 6, len(store), 1)
            store += value.encode() + b"\x00"
    return struct.pack(">II", len(values), len(store)) + index + store


OPENSSL = _header(
    {
        1000: "openssl-libs",
        1001: "3.0.7",
        1002: "25.el9",
        1003: 1,
        1014: "ASL 2.0",
        1022: "x86_64",
        1044: "openssl-3.0.7-25.el9.src.rpm",
    }
)


def _database(tmp_path: Path, blobs: list[bytes], *, ahead: bool = False, sql: str = "") -> bytes:
    path = tmp_path / "made.sqlite"
    path.unlink(missing_ok=True)
    with sqlite3.connect(path) as connection:
        if ahead:
            connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(sql or "CREATE TABLE Packages (hnum INTEGER PRIMARY KEY, blob BLOB NOT NULL)")
        if not sql:
            connection.executemany("INSERT INTO Packages (blob) VALUES (?)", [(blob,) for blob in blobs])
    connection.close()
    return path.read_bytes()


@pytest.mark.parametrize("ahead", [False, True])
def test_what_is_installed(lay: Lay, ask: Ask, tmp_path: Path, ahead: bool) -> None:
    """With its source; the epoch stands before the version. A database written ahead is read all the same."""
    data = _database(tmp_path, [OPENSSL, _header({1000: "x", 1001: "1", 1002: "2"})], ahead=ahead)
    root = lay({"var/lib/rpm/rpmdb.sqlite": data, "etc/os-release": "ID=rocky\nVERSION_ID=9.3\n"})
    found, missed = ask(root, Rpm())

    assert missed == []
    assert [one.name for one in found] == ["rocky", "openssl-libs", "x"]
    assert found[1].purl == "pkg:rpm/rocky/openssl-libs@3.0.7-25.el9?arch=x86_64&distro=rocky-9.3&epoch=1"
    assert (found[1].version, found[1].ecosystem, found[1].licences) == (
        "1:3.0.7-25.el9",
        "Rocky Linux:9",
        ("ASL 2.0",),
    )
    assert found[1].facts == {"source": "openssl", "source_version": "3.0.7-25.el9", "arch": "x86_64"}


@pytest.mark.parametrize("order", ["little", "big"])
def test_a_hash_of_berkeley_db_is_read(lay: Lay, ask: Ask, order: str) -> None:
    """As rpm kept its packages until 4.16; a real file of each byte order, one header on pages of its own."""
    data = gzip.decompress((CORPUS / f"Packages-{order}.gz").read_bytes())
    found, missed = ask(lay({"var/lib/rpm/Packages": data}), Rpm())

    assert missed == []
    assert [(one.name, one.version, one.licences) for one in found if one.how == "installed"] == [
        ("yanmen-alpha", "1.2-3", ("MIT",)),
        ("yanmen-beta", "2:1.2-3", ("MIT",)),
    ]


def test_rpms_own_database_is_read(lay: Lay, ask: Ask) -> None:
    """As SUSE keeps its packages: the layout of lib/backend/ndb/rpmpkg.c of rpm 4.18."""
    data = own_database([OPENSSL, _header({1000: "x", 1001: "1", 1002: "2"})])
    found, missed = ask(lay({"usr/lib/sysimage/rpm/Packages.db": data}), Rpm())

    assert missed == []
    assert [one.name for one in found if one.how == "installed"] == ["openssl-libs", "x"]


def test_something_else_of_that_name_is_said_or_nobodys(lay: Lay, ask: Ask) -> None:
    """Never taken for an empty database."""
    root = lay(
        {"var/lib/rpm/Packages": b"x", "usr/lib/sysimage/rpm/Packages.db": b"x", "docs/Packages": b"x"}
    )

    assert [one.reason for one in ask(root, Rpm())[1]] == ["malformed", "malformed"]


def own_database(blobs: list[bytes]) -> bytes:
    """A database in rpm's own form."""
    slots = bytearray(struct.pack("<4sIIIIIII", b"RpmP", 0, 1, 1, len(blobs) + 1, 0, 0, 0))
    values = b""
    for number, blob in enumerate(blobs, 1):
        blocks = -(-(16 + len(blob) + 12) // 16)
        slots += struct.pack("<4sIII", b"Slot", number, (4096 + len(values)) // 16, blocks)
        body = struct.pack("<4sIII", b"BlbS", number, 1, len(blob)) + blob
        body = body.ljust(blocks * 16 - 12, b"\0")
        values += body + struct.pack("<II4s", zlib.adler32(body), len(blob), b"BlbE")
    while len(slots) < 4096:
        slots += struct.pack("<4sIII", b"Slot", 0, 0, 0)
    return bytes(slots) + values


@given(st.integers(0, 60_000), st.binary(min_size=1, max_size=8), st.sampled_from(["ndb", "little", "big"]))
def test_a_changed_database_is_read_or_said(place: int, change: bytes, form: str) -> None:
    """Whatever byte of it is another: it ends, and raises nothing else."""
    data = bytearray(
        own_database([OPENSSL] * 3)
        if form == "ndb"
        else gzip.decompress((CORPUS / f"Packages-{form}.gz").read_bytes())
    )
    place %= len(data)
    data[place : place + len(change)] = change
    with contextlib.suppress(UnreadError):
        assert sum(map(len, rpm._blobs(bytes(data)))) <= 4 * len(data)


@pytest.mark.parametrize("form", ["ndb", "little"])
def test_a_database_that_breaks_off_is_said(lay: Lay, ask: Ask, form: str) -> None:
    """The packages before that are told too."""
    whole = (
        own_database([OPENSSL] * 40)
        if form == "ndb"
        else gzip.decompress((CORPUS / f"Packages-{form}.gz").read_bytes())
    )
    missed = ask(lay({"var/lib/rpm/Packages": whole[: len(whole) * 2 // 3]}), Rpm())[1]

    assert [one.reason for one in missed] == ["malformed"]


@pytest.mark.parametrize("data", [b"none", b"SQLite format 3\x00" + bytes(100), b""])
def test_what_is_no_database(lay: Lay, ask: Ask, data: bytes) -> None:
    """Is said."""
    assert [one.reason for one in ask(lay({"var/lib/rpm/rpmdb.sqlite": data}), Rpm())[1]] == ["malformed"]


def test_a_view_is_no_table(lay: Lay, ask: Ask, tmp_path: Path) -> None:
    """One that counts for ever would never end."""
    endless = (
        "CREATE VIEW Packages AS WITH RECURSIVE n(hnum) AS (SELECT 1 UNION ALL SELECT hnum + 1 FROM n) "
        "SELECT hnum, x'00' AS blob FROM n"
    )
    data = _database(tmp_path, [], sql=endless)

    assert [one.reason for one in ask(lay({"var/lib/rpm/rpmdb.sqlite": data}), Rpm())[1]] == ["malformed"]


def test_reading_takes_a_bounded_time(
    lay: Lay, ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted in steps of SQLite's machine."""
    monkeypatch.setattr(rpm, "STEPS", 0)
    data = _database(tmp_path, [OPENSSL] * 2_000)

    assert [one.reason for one in ask(lay({"var/lib/rpm/rpmdb.sqlite": data}), Rpm())[1]] == ["timed-out"]


@given(st.binary(max_size=80))
def test_any_bytes_are_a_header_or_an_error(blob: bytes) -> None:
    """Also with lengths that lie."""
    for data in (blob, struct.pack(">II", 2, 20) + blob):
        try:
            rpm._tags(data)
        except (UnreadError, struct.error):
            continue
