"""The bound of the shared record."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from yanmen.core.config import Store as Settings
from yanmen.core.nouns import Event
from yanmen.store import Store
from yanmen.store.audit import verify
from yanmen.store.shared.connection import Connection
from yanmen.store.shared.disk import AROUND, Counted

Make = Callable[..., Event]


def test_what_is_written_and_dropped_is_counted(db: Connection) -> None:
    """And never below nothing."""
    disk = Counted(Settings(max_bytes=1_000))
    empty = disk.used(db)

    disk.add(db, [b"x" * 100, b"y" * 50])
    assert disk.used(db) - empty == 150 + 2 * AROUND
    disk.dropped(db, [b"x" * 100])
    assert disk.held(db) - empty == 50 + AROUND
    disk.dropped(db, [b"x" * 10_000])
    assert disk.used(db) == empty


def test_the_oldest_allowed_calls_go_and_the_log_verifies(data: Path, event: Make) -> None:
    """As in the embedded store: bodies go, leaves stay, `store.pruned` names them; refusals are never dropped."""
    bound = Settings(max_bytes=600_000, patience_seconds=60)
    with Store.open(data, bound) as store:
        store.append(event("call.refused", x="first")).result(60)
        for _ in range(40):
            store.append_soon(*(event(verdict="allow", model="m", x="y" * 400) for _ in range(50)))
            store.flush()
        last = store.events.last_seq()
        while not store.events.after(0, 1, ("store.pruned",)):
            store.flush()
        counted = bound.max_bytes + 1
        for _ in range(600):
            with store._readers.lend() as db:
                (counted,) = db.execute("SELECT bytes FROM bound").fetchone()
            if counted <= bound.max_bytes:
                break
            time.sleep(0.1)
        calls = sum(minute.calls for minute in store.traffic.minutes(0))
        left = len(store.events.after(0, 10_000, ("call.allowed",)))

    report = verify(data)
    assert counted <= bound.max_bytes
    assert last >= 2_001
    assert (report.word, calls) == ("ok", 2_001)
    assert left < 2_000
    assert report.pruned >= 2_000 - left
