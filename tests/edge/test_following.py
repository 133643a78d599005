"""Following the store."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from yanmen.core.clock import now
from yanmen.edge.following import Following
from yanmen.edge.site import Site
from yanmen.store import Store

Prepared = Callable[..., tuple[Site, Any]]
Decide = Callable[..., str]


def test_only_what_is_new_is_read(
    prepared: Prepared, store: Store, decide: Decide, lift: Callable[[str], None]
) -> None:
    """And after a lift of what was never seen, nothing is amiss."""
    first = decide("10.0.0.1")
    following = Following(prepared()[0], now)
    following.begin(store)
    assert [str(one) for one in following.wanted()] == ["10.0.0.1"]
    assert not following.moved(store)
    second, third = decide("10.0.0.2"), decide("10.0.1.0/24")
    lift(first)
    lift(second)
    assert following.moved(store)
    ends = following.follow(store)
    assert ends is not None
    assert {str(one): end > 0 for one, end in ends.items()} == {"10.0.0.1": False, "10.0.1.0/24": True}
    assert following.seq == store.events.last_seq()
    assert not following.moved(store)
    lift(third)
    ends = following.follow(store)
    assert ends is not None
    assert set(ends.values()) == {0}
    assert following.wanted() == {}


def test_a_store_that_was_empty_is_read_whole(prepared: Prepared, store: Store, decide: Decide) -> None:
    """At its first decision."""
    following = Following(prepared()[0], now)
    following.begin(store)
    decide("10.0.0.1")
    assert following.follow(store) is None
    assert len(following.wanted()) == 1


def test_where_there_is_no_room_all_is_looked_at(prepared: Prepared, store: Store, decide: Decide) -> None:
    """For the newest may push out another."""
    following = Following(prepared(bans=1)[0], now)
    decide("10.0.0.1")
    following.begin(store)
    following.wanted()
    decide("10.0.0.2")
    assert following.follow(store) is None
    assert [str(one) for one in following.wanted()] == ["10.0.0.2"]
    assert following.counts.beyond == 1
    following.prune()
