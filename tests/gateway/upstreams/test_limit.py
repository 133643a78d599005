"""The adaptive limit against a model of an upstream: latency grows once it has more in hand than it serves at once."""

from __future__ import annotations

import pytest

from yanmen.core.config import Overload
from yanmen.gateway.upstreams.limit import Limit


def simulated(limit: Limit, capacity: int, since: float, until: float) -> float:
    """Run it from one time to another, as fast as the limit allows; the limit then. Past the capacity calls wait inside."""
    now = since
    while now < until:
        calls = int(limit.now)
        latency = 0.2 * max(1.0, calls / capacity)
        for _ in range(20):
            now += latency / max(1, calls)
            limit.answered(now, latency, calls, stream=True)
    return limit.now


def test_without_adaption_it_is_what_the_configuration_says() -> None:
    """Whatever latency does."""
    assert simulated(Limit(64, Overload()), 8, 0, 60) == 64


def test_it_finds_about_what_the_upstream_takes() -> None:
    """Its tolerance times the capacity at most, and not much less than the capacity."""
    limit = Limit(512, Overload(adaptive=True))
    found = [simulated(limit, 40, 120 * turn, 120 * turn + 120) for turn in range(2)]

    assert all(40 <= one <= 2.6 * 40 for one in found)


def test_an_upstream_that_becomes_slower_is_asked_less_and_then_more_again() -> None:
    """Half its replicas leave, and come back."""
    limit = Limit(512, Overload(adaptive=True))
    before = simulated(limit, 80, 0, 60)
    less = simulated(limit, 20, 60, 90)
    again = simulated(limit, 80, 90, 390)

    assert less < before / 1.5
    assert again > less * 1.5


def test_a_quiet_one_is_left_as_it_is() -> None:
    """Latency that varies by chance, and a limit that is not used, change nothing."""
    limit = Limit(512, Overload(adaptive=True))
    begun = limit.now
    for second in range(200):
        for number in range(20):
            limit.answered(second + number / 20, 0.2 + (number % 5) * 0.05, 3, stream=False)

    assert limit.now == begun


@pytest.mark.parametrize("least", [4, 12])
def test_refusals_of_the_upstream_shrink_it_but_not_to_nothing(least: int) -> None:
    """A tenth at most each second, down to the least."""
    limit = Limit(512, Overload(adaptive=True, least_calls=least))
    begun = limit.now
    limit.refused(10.0)
    assert limit.now == begun * 0.9
    for second in range(11, 200):
        limit.refused(float(second))

    assert limit.now == least


def test_whole_answers_are_not_compared_with_streams() -> None:
    """Their first byte comes at their end: a change of the mix is no overload."""
    limit = Limit(512, Overload(adaptive=True))
    begun = limit.now
    for second in range(30):
        for number in range(20):
            limit.answered(second + number / 20, 0.2, 3, stream=True)
    for second in range(30, 60):
        for number in range(20):
            limit.answered(second + number / 20, 9.0, 3, stream=False)

    assert limit.now == begun


def test_latency_that_the_limit_does_not_change_becomes_usual() -> None:
    """Another model, four times as slow whatever is asked of it: after some seconds it gets as many calls as before."""
    limit = Limit(512, Overload(adaptive=True))
    simulated(limit, 100_000, 0, 60)
    before = limit.now
    lows = []
    for second in range(100, 300):
        for number in range(20):
            limit.answered(second + number / 20, 0.8, int(limit.now), stream=True)
        lows.append(limit.now)

    assert min(lows) < before
    assert limit.now >= before
