"""Sorted tables in a file."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yanmen.intel.advisories.table import DamagedError, Table, write


def kept(path: Path, rows: dict[str, bytes], card: bytes = b"card") -> Path:
    """A table of rows."""
    with path.open("wb") as stream:
        write(stream, sorted(rows.items()), card)
    return path


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(
    rows=st.dictionaries(st.text(max_size=20), st.binary(max_size=4000), max_size=40),
    asked=st.text(max_size=20),
)
def test_what_was_written_is_found_and_nothing_else(
    tmp_path: Path, rows: dict[str, bytes], asked: str
) -> None:
    """Whatever the keys and sizes are."""
    with Table(kept(tmp_path / "a", rows)) as table:
        assert {key: table.get(key) for key in rows} == rows
        assert table.get(asked) == rows.get(asked)
        assert dict(table.entries()) == rows
        assert table.card == b"card"


def test_many_blocks_are_read_one_at_a_time(tmp_path: Path) -> None:
    """A look-up unpacks the block of its key only."""
    rows = {f"{number:06}": bytes([number % 251]) * 500 for number in range(3_000)}

    with Table(kept(tmp_path / "a", rows)) as table:
        assert table.get("002999") == rows["002999"]
        assert len(table._kept) == 1
        assert all(table.get(key) == value for key, value in rows.items())


def test_entries_out_of_order_are_refused() -> None:
    """And twice the same key."""
    for rows in ([("b", b""), ("a", b"")], [("a", b""), ("a", b"")]):
        with pytest.raises(ValueError, match="comes after"):
            write(io.BytesIO(), rows, b"")


def test_every_cut_and_every_changed_byte_is_noticed(tmp_path: Path) -> None:
    """At its opening, or where the block is read: never another answer."""
    rows = {f"key{number}": b"value" * number for number in range(40)}
    whole = kept(tmp_path / "a", rows).read_bytes()
    for place in range(0, len(whole), 7):
        (tmp_path / "b").write_bytes(whole[:place])
        with pytest.raises(DamagedError):
            Table(tmp_path / "b")
        (tmp_path / "b").write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
        try:
            with Table(tmp_path / "b") as table:
                assert dict(table.entries()) == rows
        except DamagedError:
            continue


def test_an_index_that_unpacks_without_end_is_refused(tmp_path: Path) -> None:
    """Lengths are held against the file before anything is read."""
    whole = kept(tmp_path / "a", {"a": b"b"}).read_bytes()
    (tmp_path / "a").write_bytes(whole[:-36] + struct.pack("<QIQII8s", 8, 1 << 30, 8, 4, 0, b"YMTABLE1"))

    with pytest.raises(DamagedError, match="add up"):
        Table(tmp_path / "a")
