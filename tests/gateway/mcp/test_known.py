"""What is known of tools is as fresh as the store."""

from __future__ import annotations

import pytest

from yanmen.core.nouns import Ref
from yanmen.gateway.commands import Offered, Recall, StoreFailed
from yanmen.gateway.mcp.known import Offers
from yanmen.store import Store

ANN = Ref(kind="key", id="key_1")


async def test_what_is_offered_is_known_at_once(store: Store) -> None:
    """Durably, by server and name."""
    offers = Offers(store)
    recall, keep = offers.performers[Recall][0], offers.performers[Offered][0]
    assert await recall(Recall()) == {}
    await keep(Offered("calc", {"add": "a1"}, ANN))
    known = await recall(Recall())

    assert known["calc", "add"].digest == "a1"
    assert await recall(Recall()) is known
    (event,) = [one.event for one in store.events.after(0, 10, ("mcp.",))]
    assert (event.kind, event.actor, str(event.subject)) == ("mcp.tools-seen", ANN, "mcp:calc")


async def test_a_store_that_fails_is_told(store: Store) -> None:
    """What cannot be kept must not be trusted."""
    offers = Offers(store)
    store.close()
    with pytest.raises(StoreFailed):
        await offers.performers[Offered][0](Offered("calc", {"add": "a1"}, ANN))
