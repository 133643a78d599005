"""Who is next of those that wait: pure."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from yanmen.core.config import Overload
from yanmen.gateway.upstreams.fairness import Accounts, Queue, Waiter


class Line:
    """A queue with one place behind it."""

    def __init__(self, **settings: Any) -> None:
        """Nobody waits."""
        self.accounts = Accounts(Overload(**settings))
        self.queue: Queue[str] = Queue(Overload(**settings), self.accounts)
        self.now = 0.0

    def add(self, tenant: str, count: int = 1, *, key: str = "k", rank: str = "normal") -> list[str]:
        """So many calls of a tenant; whose had to go."""
        gone = []
        for number in range(count):
            waiter = Waiter(f"{tenant}{key}{number}", tenant, key, rank, self.now)
            if (victim := self.queue.add(waiter, self.now)) is not None:
                gone.append(victim.tenant)
        return gone

    def serve(self, calls: int, seconds: dict[str, float] | float = 1.0) -> list[str]:
        """One call after another, each holding its place for so long; the tenants in their order."""
        served = []
        for _ in range(calls):
            waiter, _late = self.queue.take(self.now, lambda _: True)
            if waiter is None:
                break
            held = seconds if isinstance(seconds, float) else seconds[waiter.tenant]
            self.accounts.ends(waiter.tenant, waiter.rank, held, waited=True)
            served.append(waiter.tenant)
        return served


def test_a_flood_does_not_keep_others_waiting() -> None:
    """A thousand calls of one, two of another: the two are next but one."""
    line = Line(queue=2_000)
    line.add("flood", 1_000)
    line.add("good", 2)

    assert set(line.serve(4)[:4]) == {"flood", "good"}
    assert line.serve(2) == ["flood", "flood"]


def test_what_is_shared_is_time_not_calls() -> None:
    """Whose calls take four times as long gets a quarter of the turns."""
    line = Line(queue=10_000)
    line.add("long", 1_000)
    line.add("short", 1_000)
    turns = Counter(line.serve(500, {"long": 4.0, "short": 1.0}))

    assert 90 <= turns["long"] <= 110


def test_weights_and_priorities_are_shares() -> None:
    """Thirty to ten; and low has a tenth of normal."""
    line = Line(queue=10_000, weights={"big": 30})
    line.add("big", 1_000)
    line.add("small", 1_000)
    assert 290 <= Counter(line.serve(400))["big"] <= 310
    line = Line(queue=10_000, low_tenants=("night",))
    line.add("day", 1_000)
    line.add("night", 1_000, rank=line.accounts.rank("night", "high"))

    assert 35 <= Counter(line.serve(440))["night"] <= 45


def test_keys_of_a_tenant_take_turns() -> None:
    """One key of many calls keeps no other key of its tenant waiting."""
    line = Line()
    line.add("t", 100, key="loud")
    line.add("t", 1, key="quiet")
    keys = [line.queue.take(0.0, lambda _: True)[0] for _ in range(2)]

    assert {waiter.key for waiter in keys if waiter} == {"loud", "quiet"}


def test_who_idles_saves_nothing_up() -> None:
    """A tenant that comes back does not own the next hundred turns."""
    line = Line(queue=10_000)
    line.add("busy", 1_000)
    line.serve(500)
    line.add("late", 500)
    turns = Counter(line.serve(100))

    assert 45 <= turns["late"] <= 55


def test_when_it_is_full_the_fattest_loses_its_last_and_low_goes_first() -> None:
    """Not whoever comes."""
    line = Line(queue=10)
    assert line.add("flood", 10) == []
    assert line.add("good", 2) == ["flood", "flood"]
    assert line.add("night", 1, rank="low") == ["night"]
    line = Line(queue=10)
    line.add("night", 3, rank="low")
    line.add("flood", 7)

    assert line.add("good", 4) == ["night", "night", "night", "flood"]


def test_a_standing_queue_waits_a_short_while_only() -> None:
    """One that has not been empty for ten seconds is no burst; another tenant's calls may wait as ever."""
    line = Line(queue_seconds=10, standing_seconds=1)
    line.add("flood", 20)
    line.now = 10.5
    line.add("flood", 1)
    line.add("good", 1)
    line.now = 12.0
    left, late = line.queue.take(line.now, lambda _: True)

    assert left is not None
    assert (left.tenant, len(late)) == ("good", 21) or Counter(one.tenant for one in late) == {"flood": 21}
    assert line.queue.take(line.now, lambda _: True)[0] is None


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.sampled_from("xy"), st.sampled_from(["low", "normal", "high"])),
        max_size=60,
    ),
    st.integers(1, 20),
)
def test_nobody_is_lost_and_nobody_is_there_twice(came: list[tuple[str, str, str]], room: int) -> None:
    """Served, turned away or still waiting: each call once."""
    queue: Queue[int] = Queue(Overload(queue=room), Accounts(Overload()))
    gone = []
    for number, (tenant, key, rank) in enumerate(came):
        victim = queue.add(Waiter(number, tenant, key, rank, 0.0), 0.0)
        if victim is not None:
            gone.append(victim.item)
        assert len(queue) <= room
    served = []
    while (waiter := queue.take(0.0, lambda _: True)[0]) is not None:
        served.append(waiter.item)

    assert sorted(served + gone) == list(range(len(came)))
    assert len(queue) == 0
