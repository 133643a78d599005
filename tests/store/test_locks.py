"""Locks on files, and by name over all nodes."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from yanmen.store import Store, locks
from yanmen.store.locks import FileLock, held


def test_only_one_holder_at_a_time(tmp_path: Path) -> None:
    """Two in one process are as strange to each other as two processes."""
    one, other = FileLock(tmp_path / "a.lock"), FileLock(tmp_path / "a.lock")

    assert one.take()
    assert one.take()
    assert not other.take()
    one.free()
    assert other.take()
    other.free()
    other.free()


def test_a_holder_that_dies_leaves_no_lock_behind(tmp_path: Path) -> None:
    """The system frees it: kill -9 blocks nobody."""
    file = tmp_path / "a.lock"
    code = (
        "import os, signal, sys; from pathlib import Path; from yanmen.store.locks import FileLock;"
        "lock = FileLock(Path(sys.argv[1])); assert lock.take(); os.kill(os.getpid(), signal.SIGKILL)"
    )
    killed = subprocess.run([sys.executable, "-c", code, str(file)], check=False, timeout=60)
    lock = FileLock(file)

    assert killed.returncode == -9
    assert lock.take()
    lock.free()


def test_held_waits_its_turn(tmp_path: Path) -> None:
    """Ten threads that each add one, read and write apart, lose nothing."""
    counts = [0]

    def add() -> None:
        for _ in range(20):
            with held(FileLock(tmp_path / "a.lock")):
                seen = counts[0]
                threading.Event().wait(0.0001)
                counts[0] = seen + 1

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert counts == [80]


def test_held_gives_up_on_a_holder_that_hangs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With an error that names the file."""
    monkeypatch.setattr(locks, "WAIT_SECONDS", 0.05)
    lock = FileLock(tmp_path / "a.lock")
    assert lock.take()

    with pytest.raises(TimeoutError, match=r"a\.lock"), held(FileLock(tmp_path / "a.lock"), "a.lock"):
        pass
    lock.free()


def test_a_store_lock_has_one_holder_on_all_nodes(data: Path) -> None:
    """Two openings of one store, as two processes or two machines have it."""
    with Store.open(data) as one, Store.open(data) as other:
        mine, theirs = one.lock("a"), other.lock("a")

        assert mine.take()
        assert mine.take()
        assert not theirs.take()
        another = other.lock("b")
        assert another.take()
        another.free()
        mine.free()
        assert theirs.take()
        theirs.free()
