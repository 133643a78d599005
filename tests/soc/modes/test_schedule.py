"""Times of a schedule, in a time zone."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from yanmen.core.clock import SECOND
from yanmen.policy.modes import Times
from yanmen.soc.modes.schedule import stretch


def _at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * SECOND


def test_a_working_day_in_shanghai() -> None:
    """Eight to eight there is midnight to noon in Greenwich."""
    times = Times(id="day", days=("mon", "tue"), start="08:00", end="20:00", zone="Asia/Shanghai")

    assert stretch(times, _at("2026-11-23T00:00")) == (_at("2026-11-23T00:00"), _at("2026-11-23T12:00"))
    assert stretch(times, _at("2026-11-23T11:59:59")) is not None
    assert stretch(times, _at("2026-11-23T12:00")) is None
    assert stretch(times, _at("2026-11-25T03:00")) is None


def test_a_night_belongs_to_the_day_it_begins_on() -> None:
    """And ends the next morning."""
    times = Times(id="night", days=("fri",), start="22:00", end="06:00")

    assert stretch(times, _at("2026-11-20T23:00")) == (_at("2026-11-20T22:00"), _at("2026-11-21T06:00"))
    assert stretch(times, _at("2026-11-21T05:59")) is not None
    assert stretch(times, _at("2026-11-21T22:30")) is None


def test_dates_are_whole_days_with_the_last_one_in() -> None:
    """A week of holidays."""
    times = Times(id="week", first="2026-10-01", last="2026-10-07", zone="Asia/Shanghai")

    assert stretch(times, _at("2026-09-30T16:00")) is not None
    assert stretch(times, _at("2026-09-30T15:59")) is None
    assert stretch(times, _at("2026-10-07T15:59")) is not None
    assert stretch(times, _at("2026-10-07T16:00")) is None


@given(
    at=st.integers(_at("2026-01-01T00:00"), _at("2027-01-01T00:00")),
    start=st.times().map(lambda one: one.strftime("%H:%M")),
    end=st.times().map(lambda one: one.strftime("%H:%M")),
    zone=st.sampled_from(["UTC", "Asia/Shanghai", "America/New_York", "Europe/Berlin"]),
)
def test_a_time_lies_in_the_stretch_it_is_said_to_lie_in(at: int, start: str, end: str, zone: str) -> None:
    """Clock changes included; a stretch is never longer than a day and an hour."""
    found = stretch(Times(id="x", start=start, end=end, zone=zone), at)

    assert found is None or (found.start <= at < found.end and found.end - found.start <= 25 * 3_600 * SECOND)
