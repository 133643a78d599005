"""The one clock."""

from __future__ import annotations

import time
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanmen.core.clock import DAY, SECOND, iso, now


def test_now_is_microseconds_since_1970() -> None:
    """Between two readings of the system's own clock."""
    before = time.time_ns() // 1000
    reading = now()

    assert before <= reading <= time.time_ns() // 1000


@pytest.mark.parametrize(
    ("at", "written"),
    [
        (0, "1970-01-01T00:00:00.000000Z"),
        (1, "1970-01-01T00:00:00.000001Z"),
        (DAY, "1970-01-02T00:00:00.000000Z"),
        (1_795_244_400 * SECOND + 123, "2026-11-21T07:00:00.000123Z"),
    ],
)
def test_iso_writes_every_microsecond_in_utc(at: int, written: str) -> None:
    """Always six digits and a Z."""
    assert written == iso(at)


@given(st.integers(min_value=0, max_value=4_000_000_000 * SECOND))
def test_iso_loses_nothing(at: int) -> None:
    """What is written can be read back to the microsecond."""
    read = datetime.fromisoformat(iso(at))

    assert at == int(read.timestamp()) * SECOND + read.microsecond


@given(st.lists(st.integers(min_value=0, max_value=4_000_000_000 * SECOND), min_size=2))
def test_written_times_sort_as_the_times_do(times: list[int]) -> None:
    """So that a person can sort a report by its text."""
    assert [iso(at) for at in sorted(times)] == sorted(iso(at) for at in times)
