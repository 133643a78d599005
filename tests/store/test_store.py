"""The store as a whole: opened by several processes, killed at any moment, opened again."""

from __future__ import annotations

import contextlib
import random
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Event
from yanmen.store import Store
from yanmen.store.audit import verify
from yanmen.store.database import COPY, FILE

Make = Callable[..., Event]

APPEND = """
import sys, threading
from pathlib import Path
from yanmen.core.clock import now
from yanmen.core.ids import new_id
from yanmen.core.nouns import Event
from yanmen.store import Store

def event(kind):
    return Event(id=new_id("evt"), at=now(), kind=kind, data={"verdict": "allow", "model": "m", "x": "y" * 300})

count, soon = int(sys.argv[2]), int(sys.argv[3])
with Store.open(Path(sys.argv[1])) as store:
    def work():
        for _ in range(count):
            for _ in range(soon):
                store.append_soon(event("call.allowed"))
            one = event("call.refused")
            seq = store.append(one).result(60)
            sys.stdout.write(f"{one.id} {seq}\\n")
            sys.stdout.flush()
    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
"""
"""Appends from three threads and says what was acknowledged."""


@contextlib.contextmanager
def appending(data: Path, count: int, soon: int) -> Iterator[subprocess.Popen[str]]:
    """A process that appends."""
    line = [sys.executable, "-c", APPEND, str(data), str(count), str(soon)]
    with subprocess.Popen(line, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def test_what_was_acknowledged_survives_kill_9_at_any_moment(data: Path) -> None:
    """Five rounds on one store; after each the log verifies, and the loss that may have been is on record."""
    acknowledged: dict[str, int] = {}
    chance = random.Random(20261121)
    for killed in range(1, 6):
        with appending(data, 100_000, 5) as process:
            assert process.stdout is not None
            lines = [process.stdout.readline()]
            time.sleep(chance.uniform(0, 0.4))
            process.send_signal(signal.SIGKILL)
            lines += process.stdout.read().splitlines(keepends=True)
        whole = [line.split() for line in lines if line.endswith("\n")]
        acknowledged |= {event: int(seq) for event, seq in whole}
        assert verify(data).word == "ok"
        with Store.open(data) as store:
            for event, seq in acknowledged.items():
                recorded = store.events.get(event)
                assert recorded is not None
                assert recorded.seq == seq
            gaps = store.events.after(0, kinds=("store.gap",))
        assert [gap.event.data["cause"] for gap in gaps] == ["not-closed"] * killed
        assert verify(data).word == "ok"

    assert len(acknowledged) >= 5


def test_several_processes_append_at_the_same_time(data: Path) -> None:
    """One sequence without holes; each acknowledged at the place where it stands."""
    with contextlib.ExitStack() as stack:
        processes = [stack.enter_context(appending(data, 15, 2)) for _ in range(3)]
        said = [process.communicate(timeout=120)[0] for process in processes]
    acknowledged = [line.split() for text in said for line in text.splitlines()]
    report = verify(data)
    with Store.open(data) as store:
        places = {recorded.event.id: recorded.seq for recorded in store.events.after(0, limit=10_000)}

    assert len(acknowledged) == 3 * 3 * 15
    assert all(places[event] == int(seq) for event, seq in acknowledged)
    assert sorted(places.values()) == list(range(1, 3 * 3 * 15 * 3 + 1))
    assert (report.word, report.gaps) == ("ok", 0)


def test_processes_that_open_a_new_folder_at_once_agree(data: Path) -> None:
    """On schema, key and first checkpoint."""
    line = [sys.executable, "-c", APPEND, str(data), "1", "0"]
    processes = [subprocess.Popen(line, stdout=subprocess.DEVNULL) for _ in range(4)]

    assert [process.wait(60) for process in processes] == [0] * 4
    assert (verify(data).word, verify(data).records) == ("ok", 12)


def test_a_process_that_closed_leaves_no_gap(data: Path, event: Make) -> None:
    """Whatever it appended soon is there."""
    for _ in range(3):
        with Store.open(data) as store:
            for _ in range(100):
                store.append_soon(event())

    with Store.open(data) as store:
        assert store.events.last_seq() == 300
        assert store.events.after(0, kinds=("store.",)) == []


def test_a_running_process_is_not_taken_for_dead(data: Path, event: Make) -> None:
    """Its mark is locked."""
    with Store.open(data) as running:
        running.append_soon(event())
        with Store.open(data) as other:
            other.flush()
        running.flush()
        gaps = running.events.after(0, kinds=("store.",))

    assert gaps == []


@pytest.mark.embedded
def test_files_are_for_their_owner_only(busy: Path) -> None:
    """Whatever the umask."""
    with Store.open(busy):
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in [busy, *busy.rglob("*")]}

    folders = {busy.name, "secrets", "running"}
    assert {mode for name, mode in modes.items() if name in folders} == {0o700}
    assert {mode for name, mode in modes.items() if name not in folders} == {0o600}
    assert {FILE, f"{FILE}-wal", COPY, "log", "vault"} <= modes.keys()


def test_version_differs_whenever_anybody_committed(data: Path, event: Make) -> None:
    """This process or another, at once on one machine, within a moment on many; and only then."""
    with Store.open(data) as store, Store.open(data) as other:
        first = store.version()
        same = store.version()
        store.append(event("call.refused")).result(30)
        own = store.version()
        other.append(event("call.refused")).result(30)

        end = time.monotonic() + 10
        while store.version() == own:
            assert time.monotonic() < end
            time.sleep(0.01)
        assert first == same != own


def test_version_may_be_asked_from_any_thread(store: Store) -> None:
    """All see the same number."""
    seen: list[int] = []
    threads = [threading.Thread(target=lambda: seen.append(store.version())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert seen == [store.version()] * 8


def test_traffic_does_not_touch_what_doors_wait_for(store: Store, event: Make) -> None:
    """A ban does."""
    ban = {"id": "dec_1", "at": 1, "subject": {"kind": "key", "id": "k"}, "verdict": 3, "lasts": 60}
    one_call = ban | {"id": "dec_2", "lasts": 0}
    store.append(event("call.refused", decision=one_call)).result(30)
    before = store.touched("standing")
    seq = store.append(event("decision.made", decision=ban)).result(30)

    assert (before, store.touched("standing"), store.touched("keys")) == (0, seq, 0)


def test_a_closed_store_says_so(data: Path, event: Make) -> None:
    """Closing twice is harmless."""
    store = Store.open(data)
    store.append_soon(event())
    store.close()
    store.close()

    with pytest.raises(RuntimeError, match="closed"):
        store.append(event())
    with pytest.raises(RuntimeError, match="closed"):
        store.append_soon(event())
    with pytest.raises(RuntimeError, match="closed"):
        store.events.last_seq()


@pytest.mark.embedded
def test_a_store_without_its_signing_key_is_not_opened(busy: Path) -> None:
    """A new key would sign another log."""
    (busy / "secrets" / "log").unlink()

    with pytest.raises(YanmenError, match="signing key"):
        Store.open(busy)


@pytest.mark.embedded
@pytest.mark.parametrize("content", [b"", b"x"])
def test_a_log_that_begins_anew_says_so(busy: Path, content: bytes) -> None:
    """The database was emptied, or lost; the copy of the checkpoint remembers."""
    (busy / FILE).write_bytes(content)

    with Store.open(busy) as store:
        (told,) = store.events.after(0)

    assert (told.event.kind, told.event.data["was"]) == ("store.rolled-back", 30)


@pytest.mark.embedded
def test_a_damaged_file_is_said_to_be_one(busy: Path) -> None:
    """With advice, not with a traceback of the database's."""
    (busy / FILE).write_bytes(b"no database at all, and long enough to be read as one" * 20)

    with pytest.raises(YanmenError) as caught:
        Store.open(busy)

    assert caught.value.hint.en


@pytest.mark.embedded
def test_another_programs_database_is_left_alone(data: Path) -> None:
    """Nothing is written into it."""
    data.mkdir()
    with closing(sqlite3.connect(data / FILE)) as db:
        db.execute("CREATE TABLE theirs (x)")

    with pytest.raises(YanmenError, match="another program"):
        Store.open(data)

    with closing(sqlite3.connect(data / FILE)) as db:
        assert db.execute("SELECT name FROM sqlite_master").fetchall() == [("theirs",)]


def test_the_newest_checkpoint_can_be_asked_for(store: Store, event: Make) -> None:
    """It signs for everything acknowledged."""
    seq = store.append(event("call.refused")).result(30)

    assert store.checkpoint().splitlines()[:2] == [store.public_key.name, str(seq)]


def test_secrets_are_the_installations(data: Path) -> None:
    """The same after a restart."""
    with Store.open(data) as store:
        first = store.secrets("csrf")
    with Store.open(data) as store:
        assert store.secrets("csrf") == first


def test_a_folder_holds_a_store_or_not(data: Path, tmp_path: Path) -> None:
    """Asked without making one."""
    Store.open(data).close()

    assert Store.exists(data)
    assert not Store.exists(tmp_path / "other")
    assert not (tmp_path / "other").exists()


@pytest.mark.embedded
def test_a_store_that_was_deleted_or_replaced_is_not_present(data: Path, tmp_path: Path) -> None:
    """Though its connections go on reading."""
    with Store.open(data) as store:
        assert store.present()
        data.rename(tmp_path / "elsewhere")
        assert not store.present()
        Store.open(data).close()
        assert not store.present()
        assert store.events.last_seq() == 0


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="no /proc")
def test_no_file_stays_open_after_close(data: Path, event: Make) -> None:
    """Reader connections of every thread included."""
    store = Store.open(data)
    store.append_soon(event())
    threads = [threading.Thread(target=store.events.last_seq) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    store.close()

    left = []
    for link in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            left.append(str(link.readlink()))
    assert [path for path in left if path.startswith(str(data))] == []


def test_of_events_with_one_id_that_come_at_once_one_is_taken(store: Store, event: Make) -> None:
    """In one batch as one after another: a proof of work is used up by it."""
    one, other = event("proof.spent", bits=8), event()
    written = [store.append(each) for each in (one, other, one, one)]

    outcomes = [future.exception(30) for future in written]
    assert outcomes[:2] == [None, None]
    assert all(isinstance(error, ValueError) for error in outcomes[2:])
    with pytest.raises(ValueError, match=r"(?i)unique|used before"):
        store.append(one).result(30)
    store.flush()
    assert [recorded.event.id for recorded in store.events.after(0)].count(one.id) == 1
