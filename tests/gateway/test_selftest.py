"""The self-test sees a canary in every carrier, and says where it does not."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from yanmen.core.nouns import Text
from yanmen.gateway.carriers.table import CARRIERS
from yanmen.gateway.selftest import selftest
from yanmen.guard import Examination, Guard
from yanmen.policy import Policy


async def test_every_carrier_is_seen(guard: Guard) -> None:
    """On the way in, on the way out, streamed or not."""
    sights = await selftest(guard, Policy.load())

    assert [sight for sight in sights if not sight.seen] == []
    assert len({(sight.surface, sight.carrier) for sight in sights}) == len(sights) > 100
    assert {sight.surface for sight in sights} == set(CARRIERS)


async def test_a_carrier_that_is_not_looked_at_is_named(
    guard: Guard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A guard that overlooks tool results is caught."""
    real = guard.glance

    def blind(texts: Sequence[Text]) -> Examination:
        return real([text for text in texts if text.role != "tool"])

    monkeypatch.setattr(guard, "glance", blind)
    sights = await selftest(guard, Policy.load())

    unseen = {(sight.surface, sight.carrier) for sight in sights if not sight.seen}
    assert {("chat", "request tool result"), ("responses", "request tool result part")} <= unseen
    assert all("result" in carrier for _, carrier in unseen)
