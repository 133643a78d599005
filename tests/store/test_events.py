"""Events read back."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from yanmen.core.nouns import Event, Ref
from yanmen.store import Store

Make = Callable[..., Event]


def test_events_come_back_as_they_went_in(store: Store, event: Make) -> None:
    """With their places; data of every JSON kind."""
    data = {"a": [1, 2.5, None, True, "雁门"], "b": {"c": {}}, "": "\u0000\u202e"}
    one, bare = event("call.refused", **data), Event(id="evt_bare", at=0, kind="process.started")
    store.append(one, bare).result(30)

    assert [(recorded.seq, recorded.event) for recorded in store.events.after(0)] == [(1, one), (2, bare)]
    assert store.events.last_seq() == 2


def test_a_reader_goes_on_where_it_was(store: Store, event: Make) -> None:
    """In pages, and by kinds; a prefix is no pattern."""
    kinds = ["call.allowed", "key.created_", "callx", "call.refused", "decision.lifted_", "call.allowed"]
    store.append(*(event(kind) for kind in kinds)).result(30)

    assert [recorded.seq for recorded in store.events.after(2, limit=3)] == [3, 4, 5]
    assert [recorded.seq for recorded in store.events.after(0, kinds=("call.",))] == [1, 4, 6]
    assert [recorded.seq for recorded in store.events.after(1, 1, ("call.", "key."))] == [2]
    assert store.events.after(0, kinds=("%", "_", "*")) == []
    assert [recorded.seq for recorded in store.events.before(6, limit=2, kinds=("call.",))] == [4, 1]


def test_what_concerns_somebody_is_found_by_subject_and_by_actor(store: Store, event: Make) -> None:
    """The newest ones, oldest first, none twice."""
    key = Ref(kind="key", id="key_9")
    by, about = event("call.refused"), event("key.used")
    both = msgspec.structs.replace(event("key.looked-at"), actor=key, subject=key)
    by, about = msgspec.structs.replace(by, actor=key), msgspec.structs.replace(about, subject=key)
    store.append(by, event(), about, both).result(30)

    assert [recorded.seq for recorded in store.events.of(key)] == [1, 3, 4]
    assert [recorded.seq for recorded in store.events.of(key, limit=2)] == [3, 4]
    assert store.events.of(Ref(kind="key", id="key_x")) == []


def test_one_event_is_found_by_its_id(store: Store, event: Make) -> None:
    """Or not."""
    one = event("call.refused")
    store.append(event(), one).result(30)
    found = store.events.get(one.id)

    assert found is not None
    assert (found.seq, found.event) == (2, one)
    assert store.events.get("evt_none") is None
