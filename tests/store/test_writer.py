"""Group commit: what waits, what is refused, what is lost and said to be lost."""

from __future__ import annotations

import resource
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import cast

import msgspec
import pytest

from yanmen.core.config import Store as Settings
from yanmen.core.nouns import Event
from yanmen.store import Key, Store, StoreError, gathering
from yanmen.store.audit import verify
from yanmen.store.database import FILE
from yanmen.store.log import LARGEST
from yanmen.store.writer import Writer

Make = Callable[..., Event]
pytestmark = pytest.mark.embedded


def test_order_of_appending_is_order_of_the_log(store: Store, event: Make) -> None:
    """Soon and at once, from one thread."""
    events = [event("call.allowed" if number % 3 else "call.refused") for number in range(60)]
    for one in events:
        if one.kind == "call.allowed":
            store.append_soon(one)
        else:
            store.append(one)
    store.flush()

    assert [recorded.event for recorded in store.events.after(0)] == events


def test_events_given_together_are_written_together(store: Store, event: Make) -> None:
    """All or none; the future has the place of the last."""
    good, bad = event("call.refused"), event("key.created", key={"id": "key_1"})

    assert store.append(good, event(), event()).result(30) == 3
    with pytest.raises(ValueError, match="required field"):
        store.append(event(), bad).result(30)
    assert store.events.last_seq() == 3


def test_many_waiters_share_commits(store: Store, event: Make) -> None:
    """Far fewer commits than events."""
    before = store.version()
    futures = [store.append(event("call.refused")) for _ in range(500)]
    places = [future.result(30) for future in futures]

    assert places == list(range(1, 501))
    assert store.version() - before < 250


def test_events_soon_are_on_the_disk_without_being_asked_for(data: Path, event: Make) -> None:
    """Another process sees them; nobody flushed."""
    with Store.open(data) as store, Store.open(data) as other:
        store.append_soon(event())
        waiting = threading.Event()
        for _ in range(100):
            if other.events.last_seq():
                break
            waiting.wait(0.05)

        assert other.events.last_seq() == 1


@pytest.mark.parametrize(
    "unfit",
    [
        {"x": object()},
        {"x": "y" * LARGEST},
        {"decision": {"id": "dec_1"}},
        {"findings": ["none"]},
        {1: 2, "x": {1, "a"}},
    ],
)
def test_an_unfit_event_fails_alone(store: Store, event: Make, unfit: dict[str, object]) -> None:
    """Others in the same commit are written."""
    one = msgspec.structs.replace(event("call.refused"), data=unfit)
    futures = [store.append(event("call.refused")), store.append(one), store.append(event("call.refused"))]

    assert futures[0].result(30) == 1
    with pytest.raises(ValueError):  # noqa: PT011  # each in its own words
        futures[1].result(30)
    assert futures[2].result(30) == 2


def test_an_id_used_twice_fails_alone(store: Store, event: Make, key: Key) -> None:
    """Of an event and of a key."""
    one, made = event("call.refused"), event("key.created", key=msgspec.to_builtins(key))
    store.append(one, made).result(30)
    again = event("key.created", key=msgspec.to_builtins(key))
    futures = [store.append(event()), store.append(one), store.append(again), store.append(event())]

    assert [futures[0].result(30), futures[3].result(30)] == [3, 4]
    for future in futures[1:3]:
        with pytest.raises(ValueError, match="UNIQUE"):
            future.result(30)


def test_half_a_surrogate_pair_is_written_as_what_it_is_not(store: Store, event: Make) -> None:
    """JSON may hold one, UTF-8 may not; the call must not fail for it."""
    store.append(event("call.refused", model="a\ud800b", nested={"\udfff": ["\ud800"]})).result(30)
    (recorded,) = store.events.after(0)

    assert "\ufffd" in recorded.event.data["model"]


def test_an_unfit_event_soon_is_a_gap(store: Store, event: Make) -> None:
    """Counted and told."""
    store.append_soon(msgspec.structs.replace(event(), data={"x": object()}))
    store.flush()
    store.flush()
    (gap,) = store.events.after(0, kinds=("store.gap",))

    assert (gap.event.data["cause"], gap.event.data["count"]) == ("not-writable", 1)


def test_an_overflowing_queue_is_a_gap_and_never_blocks(
    data: Path, event: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database is locked by somebody else meanwhile; refusals past twice the bound are told at once."""
    monkeypatch.setattr(gathering, "WAITING", 50)
    with Store.open(data) as store:
        with closing(sqlite3.connect(data / FILE, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            for _ in range(120):
                store.append_soon(event())
            assert len(store._writer._queue) <= 50
            futures = [store.append(event("call.refused")) for _ in range(200)]
            told = [str(future.exception()) for future in futures if future.done()]
            other.execute("ROLLBACK")
        assert any("keep up" in each for each in told)  # which: as many as the writer had not yet taken
        assert futures[0].result(30) > 0
        assert {type(future.exception(30)) for future in futures} == {type(None), StoreError}
        store.flush()
    with Store.open(data) as store:
        gaps = store.events.after(0, kinds=("store.gap",))
        allowed = store.events.after(0, kinds=("call.allowed",))

    assert {gap.event.data["cause"] for gap in gaps} == {"overflow"}
    assert len(allowed) + sum(gap.event.data["count"] for gap in gaps) == 120


def test_a_full_database_fails_closed_and_resumes(data: Path, event: Make) -> None:
    """Refusals are told, allowed traffic waits; when there is room again it is written."""
    with Store.open(data) as store:
        store.append(event("call.refused")).result(30)
        db = cast("Writer", store._writer)._db
        (pages,) = db.execute("PRAGMA page_count").fetchone()
        db.execute(f"PRAGMA max_page_count = {pages + 2}")
        with pytest.raises(StoreError, match="full") as caught:
            store.append(event("call.refused", x="y" * 100_000)).result(30)
        store.append_soon(event(x="y" * 100_000))
        with pytest.raises(StoreError):
            store.append(event("call.refused", x="y" * 100_000)).result(30)
        assert store.append(event("call.refused")).result(30) == 2
        db.execute("PRAGMA max_page_count = 1000000")
        store.flush()

        assert "space" in caught.value.hint.en.lower()
        assert isinstance(caught.value, OSError)
        assert [one.event.kind for one in store.events.after(2)] == ["call.allowed"]
    assert verify(data).word == "ok"


FILL = """
import resource, signal, sys
from pathlib import Path
from yanmen.core.clock import now
from yanmen.core.ids import new_id
from yanmen.core.nouns import Event
from yanmen.store import Store, StoreError

def event():
    return Event(id=new_id("evt"), at=now(), kind="call.refused", data={"x": "y" * 20_000})

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
with Store.open(Path(sys.argv[1])) as store:
    resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, resource.RLIM_INFINITY))
    written = 0
    try:
        for _ in range(100):
            written = store.append(event()).result(60)
    except StoreError as error:
        print("refused after", written, "hint:", error.hint.en)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    print("resumed at", store.append(event()).result(60) - written)
"""


@pytest.mark.skipif(not hasattr(resource, "RLIMIT_FSIZE"), reason="no limit of file sizes")
def test_a_disk_that_takes_no_more_corrupts_nothing(data: Path) -> None:
    """The system refuses to let the write-ahead log grow; then it allows it again."""
    line = [sys.executable, "-c", FILL, str(data)]
    done = subprocess.run(line, capture_output=True, text=True, timeout=120, check=True)
    report = verify(data)

    assert "refused after" in done.stdout
    assert "resumed at 1" in done.stdout
    assert report.word == "ok"


def test_nothing_is_no_event(store: Store) -> None:
    """A mistake of the caller's."""
    with pytest.raises(ValueError, match="nothing"):
        store.append()


def test_a_waiter_that_goes_away_takes_nothing_back(store: Store, event: Make) -> None:
    """What waits to be written cannot be cancelled."""
    future = store.append(event("call.refused"))

    assert not future.cancel()
    assert future.result(30) == 1


def test_the_pause_between_commits_is_the_setting(data: Path, event: Make) -> None:
    """At its longest events are still on the disk within 100 ms, by the setting's own bound."""
    with Store.open(data, Settings(commit_milliseconds=100)) as store:
        store.append_soon(event())
        store.append_soon(event())
        store.append(event("call.refused")).result(30)  # does not wait for the pause

        assert store.events.last_seq() == 3


def test_a_writer_that_ends_leaves_nobody_waiting(
    data: Path, event: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever ended it: who waits is told, and nothing more is taken."""

    def broken(*_: object) -> None:
        raise MemoryError

    with Store.open(data) as store:
        store.flush()
        monkeypatch.setattr(threading, "excepthook", lambda _: None)
        monkeypatch.setattr(store._writer, "_transaction", broken)
        future = store.append(event("call.refused"))
        with pytest.raises(StoreError, match="ended"):
            future.result(30)
        store._writer._thread.join()
        with pytest.raises(RuntimeError, match="closed"):
            store.append(event("call.refused"))
