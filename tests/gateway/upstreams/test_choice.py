"""Which upstream is next: pure, so the same state and clock choose the same."""

from __future__ import annotations

import time
from collections import Counter

from yanmen.core.config import Health as Healing
from yanmen.core.config import Overload
from yanmen.gateway.upstreams.choice import Peer, Plan, Seat, choose
from yanmen.gateway.upstreams.health import Health
from yanmen.gateway.upstreams.limit import Limit


def peer(name: str, most: int = 100) -> Peer:
    """An upstream with nothing in hand."""
    return Peer(name, Health(Healing(failures=1)), Limit(most, Overload()))


def plan(*rows: dict[Peer, int]) -> Plan:
    """Peers with their weights, row by row."""
    made = tuple(tuple(Seat(one, weight, "") for one, weight in row.items()) for row in rows)
    return Plan(made, frozenset(seat.peer.name for row in made for seat in row))


def chosen(made: Plan, now: float = 0.0, *, tried: tuple[str, ...] = ()) -> str:
    """The name of the next, or nothing."""
    seat = choose(made, now, tried).seat
    return seat.peer.name if seat else ""


def test_idle_upstreams_take_turns_by_weight() -> None:
    """Smoothly: never four in a row of three to one."""
    made = plan({peer("east"): 3, peer("west"): 1})
    turns = [chosen(made) for _ in range(400)]

    assert Counter(turns) == {"east": 300, "west": 100}
    assert "east east east east" not in " ".join(turns)
    assert turns == [
        chosen(plan_) for plan_ in [plan({peer("east"): 3, peer("west"): 1})] for _ in range(400)
    ]


def test_one_that_is_slow_is_asked_less() -> None:
    """Calls in hand count against it, whatever its weight."""
    slow, quick = peer("slow"), peer("quick")
    made = plan({slow: 1, quick: 1})
    slow.calls = 9
    turns = Counter(chosen(made) for _ in range(110))

    assert turns == {"quick": 100, "slow": 10}


def test_a_full_one_is_passed_by_and_all_full_is_worth_waiting() -> None:
    """At its limit."""
    east, west = peer("east", most=1), peer("west", most=1)
    made = plan({east: 1, west: 1})
    east.calls = 1

    assert {chosen(made) for _ in range(5)} == {"west"}
    west.calls = 1
    choice = choose(made, 0.0)
    assert (choice.seat, choice.full) == (None, True)


def test_the_fallback_serves_only_while_the_first_row_cannot() -> None:
    """Ejected, resting, full or tried."""
    near, far = peer("near", most=1), peer("far")
    made = plan({near: 1}, {far: 1})

    assert chosen(made) == "near"
    assert chosen(made, tried=("near",)) == "far"
    near.calls = 1
    assert chosen(made) == "far"
    near.calls = 0
    near.health.rest(0.0, 5.0)
    assert chosen(made, 4.9) == "far"
    assert chosen(made, 5.0) == "near"
    near.health.failed(5.0, "call", "down")
    assert chosen(made, 5.1) == "far"


def test_where_all_are_ejected_one_call_at_a_time_tries_each() -> None:
    """A call that may fail is better than one that surely does, but a crowd is not let at a dead upstream."""
    east, west = peer("east"), peer("west")
    made = plan({east: 1, west: 1})
    east.health.failed(1.0, "call", "down")
    west.health.failed(0.0, "call", "down")

    first = choose(made, 2.0).seat
    assert first is not None
    assert first.peer is west
    west.health.begin()
    assert chosen(made, 2.0) == "east"
    east.health.begin()
    choice = choose(made, 2.0)
    assert (choice.seat, choice.full) == (None, False)
    assert choice.again == west.health.until


def test_a_single_resting_one_is_asked_all_the_same() -> None:
    """Nobody else can say whether it is still too much."""
    only = peer("only")
    only.health.rest(0.0, 60.0)

    assert chosen(plan({only: 1}), 1.0) == "only"


def test_nobody_left_is_nobody() -> None:
    """All were tried."""
    assert chosen(plan({peer("east"): 1}), tried=("east",)) == ""


def test_choosing_costs_microseconds() -> None:
    """Of four; the bound is twenty times what it takes, for machines differ."""
    made = plan({peer(name): 1 for name in ("a", "b", "c", "d")})
    begun = time.perf_counter()
    for _ in range(1_000):
        choose(made, 0.0)

    assert (time.perf_counter() - begun) / 1_000 < 100e-6
