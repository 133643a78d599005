"""rpm's database."""

from __future__ import annotations

import sqlite3
import struct
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


def test_older_forms_are_said(lay: Lay, ask: Ask) -> None:
    """Berkeley DB and ndb; something else of that name is nobody's."""
    root = lay(
        {"var/lib/rpm/Packages": b"x", "usr/lib/sysimage/rpm/Packages.db": b"x", "docs/Packages": b"x"}
    )

    assert [one.reason for one in ask(root, Rpm())[1]] == ["unsupported", "unsupported"]


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
