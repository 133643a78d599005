"""Counts by the second."""

from __future__ import annotations

from collections.abc import Mapping

from yanmen.core.clock import SECOND
from yanmen.core.ids import new_id
from yanmen.core.nouns import Event
from yanmen.soc.modes.rates import KEPT, Rates

T = 1_700_000_000 * SECOND
ATTACK = {"verdict": "block", "findings": [{"rule": "prompt.attack-override"}]}


def _event(kind: str, at: int, data: Mapping[str, object] | None = None) -> Event:
    return Event(id=new_id("evt"), at=at, kind=kind, data=dict(data or {}))


def test_attacks_calls_and_shares_of_a_window() -> None:
    """A secret that was refused is no attack; what is older than the window does not count."""
    rates = Rates()
    rates.take(_event("call.refused", T - 70 * SECOND, ATTACK))
    for second in range(10):
        rates.take(_event("call.allowed", T + second * SECOND, {"verdict": "allow"}))
        rates.take(_event("call.refused", T + second * SECOND, ATTACK))
    rates.take(_event("call.refused", T, {"verdict": "block", "findings": [{"rule": "secret.x"}]}))
    rates.take(_event("call.refused", T, {"verdict": "allow", "error": "rate_limited", "findings": []}))
    rates.take(_event("call.failed", T, {"verdict": "allow"}))
    at = T + 9 * SECOND

    assert rates.value("attacks", 60, at) == 10
    assert rates.value("attacks", 5, at) == 5
    assert rates.value("calls", 60, at) == 23
    assert rates.value("refused_share", 60, at) == 11 / 23
    assert rates.value("failed_share", 60, at) == 1 / 23
    assert rates.value("refused_share", 60, at, least=24) is None
    assert rates.value("calls", 60, at + 100 * SECOND) == 0


def test_other_doors_refusals() -> None:
    """Below HTTP, and at registrations."""
    rates = Rates()
    for kind, data in (
        ("transport.refused", {}),
        ("registration.judged", {"verdict": "deny"}),
        ("registration.judged", {"verdict": "allow"}),
        ("key.created", {}),
    ):
        rates.take(_event(kind, T, data))

    assert rates.value("transport_refusals", 1, T) == 1
    assert rates.value("registrations", 1, T) == 1
    assert rates.value("calls", 1, T) == 0


def test_late_events_are_counted_where_they_belong_and_old_ones_are_left_out() -> None:
    """And what is kept is bounded."""
    rates = Rates()
    for second in (5, 3, 5, 4):
        rates.take(_event("transport.refused", T + second * SECOND))
    assert rates.value("transport_refusals", 60, T + 5 * SECOND) == 2

    for second in range(KEPT + 10):
        rates.take(_event("transport.refused", T + (second + 6) * SECOND))
    assert len(rates._seconds) == KEPT


def test_refusals_that_were_recorded_together_count_as_many() -> None:
    """A flood is as large as it is."""
    rates = Rates()
    rates.take(_event("call.refused", T, {"verdict": "allow", "error": "rate_limit_exceeded", "count": 500}))

    assert rates.value("calls", 60, T) == 500
