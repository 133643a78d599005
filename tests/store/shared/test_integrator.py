"""The one that gives places."""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from yanmen.core.config import Store as Settings
from yanmen.core.nouns import Event
from yanmen.store import Store
from yanmen.store.address import note
from yanmen.store.audit import verify
from yanmen.store.shared import integrator
from yanmen.store.shared.connection import Connection
from yanmen.store.shared.courier import packed
from yanmen.store.shared.integrator import ELECTION, Integrator
from yanmen.store.shared.loop import Loop

Make = Callable[..., Event]
PATIENT = Settings(patience_seconds=60)
_HOLDERS = (
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND objid = ? AND classid = 0"
)


@pytest.fixture
def second(data: Path, url: str, tmp_path: Path) -> Path:
    """The folder of another node."""
    with Store.open(data, PATIENT):
        pass
    note(tmp_path / "second", url)
    shutil.copytree(data / "secrets", tmp_path / "second" / "secrets")
    return tmp_path / "second"


def test_many_writers_on_two_nodes_make_one_log(
    data: Path, second: Path, event: Make, db: Connection
) -> None:
    """Without holes, each process's events in its own order, one integrator for all."""
    with Store.open(data, PATIENT) as one, Store.open(second, PATIENT) as two, ThreadPoolExecutor(6) as pool:

        def write(store: Store, writer: int) -> list[int]:
            return [store.append(event("call.refused", w=writer, n=n)).result(60) for n in range(15)]

        futures = [pool.submit(write, store, number) for number, store in enumerate((one, two) * 3)]
        places = [future.result() for future in futures]
        assert db.execute(_HOLDERS, (ELECTION,)).fetchone() == (1,)

    assert sorted(place for each in places for place in each) == list(range(1, 91))
    assert all(each == sorted(each) for each in places)
    assert verify(second).word == "ok"


def test_another_is_elected_when_the_first_ends(data: Path, second: Path, event: Make) -> None:
    """And the log goes on."""
    with Store.open(data, PATIENT) as one:
        one.append(event()).result(60)
        with Store.open(second, PATIENT) as two:
            one.close()
            assert two.append(event()).result(60) == 2


def test_one_that_stands_still_is_relieved(
    data: Path, db: Connection, event: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its connection is ended, so nothing that it still believes can be committed."""
    monkeypatch.setattr(integrator, "RELIEF_SECONDS", 0.2)
    db.execute("SELECT pg_advisory_lock(?)", (ELECTION,))
    with Store.open(data, PATIENT) as store:
        assert store.append(event()).result(60) == 1

    assert db.closed or db.raw.is_closed()


def test_one_elected_just_now_is_left_in_office(
    data: Path, db: Connection, loop: Loop, event: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long something has waited: after an outage, those who stand for election would end each other for ever."""
    monkeypatch.setattr(integrator, "RELIEF_SECONDS", 2.0)
    with Store.open(data, PATIENT):
        pass
    db.execute("SELECT yanmen_deliver(?, ?, ?)", (["evt_old"], [False], [packed([event()])])).fetchall()
    db.execute("UPDATE pending SET delivered = delivered - interval '1 hour'")
    other = Connection(loop)
    db.execute("SELECT pg_advisory_lock(?)", (ELECTION,))

    Integrator._relieve(other)
    assert db.execute("SELECT 1").fetchone() == (1,)
    time.sleep(2.5)
    Integrator._relieve(other)

    with pytest.raises(sqlite3.Error):
        db.execute("SELECT 1")
    other.quit()


def test_what_cannot_be_recorded_is_told_or_a_gap(data: Path, db: Connection, event: Make) -> None:
    """One item that slipped through holds nobody up."""
    taken, good = event("call.refused"), event("call.refused")
    with Store.open(data, PATIENT) as store:
        store.append(taken).result(60)
        body = packed([taken, event()])
        put = "SELECT yanmen_deliver(?, ?, ?)"
        db.execute(put, (["evt_strange"], [False], [body])).fetchall()
        store.append(good).result(60)
        end = time.monotonic() + 60
        gaps: list[Any] = []
        while not gaps:
            assert time.monotonic() < end
            gaps = store.events.after(0, 10, ("store.gap",))

    assert (gaps[0].event.data["cause"], gaps[0].event.data["count"]) == ("not-writable", 2)
    assert db.execute("SELECT id FROM refused").fetchall() == [("evt_strange",)]
    assert verify(data).word == "ok"
