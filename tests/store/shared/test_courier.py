"""From a process to PostgreSQL, and what becomes of it when PostgreSQL is not to be had."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from tests.postgresql import Server

from yanmen.core.config import Store as Settings
from yanmen.core.nouns import Event
from yanmen.store import Store, StoreError
from yanmen.store.address import note
from yanmen.store.audit import verify
from yanmen.store.shared.courier import packed

Make = Callable[..., Event]
CLOSED = Settings(patience_seconds=1)
SPOOL = Settings(patience_seconds=1, when_unavailable="spool", spool_bytes=20_000)


@pytest.fixture
def server() -> Iterator[Server]:
    """A PostgreSQL of one test's own, to be stopped."""
    made = Server()
    try:
        made.start()
        yield made
    finally:
        made.remove()


@pytest.fixture
def node(tmp_path: Path, server: Server) -> Path:
    """The folder of a node of it."""
    note(tmp_path / "node", server.database())
    return tmp_path / "node"


def until(what: Callable[[], object]) -> None:
    """Wait until something is so."""
    end = time.monotonic() + 60
    while not what():
        assert time.monotonic() < end
        time.sleep(0.02)


def written(store: Store, event: Event) -> None:
    """Append, as often as it takes."""

    def tried() -> bool:
        try:
            store.append(event).result(60)
        except StoreError:
            return False
        except ValueError:  # it was delivered after all, and the answer was lost
            return True
        return True

    until(tried)


def ids(store: Store) -> list[str]:
    """What stands in the log; nothing while it cannot be read."""
    try:
        store.flush()
    except StoreError:
        return []
    return [one.event.id for one in store.events.after(0, 10_000)]


def test_events_are_packed_as_their_canonical_bytes(event: Make) -> None:
    """A JSON array; an event that is not what its kind demands is refused here, not at the integrator."""
    one = event(x="机密")

    assert msgspec.json.decode(packed([one, one]), type=list[Event]) == [one, one]
    with pytest.raises((msgspec.ValidationError, KeyError)):
        packed([event("key.created", key={"id": 5})])


def test_an_id_that_was_used_before_fails_alone(data: Path, event: Make) -> None:
    """On this node or another, and its neighbours are written."""
    one, other = event("call.refused"), event("call.refused")
    with (
        Store.open(data, Settings(patience_seconds=60)) as first,
        Store.open(data, Settings(patience_seconds=60)) as second,
    ):
        first.append(one).result(60)
        futures = [second.append(each) for each in (event(), one, other)]

        futures[0].result(60)
        futures[2].result(60)
        with pytest.raises(ValueError, match=one.id):
            futures[1].result(60)
        assert len(ids(first)) == 3


def test_closed_whoever_waits_is_told_and_the_rest_waits(node: Path, server: Server, event: Make) -> None:
    """And writing resumes by itself, with nothing lost or twice."""
    with Store.open(node, CLOSED) as store:
        store.append(event()).result(60)
        server.stop(signal.SIGQUIT)
        with pytest.raises(StoreError):
            store.append(event("call.refused")).result(60)
        unavailable = not store.available
        late = event()
        store.append_soon(late)
        server.start()
        written(store, event("call.refused"))
        until(lambda: late.id in ids(store))

        assert (unavailable, store.available) == (True, True)
        assert len(set(ids(store))) == len(ids(store)) == 3
    assert verify(node).word == "ok"


def test_spooled_refusals_are_durable_and_decisions_are_not_taken(
    node: Path, server: Server, event: Make
) -> None:
    """What people do is told to be done only when every node knows; a full spool closes."""
    with Store.open(node, SPOOL) as store:
        store.append(event()).result(60)
        server.stop(signal.SIGQUIT)
        refused = event("call.refused")
        assert store.append(refused).result(60) == 0
        with pytest.raises(StoreError):
            store.append(
                event("account.created", account={"name": "a", "role": "admin", "hash": "h"})
            ).result(60)
        assert store.available
        until(lambda: store.append(event("call.refused", x="y" * 5_000)).exception(60) or not store.available)
        server.start()
        until(lambda: refused.id in ids(store))

        assert store.available
        found = ids(store)
        assert len(set(found)) == len(found)
    assert verify(node).word == "ok"


def test_a_server_that_hangs_is_gone_after_the_patience(node: Path, server: Server, event: Make) -> None:
    """And comes back as if nothing had been; what was sent to it meanwhile is there once."""
    with Store.open(node, CLOSED) as store:
        store.append(event()).result(60)
        server.freeze()
        lost = event("call.refused")
        with pytest.raises(StoreError):
            store.append(lost).result(60)
        server.thaw()
        written(store, event("call.refused"))

        assert ids(store).count(lost.id) <= 1
    assert verify(node).word == "ok"


def test_what_a_killed_process_left_in_its_spool_is_delivered_by_the_next(
    node: Path, server: Server, event: Make
) -> None:
    """In order, once."""
    with Store.open(node, SPOOL) as store:
        store.append(event()).result(60)
        server.stop(signal.SIGQUIT)
        left = [event("call.refused") for _ in range(3)]
        for one in left:
            store.append(one).result(60)
    server.start()

    with Store.open(node, SPOOL) as store:
        until(lambda: left[-1].id in ids(store))
        assert ids(store)[1:4] == [one.id for one in left]
    assert not list((node / "spool").iterdir())
