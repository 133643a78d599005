"""Bodies of allowed traffic are dropped; the log still verifies."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import cast

import msgspec
import pytest

from yanmen.core.clock import DAY, SECOND, now
from yanmen.core.nouns import Decision, Event
from yanmen.store import Store, pruning
from yanmen.store.audit import verify
from yanmen.store.database import FILE
from yanmen.store.pruning import Batch, places
from yanmen.store.writer import Writer

Make = Callable[..., Event]


def run(store: Store, batch: Batch) -> int:
    """Prune one batch."""
    return int(store._writer.run(batch.prune).result(30))


@pytest.fixture
def crowded(data: Path, event: Make, ban: Decision) -> Path:
    """Allowed and refused calls in turn, some with findings, decisions and kept texts."""
    found = {"rule": "r.x", "severity": 1, "subject": "a:b", "evidence": "", "fingerprint": "f"}
    redacted = msgspec.structs.replace(ban, id="dec_once", lasts=0)
    with Store.open(data) as store:
        for number in range(10):
            plain = {"verdict": "allow", "model": f"m{number % 2}", "tokens_in": number, "tenant": "t"}
            kept = event(**plain, findings=[found])
            content = {"prompt": store.content.put(kept.id, "t", "prompt", b"text")}
            whole = msgspec.structs.replace(kept, data={**kept.data, "content": content})
            store.append(whole, event("call.refused", **plain, findings=[found])).result(30)
        once = msgspec.to_builtins(msgspec.structs.replace(redacted, id="dec_1"))
        store.append(event(verdict="redact", decision=once, shadow=msgspec.to_builtins(redacted))).result(30)
        store.append(event(verdict="redact", decision=msgspec.to_builtins(ban))).result(30)
    return data


@pytest.mark.embedded
def test_only_allowed_traffic_is_dropped_and_the_log_says_which(crowded: Path, ban: Decision) -> None:
    """A call that carries a decision that lasts is kept."""
    with Store.open(crowded) as store:
        before = store.traffic.minutes(0)
        batch = Batch(0, 0, now(), everything=True)

        assert run(store, batch) == batch.dropped == 11
        assert not batch.wanted(cast("Writer", store._writer)._db)
        kinds = [recorded.event.kind for recorded in store.events.after(0)]
        assert kinds == ["call.refused"] * 10 + ["call.allowed", "store.pruned"]
        assert store.traffic.minutes(0) == before
        assert len(store.findings.recent()) == 10
        assert [one.id for one in store.decisions.recent()] == [ban.id]
        told = store.events.after(22)[0].event.data
    report = verify(crowded)

    assert (told["from"], told["to"], told["count"]) == (1, 21, 11)
    assert told["places"] == places([*range(1, 20, 2), 21])
    assert (report.word, report.pruned, report.records, report.contents) == ("ok", 11, 23, 0)


@pytest.mark.embedded
def test_what_is_younger_than_asked_is_kept(crowded: Path) -> None:
    """Age first; size does not ask."""
    with Store.open(crowded) as store:
        batch = Batch(0, now() - DAY, now(), everything=False)

        assert not batch.wanted(cast("Writer", store._writer)._db)
        assert run(store, batch) == 0
        assert Batch(0, now() + SECOND, now(), everything=False).wanted(cast("Writer", store._writer)._db)


@pytest.mark.embedded
def test_batches_follow_one_another(crowded: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each begins where the last ended; together they drop all."""
    monkeypatch.setattr(pruning, "AT_ONCE", 4)
    with Store.open(crowded) as store:
        start, dropped = 0, []
        for _ in range(4):
            batch = Batch(start, 0, now(), everything=True)
            if batch.wanted(cast("Writer", store._writer)._db):
                dropped.append(run(store, batch))
            start = batch.start
    report = verify(crowded)

    assert dropped == [4, 4, 3]
    assert (report.word, report.pruned) == ("ok", 11)


@pytest.mark.embedded
def test_one_body_more_than_the_event_says_is_found(crowded: Path) -> None:
    """Dropped behind the log's back, inside a pruned range or after it."""
    with Store.open(crowded) as store:
        run(store, Batch(0, 0, now(), everything=True))
    with closing(sqlite3.connect(crowded / FILE, isolation_level=None)) as db:
        db.execute("DELETE FROM events WHERE seq = 22")  # allowed traffic: the guard lets it pass

    assert verify(crowded).problems[0].code == "bodiless"


@pytest.mark.embedded
def test_the_guard_refuses_to_drop_anything_else(crowded: Path) -> None:
    """Even to the store's own code."""
    with closing(sqlite3.connect(crowded / FILE, isolation_level=None)) as db:
        for statement in (
            "DELETE FROM events WHERE kind = 'call.refused'",
            "UPDATE events SET at = 0",
            "DELETE FROM log",
            "UPDATE log SET leaf = zeroblob(32)",
            "DELETE FROM checkpoints",
            "UPDATE checkpoints SET note = ''",
        ):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                db.execute(statement)


@pytest.mark.embedded
def test_sizes_are_those_of_the_file(crowded: Path) -> None:
    """What is used is at most what is there."""
    with closing(sqlite3.connect(crowded / FILE)) as db:
        assert 0 < pruning.used(db) <= pruning.file_bytes(db) == (crowded / FILE).stat().st_size
