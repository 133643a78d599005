"""Connections."""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from yanmen.core.errors import YanmenError
from yanmen.store import Store, StoreError
from yanmen.store.database import FILE, UNWRITTEN, Readers, Watch, connect, explained, read_only


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database with one table."""
    db = connect(tmp_path / FILE, writing=True)
    db.execute("CREATE TABLE t (x)")
    db.execute("INSERT INTO t VALUES (1)")
    db.close()
    return tmp_path / FILE


def test_a_writer_commits_to_the_disk(path: Path) -> None:
    """WAL, and FULL: a commit that returned survives a loss of power."""
    db = connect(path, writing=True)
    found = [
        db.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("journal_mode", "synchronous", "secure_delete")
    ]
    db.close()

    assert found == ["wal", 2, 1]


def test_a_reader_cannot_write(path: Path) -> None:
    """Not even by mistake."""
    readers = Readers(path)
    with pytest.raises(StoreError, match="readonly"):
        readers.all("DELETE FROM t")

    assert readers.one("SELECT x FROM t") == (1,)
    readers.close()


def test_readers_are_used_again_and_closed(path: Path) -> None:
    """One connection for calls one after another; one lent while all are closed is closed when it comes back."""
    readers = Readers(path)
    with readers.lend() as first:
        pass
    with readers.lend() as again:
        assert again is first
        with readers.lend() as other:
            assert other is not first
        readers.close()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        first.execute("SELECT 1")
    with pytest.raises(RuntimeError, match="closed"):
        readers.one("SELECT 1")


def test_many_threads_read_at_once(path: Path) -> None:
    """Each with a connection of its own meanwhile."""
    readers = Readers(path)
    found: list[object] = []
    threads = [
        threading.Thread(target=lambda: found.append(readers.one("SELECT x FROM t"))) for _ in range(40)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    readers.close()

    assert found == [(1,)] * 40


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        (sqlite3.SQLITE_FULL, "space"),
        (sqlite3.SQLITE_BUSY, "process"),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, "process"),
        (sqlite3.SQLITE_READONLY, "right"),
        (sqlite3.SQLITE_CORRUPT, "audit verify"),
        (sqlite3.SQLITE_IOERR, "disk"),
    ],
)
def test_errors_come_with_advice(code: int, hint: str) -> None:
    """A StoreError is a YanmenError, for people, and an OSError, for loops that try again."""
    error = sqlite3.OperationalError("it did not work")
    error.sqlite_errorcode = code
    found = explained(error, UNWRITTEN)

    assert str(found) == "cannot write the record: it did not work"
    assert found.say("zh") == "无法写入记录：it did not work"
    assert hint in found.hint.en
    assert isinstance(found, YanmenError)
    assert isinstance(found, OSError)


def test_a_watch_says_when_its_database_is_gone(path: Path) -> None:
    """In words."""
    watch = Watch(path)
    watch._db.close()
    with pytest.raises(StoreError):
        watch.version()
    with pytest.raises(StoreError):
        watch.touched("keys")


@pytest.mark.embedded
def test_reading_only_leaves_everything_as_it_is(data: Path) -> None:
    """Not even a log is folded into the file."""
    with Store.open(data) as store:
        store.flush()
        before = (data / FILE).read_bytes()
        db = read_only(data)
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            db.execute("DELETE FROM cursors")
        db.close()

        assert (data / FILE).read_bytes() == before


def test_no_store_is_a_users_mistake(tmp_path: Path) -> None:
    """Nothing is made."""
    with pytest.raises(YanmenError, match="no store"):
        read_only(tmp_path)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.embedded
def test_a_folder_that_cannot_be_written_is_read(busy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy on a read-only medium; nothing is put beside it."""
    before = sorted(busy.iterdir())
    monkeypatch.setattr(os, "access", lambda *_: False)
    with closing(read_only(busy)) as db:
        assert db.execute("SELECT size FROM head").fetchone() == (30,)

    assert sorted(busy.iterdir()) == before
