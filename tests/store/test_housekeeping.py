"""The bound on the disk, kept while it is written to."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from yanmen.core.clock import DAY, SECOND, now
from yanmen.core.config import Store as Settings
from yanmen.core.nouns import Event
from yanmen.store import Store, housekeeping
from yanmen.store.address import address_of
from yanmen.store.audit import verify
from yanmen.store.database import FILE

Make = Callable[..., Event]
BOUND = 1_000_000


def settled(store: Store) -> None:
    """Let the writer look after its house until it has nothing to do; on PostgreSQL one of all nodes does, in its own time."""
    if not address_of(store.folder):
        for _ in range(60):
            store.flush()
    still, last = 0, -1
    while address_of(store.folder) and still < 30:
        time.sleep(0.1)
        seen = store.events.last_seq()
        still, last = (still + 1, last) if seen == last else (0, seen)


@pytest.mark.embedded
def test_the_bound_holds_while_traffic_goes_on(data: Path, event: Make) -> None:
    """Several times the bound is written; old bodies go, refusals stay, the log verifies."""
    with Store.open(data, Settings(max_bytes=BOUND)) as store:
        refused = []
        for number in range(4_000):
            store.append_soon(event(verdict="allow", model="m", x="y" * 700))
            if number % 400 == 0:
                refused.append(event("call.refused", verdict="block"))
                store.append(refused[-1]).result(30)
        settled(store)
        calls = sum(minute.calls for minute in store.traffic.minutes(0) if minute.verdict == "allow")
        gaps = store.events.after(0, limit=10_000, kinds=("store.gap",))

        assert all(store.events.get(one.id) for one in refused)
        assert calls + sum(gap.event.data["count"] for gap in gaps) == 4_000
        assert store.events.after(0, limit=1, kinds=("store.pruned",))
    report = verify(data)

    assert report.word == "ok"
    assert report.pruned > 1_000
    assert (data / FILE).stat().st_size < 2 * BOUND  # one look apart


def test_past_the_bound_allowed_traffic_is_refused_and_decisions_are_not(data: Path, event: Make) -> None:
    """When there is nothing left to drop; what was refused shows as a gap."""
    with Store.open(data, Settings(max_bytes=BOUND)) as store:
        for _ in range(20):
            store.append(event("call.refused", x="y" * 60_000)).result(30)
        for _ in range(housekeeping.GROWN):
            store.append_soon(event())
        settled(store)
        before = store.events.last_seq()
        for _ in range(10):
            store.append_soon(event())
        store.append(event("call.refused")).result(30)
    with Store.open(data) as store:
        settled(store)
        kinds = [recorded.event.kind for recorded in store.events.after(before)]
        gaps = store.events.after(0, kinds=("store.gap",))

    assert "call.refused" in kinds
    assert "call.allowed" not in kinds
    assert {gap.event.data["cause"] for gap in gaps} == {"disk-bound"}
    assert verify(data).word == "ok"


def test_what_is_too_old_goes_without_any_need(data: Path, event: Make) -> None:
    """By ``keep_days``; at the next start at the latest."""
    with Store.open(data, Settings(keep_days=30)) as store:
        store.append(event(), event("call.refused")).result(30)
    later = now() + 31 * DAY
    with Store.open(data, Settings(keep_days=30), clock=lambda: later) as store:
        settled(store)

        assert [recorded.event.kind for recorded in store.events.after(0)] == ["call.refused", "store.pruned"]
    with Store.open(data, Settings(keep_days=0), clock=lambda: later * 2) as store:
        settled(store)

    assert (verify(data).word, verify(data).pruned) == ("ok", 1)


def test_what_has_expired_is_ended(data: Path, event: Make) -> None:
    """Kept texts, on record; sessions, without a word."""
    with Store.open(data) as store:
        kept = event("call.refused", tenant="t")
        commitment = store.content.put(kept.id, "t", "prompt", b"text", days=7)
        kept.data["content"] = {"prompt": commitment}
        store.append(kept).result(30)
        token = store.sessions.create("admin", 60)
    later = now() + 7 * DAY + SECOND
    with Store.open(data, clock=lambda: later) as store:
        settled(store)
        (told,) = store.events.after(1)

        assert store.content.names(kept.id) == []
        assert (told.event.kind, told.event.data["contents"]) == ("content.erased", [[kept.id, "prompt"]])
        assert store.sessions.account(token) is None
        assert store._readers.all("SELECT * FROM sessions") == []
    assert verify(data).word == "ok"
