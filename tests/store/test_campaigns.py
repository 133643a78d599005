"""Campaigns."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from yanmen.core.nouns import Event
from yanmen.store import Campaign, Store

Make = Callable[..., Event]


def test_a_campaign_is_as_its_last_event_says(store: Store, event: Make) -> None:
    """Listed by when it was last seen."""
    one = Campaign(id="cmp_1", first=1, last=5, through=3, seen=3, stopped=3, passed=0, sketch="", latest="")
    two = msgspec.structs.replace(one, id="cmp_2", last=9)
    grown = msgspec.structs.replace(one, last=7, seen=4)
    for each in (one, two, grown):
        store.append(event("campaign.changed", campaign=msgspec.to_builtins(each))).result(30)

    assert store.campaigns.get("cmp_1") == grown
    assert store.campaigns.list() == [two, grown]
    assert store.campaigns.list(before="cmp_2") == [grown]
    assert store.campaigns.get("cmp_3") is None
