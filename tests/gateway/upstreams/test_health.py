"""The breaker: closed, open, half-open; outliers; rest; the budget of retries."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from yanmen.core.config import Health as Settings
from yanmen.gateway.upstreams.health import Budget, Health

SETTINGS = Settings(failures=3, eject_seconds=5, eject_most_seconds=20, window_seconds=30, window_calls=20)


def failing(health: Health, count: int, at: float = 0.0) -> str:
    """So many failures; what the last one changed."""
    return [health.failed(at, "call", "down") for _ in range(count)][-1]


def test_failures_in_a_row_eject_and_a_success_between_them_does_not() -> None:
    """Three here."""
    health = Health(SETTINGS)
    failing(health, 2)
    health.succeeded(0.0)

    assert failing(health, 2) == ""
    assert health.fit(0.0)
    assert failing(health, 1) == "ejected"
    assert not health.fit(4.9)
    assert health.ejections == 1


def test_after_its_time_one_call_tries_it_and_brings_it_back() -> None:
    """Half-open: the others still go elsewhere."""
    health = Health(SETTINGS)
    failing(health, 3)

    assert health.fit(5.0)
    health.begin()
    assert health.state == "half-open"
    assert not health.fit(5.0)
    assert health.succeeded(6.0) == "returned"
    assert health.fit(6.0)
    assert health.state == "well"


def test_a_trial_that_fails_doubles_the_time_up_to_a_bound() -> None:
    """5, 10, 20, 20 seconds."""
    health, now, waits = Health(SETTINGS), 0.0, []
    failing(health, 3)
    for _ in range(4):
        waits.append(health.until - now)
        now = health.until
        health.begin()
        assert health.failed(now, "call", "still down") == ""

    assert waits == [5, 10, 20, 20]
    assert health.ejections == 1


def test_a_trial_whose_client_leaves_says_nothing() -> None:
    """The next call tries."""
    health = Health(SETTINGS)
    failing(health, 3)
    health.begin()
    health.unsaid()

    assert health.fit(health.until)


def test_long_health_forgets_what_was_before() -> None:
    """Times are short again."""
    health = Health(SETTINGS)
    failing(health, 3)
    health.begin()
    health.failed(5.0, "call", "down")
    health.begin()
    health.succeeded(20.0)
    failing(health, 3, at=100.0)

    assert health.until == 105.0


def test_answers_that_a_client_may_have_caused_count_among_many_only() -> None:
    """A client whose request makes a model answer 500 ejects nobody by repeating it, while others are served."""
    health = Health(SETTINGS)
    for number in range(100):
        assert health.failed(number / 10, "answer", "status 500") == "" or number >= 19
        health.succeeded(number / 10)
        health.succeeded(number / 10)

    assert health.fit(10.0)
    alone = Health(SETTINGS)
    turns = [alone.failed(0.0, "answer", "status 500") for _ in range(20)]
    assert turns == [""] * 19 + ["ejected"]


def test_half_of_many_calls_failing_is_an_outlier() -> None:
    """Though never three in a row."""
    health = Health(SETTINGS)
    turns = []
    for _ in range(10):
        health.succeeded(1.0)
        turns.append(health.failed(1.0, "call", "down"))

    assert turns == [""] * 9 + ["ejected"]


def test_what_is_older_than_the_window_does_not_count() -> None:
    """Nineteen failures among many long ago and one now eject nobody."""
    health = Health(SETTINGS)
    for _ in range(9):
        health.failed(0.0, "call", "down")
        health.succeeded(0.0)
    health.succeeded(0.0)

    assert health.failed(60.0, "call", "down") == ""


def test_who_asks_to_be_spared_is_and_not_for_ever() -> None:
    """A named hour is a minute here: the upstream is asked again before."""
    health = Health(SETTINGS)
    health.rest(0.0, 3_600)

    assert not health.fit(59.9)
    assert health.fit(60.0)
    assert health.ejections == 0


@given(st.lists(st.tuples(st.sampled_from("sfcbu"), st.floats(0, 30)), max_size=200))
def test_no_story_locks_an_upstream_out_for_ever(story: list[tuple[str, float]]) -> None:
    """Whatever happened: a trial is possible after the longest time, and its success brings it back."""
    health, now = Health(SETTINGS), 0.0
    for what, later in story:
        now += later
        if what == "b" and health.fit(now):
            health.begin()
        elif what == "s":
            health.succeeded(now)
        elif what == "f":
            health.failed(now, "call", "down")
        elif what == "c":
            health.failed(now, "answer", "500")
        else:
            health.unsaid()
    health.unsaid()
    now += SETTINGS.eject_most_seconds + 61

    assert health.fit(now)
    health.begin()
    health.succeeded(now)
    assert health.state == "well"


def test_retries_are_a_share_of_calls() -> None:
    """Ten at first, then one for five calls."""
    budget = Budget(0.2)
    assert [budget.take() for _ in range(11)] == [True] * 10 + [False]
    for _ in range(1_000):
        budget.call()
    granted = sum(budget.take() for _ in range(1_000))

    assert granted == 100
    assert not Budget(0.0).take()


def test_in_a_flood_of_failures_retries_stay_a_fifth() -> None:
    """So that a retry storm is impossible."""
    budget = Budget(0.2)
    granted = 0
    for _ in range(10_000):
        budget.call()
        granted += budget.take()

    assert granted <= 10_000 * 0.2 + 10
