"""Rates, budgets and seats by themselves: what they admit, at any clock."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from yanmen.store.counters.meters import (
    GRAINS,
    MINUTE,
    NEVER,
    REQUESTS,
    TOKENS,
    Bucket,
    Purse,
    Seats,
    budget,
    concurrent,
    crossed,
    rate,
)

STEPS = st.lists(st.tuples(st.integers(0, 20_000_000), st.integers(1, 12)), max_size=60)
"""Microseconds since the step before, and an amount."""


def reference(limit: int, period: int, steps: list[tuple[int, int]]) -> list[bool]:
    """GCRA by virtual scheduling (ITU-T I.371), in fractions: a burst of the whole limit is within the tolerance."""
    interval, arrival, now, said = Fraction(period, limit), Fraction(0), 0, []
    for passed, amount in steps:
        now += passed
        due = max(arrival, Fraction(now)) + amount * interval
        said.append(due - now <= period)
        if said[-1]:
            arrival = due
    return said


@given(st.sampled_from([1, 2, 3, 5, 6, 10, 12]), STEPS)
def test_a_rate_is_a_gcra(limit: int, steps: list[tuple[int, int]]) -> None:
    """The same answers as the reference, where a unit of the rate is a whole number of grains."""
    meter, bucket, now, said = rate("r", REQUESTS, limit, MINUTE), Bucket(), 0, []
    for passed, amount in steps:
        now += passed
        fits = bucket.fits(meter, amount, now)
        said.append(bucket.take(meter, amount, now))
        assert said[-1] == fits

    assert said == reference(limit, MINUTE, steps)


@given(st.integers(1, 1_000_000_000), st.sampled_from([MINUTE, 60 * MINUTE, 1_440 * MINUTE]), STEPS)
def test_rounding_never_admits_more(limit: int, period: int, steps: list[tuple[int, int]]) -> None:
    """Any limit: in no stretch of time more than one window's amount and what time brings."""
    meter, bucket, now = rate("r", REQUESTS, limit, period), Bucket(), 0
    admitted: list[tuple[int, int]] = []
    for passed, share in steps:
        now += passed
        amount = max(1, limit * share // 12)
        if bucket.take(meter, amount, now):
            admitted.append((now, amount))

    assert meter.grain * limit == meter.cap
    for index, (start, _) in enumerate(admitted):
        total = 0
        for at, amount in admitted[index:]:
            total += amount
            assert total <= limit + Fraction((at - start) * limit, period)


@given(st.lists(st.integers(-20_000_000, 20_000_000), max_size=50))
def test_a_clock_that_goes_back_changes_nothing(steps: list[int]) -> None:
    """No more is admitted than by a clock that stood still instead, and nobody waits for the past to come again."""
    meter, jumping, standing = rate("r", REQUESTS, 6, MINUTE), Bucket(0, 10**9), Bucket(0, 10**9)
    there = still = 10**9
    for step in steps:
        there += step
        still += max(0, step)
        assert jumping.take(meter, 1, there) == standing.take(meter, 1, still)


def test_what_is_reserved_does_not_drain_until_it_is_settled() -> None:
    """However long a call takes; then only what it used counts, from then on."""
    meter, bucket = rate("t", TOKENS, 100, MINUTE), Bucket()
    assert bucket.take(meter, 80, 1)

    assert not bucket.fits(meter, 30, 10 * MINUTE)
    bucket.give(meter, 80, 10, 10 * MINUTE)
    assert bucket.left(meter).remaining == 90
    assert bucket.fits(meter, 90, 10 * MINUTE)
    assert not bucket.fits(meter, 91, 10 * MINUTE)


def test_the_wait_that_is_said_is_enough_and_not_too_much() -> None:
    """After it the amount fits; a microsecond before it does not."""
    meter, bucket = rate("r", REQUESTS, 7, MINUTE), Bucket(0, 1)
    assert bucket.take(meter, 7, 1)
    wait = bucket.retry(meter, 2, 1)

    assert not bucket.fits(meter, 2, wait)
    assert bucket.fits(meter, 2, 1 + wait)
    assert bucket.retry(meter, 8, 1) == NEVER


def test_a_budget_is_never_exceeded_and_an_overdraft_is_remembered() -> None:
    """Used and reserved together stay within the limit; what a call used beyond its reservation counts all the same."""
    meter, purse = budget("b", TOKENS, 100, ends=500), Purse()
    assert purse.take(meter, 60, 1)

    assert not purse.fits(meter, 41, 1)
    assert not purse.take(meter, 41, 1)
    assert purse.retry(meter, 41, 1) == 1_000_000
    purse.give(meter, 60, 70, 1)
    assert purse.left(meter).remaining == 30
    assert purse.retry(meter, 31, 100) == 400
    assert purse.retry(meter, 101, 100) == NEVER


def test_seats_are_free_again_when_calls_end() -> None:
    """Two at once."""
    meter, seats = concurrent("c", 2), Seats()
    assert seats.take(meter, 1, 1)
    assert seats.take(meter, 1, 1)

    assert not seats.fits(meter, 1, 1)
    assert not seats.take(meter, 1, 1)
    seats.give(meter, 1, 0, 1)
    assert seats.fits(meter, 1, 1)


def test_a_part_of_a_budget_is_told_when_it_is_reached() -> None:
    """At 80 and at 100 percent, each once."""
    meter = budget("b", TOKENS, 1_000)

    assert [told.percent for told in crossed(meter, 0, 799)] == []
    assert [told.percent for told in crossed(meter, 799, 800)] == [80]
    assert [told.percent for told in crossed(meter, 800, 999)] == []
    assert [told.percent for told in crossed(meter, 0, 1_200)] == [80, 100]


def test_a_backlog_is_a_whole_number_in_any_engine() -> None:
    """A window of a day, full, is below 2^53 with room to spare."""
    assert rate("d", TOKENS, 1_000_000_000, 1_440 * MINUTE).cap * 4 < 1 << 53
    assert GRAINS * MINUTE % 60 == 0


@given(st.integers(0, 5), st.integers(0, 90), st.integers(0, 10 * MINUTE))
def test_what_is_given_back_at_once_was_never_taken(before: int, amount: int, now: int) -> None:
    """Of every kind of count: the state is what a look at the same time would have made of it."""
    for meter, count, other in (
        (rate("r", REQUESTS, 100, MINUTE), Bucket(before), Bucket(before)),
        (rate("t", TOKENS, 100, MINUTE), Bucket(before), Bucket(before)),
        (budget("b", TOKENS, 100), Purse(), Purse()),
        (concurrent("c", 100), Seats(), Seats()),
    ):
        assert count.take(meter, amount, now) == other.fits(meter, amount, now)
        count.untake(meter, amount)
        assert [getattr(count, name) for name in count.__slots__] == [
            getattr(other, name) for name in other.__slots__
        ]
