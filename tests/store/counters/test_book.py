"""The book: at any order of reserving, settling and time, nothing more is admitted than is allowed."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from yanmen.store.counters import (
    REQUESTS,
    TOKENS,
    Amounts,
    Book,
    Denied,
    Granted,
    Meter,
    Plan,
    budget,
    concurrent,
    rate,
)
from yanmen.store.counters import book as module
from yanmen.store.counters.book import Short
from yanmen.store.counters.meters import MINUTE, NEVER, Bucket


@dataclass
class Truth:
    """What really happened, kept apart from the book."""

    open: dict[str, tuple[int, Amounts]] = field(default_factory=dict)
    settled: list[tuple[int, int]] = field(default_factory=list)
    """When, and how many tokens."""
    started: list[int] = field(default_factory=list)


class Any_order(RuleBasedStateMachine):  # noqa: N801  # hypothesis names the test after it
    """Two plans that share a tenant's meters."""

    def __init__(self) -> None:
        super().__init__()
        self.book = Book()
        self.now = 10**9
        self.true_now = self.now
        self.truth = Truth()
        self.number = 0
        shared: list[Meter] = [
            budget("tenant/tokens", TOKENS, 500),
            rate("tenant/rate", TOKENS, 120, MINUTE),
            concurrent("tenant/at-once", 4),
        ]
        self.plans = [
            Plan([rate("a/requests", REQUESTS, 5, MINUTE), *shared]),
            Plan([rate("b/requests", REQUESTS, 5, MINUTE), budget("b/tokens", TOKENS, 90), *shared]),
        ]
        self.overdrawn = 0

    @rule(which=st.integers(0, 1), tokens=st.integers(1, 130))
    def reserve(self, which: int, tokens: int) -> None:
        """A call comes."""
        self.number += 1
        name = f"l{self.number}"
        before = self._state()
        said = self.book.reserve(name, self.plans[which], (1, tokens, 0, 1), self.now)
        if isinstance(said, Granted):
            self.truth.open[name] = which, (1, tokens, 0, 1)
            self.truth.started.append(self.true_now)
        else:
            assert isinstance(said, Denied)
            assert said.retry == NEVER or said.retry >= 0
            assert self._state() == before

    @rule(data=st.data(), share=st.integers(0, 110))
    def settle(self, data: st.DataObject, share: int) -> None:
        """A call ends; now and then it used more than was reserved."""
        if not self.truth.open:
            return
        name = data.draw(st.sampled_from(sorted(self.truth.open)))
        _, amounts = self.truth.open.pop(name)
        used = amounts[TOKENS] * share // 100
        self.overdrawn += max(0, used - amounts[TOKENS])
        self.book.settle(name, (1, used, 0, 0), self.now)
        assert self.book.settle(name, (1, 9_999, 0, 0), self.now) == []
        self.truth.settled.append((self.true_now, used))

    @rule(passed=st.integers(-30_000_000, 90_000_000))
    def wait(self, passed: int) -> None:
        """Time passes; the clock may be set back."""
        self.now += passed
        self.true_now += max(0, passed)

    @invariant()
    def never_more_than_allowed(self) -> None:
        """Budgets hold to the token, but for what calls used beyond their reservations; rates in every stretch of time."""
        held = sum(amounts[TOKENS] for _, amounts in self.truth.open.values())
        assert sum(used for _, used in self.truth.settled) + held <= 500 + self.overdrawn
        assert len(self.truth.open) <= 4
        for index, (start, _) in enumerate(self.truth.settled):
            total = 0
            for at, used in self.truth.settled[index:]:
                total += used
                assert total <= 120 + self.overdrawn + (at - start) * 120 / MINUTE
        for index, start in enumerate(self.truth.started):
            for count, at in enumerate(self.truth.started[index:], 1):
                assert count <= 2 * (5 + (at - start) * 5 / MINUTE)

    def _state(self) -> list[tuple[str, int]]:
        names = ("held", "spent", "taken")
        return [
            (f"{name}.{part}", getattr(count, part))
            for name, count in sorted(self.book.counts.items())
            for part in names
            if getattr(count, part, 0)
        ]


TestAnyOrder = Any_order.TestCase
TestAnyOrder.settings = settings(
    max_examples=60, stateful_step_count=30, suppress_health_check=[HealthCheck.too_slow], deadline=None
)


def test_all_or_nothing() -> None:
    """What one meter refuses is taken from none."""
    book = Book()
    plan = Plan([rate("a", REQUESTS, 10, MINUTE), concurrent("c", 1)])
    assert isinstance(book.reserve("1", plan, (1, 0, 0, 1), 1), Granted)
    refused = book.reserve("2", plan, (1, 0, 0, 1), 1)

    assert isinstance(refused, Denied)
    assert refused.meter.name == "c"
    assert [left.remaining for left in refused.left] == [9]


def test_the_longest_wait_is_said() -> None:
    """And first of all what no waiting helps against."""
    book = Book()
    plan = Plan(
        [rate("a", REQUESTS, 1, MINUTE), budget("b", TOKENS, 10, ends=10**12), budget("t", TOKENS, 5)]
    )
    book.reserve("1", plan, (1, 5, 0, 1), 1)
    book.settle("1", (1, 5, 0, 0), 1)
    refused = book.reserve("2", plan, (1, 1, 0, 1), 1)

    assert isinstance(refused, Denied)
    assert (refused.meter.name, refused.retry) == ("t", NEVER)


def test_a_budget_that_is_not_authorised_is_asked_for() -> None:
    """Only where it would fit."""
    book = Book(authorised=False)
    meter = budget("b", TOKENS, 100)

    assert book.reserve("1", Plan([meter]), (1, 60, 0, 1), 1) == Short(((meter, 60),))
    assert isinstance(book.reserve("1", Plan([meter]), (1, 101, 0, 1), 1), Denied)


def test_two_plans_of_one_meter_share_its_count_even_after_idle_ones_were_forgotten() -> None:
    """Forgetting must not make two counts of one."""
    book = Book()
    one, other = (Plan([rate("same", REQUESTS, 2, MINUTE)]) for _ in range(2))
    book.reserve("1", one, (1, 0, 0, 1), 1)
    for number in range(module.MANY + 1):
        book.counts[f"idle{number}"] = Bucket()
    fresh = Plan([rate("new", REQUESTS, 2, MINUTE)])
    book.reserve("2", fresh, (1, 0, 0, 1), 2)

    assert len(book.counts) < 10
    assert isinstance(book.reserve("3", other, (1, 0, 0, 1), 2), Granted)
    assert isinstance(book.reserve("4", one, (1, 0, 0, 1), 2), Denied)
