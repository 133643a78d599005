"""Any byte of the file may be changed, and the audit misses nothing."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yanmen.core.errors import YanmenError
from yanmen.store.audit import verify
from yanmen.store.database import FILE


def contents(folder: Path) -> list[Any] | None:
    """All that stands in the record's tables, or None where it cannot be read."""
    try:
        with closing(sqlite3.connect(folder / FILE)) as db:
            db.text_factory = bytes
            tables = db.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()
            rest = {b"sessions", b"cursors"}
            names = [
                name for name, sql in tables if sql and sql.startswith(b"CREATE TABLE") and name not in rest
            ]
            read = [db.execute(f"SELECT * FROM {name.decode()}").fetchall() for name in names]
            return [tables, read]
    except (sqlite3.Error, UnicodeDecodeError):
        return None


@pytest.mark.embedded
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.floats(0, 1, exclude_max=True), mask=st.integers(1, 255))
def test_any_byte_of_the_file_may_be_changed_and_nothing_is_missed(
    busy: Path, place: float, mask: int
) -> None:
    """Either it is found, or it changed nothing that is ever read (free space inside a page)."""
    whole = (busy / FILE).read_bytes()
    before = contents(busy)
    changed = bytearray(whole)
    changed[int(place * len(whole))] ^= mask
    try:
        (busy / FILE).write_bytes(changed)
        try:
            code = verify(busy).exit_code
        except YanmenError:
            code = 2

        assert code != 0 or contents(busy) == before
    finally:
        (busy / FILE).write_bytes(whole)
        for name in (f"{FILE}-wal", f"{FILE}-shm"):
            (busy / name).unlink(missing_ok=True)
