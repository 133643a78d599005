"""Counts that fade."""

from __future__ import annotations

import pytest

from yanmen.core.clock import DAY, HOUR
from yanmen.soc.abuse.counts import Counts

NOW = 1_000 * DAY


def test_a_count_halves_with_time() -> None:
    """The short one in an hour, the long one in a week."""
    counts = Counts(10)
    for _ in range(8):
        counts.add("a", NOW)

    assert counts.of("a", NOW) == (8.0, 8.0)
    assert counts.of("a", NOW + HOUR)[0] == pytest.approx(4.0)
    assert counts.of("a", NOW + 7 * DAY)[1] == pytest.approx(4.0)
    assert counts.of("b", NOW) == (0.0, 0.0)


def test_what_is_usual_is_no_burst_and_what_is_sudden_is() -> None:
    """Ten an hour all week long; then the same of something never seen."""
    counts = Counts(10)
    for number in range(24 * 14 * 10):
        counts.add("usual", NOW + number * HOUR // 10)
    at = NOW + 14 * DAY
    for _ in range(60):
        counts.add("sudden", at)

    assert counts.burst("usual", at) == 0.0
    assert counts.burst("sudden", at) > 0.9
    assert counts.burst("sudden", at + 8 * HOUR) < 0.1


def test_two_or_three_are_chance() -> None:
    """A family."""
    counts = Counts(10)
    counts.add("a", NOW)
    counts.add("a", NOW)

    assert counts.burst("a", NOW) < 0.05


def test_late_ones_count_as_now() -> None:
    """A report of an hour ago does not undo the fading since."""
    counts = Counts(10)
    counts.add("a", NOW)
    counts.add("a", NOW - HOUR)

    assert counts.of("a", NOW) == (2.0, 2.0)


def test_memory_is_bounded() -> None:
    """The longest unseen goes first."""
    counts = Counts(2)
    for name in "abac":
        counts.add(name, NOW)

    assert len(counts) == 2
    assert counts.of("b", NOW) == (0.0, 0.0)
    assert counts.of("a", NOW)[0] == 2.0
