"""When a schedule's times are on: days, dates and times of day in a time zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from yanmen.core.clock import SECOND
from yanmen.policy.modes import Times

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Stretch(NamedTuple):
    """From when to when, in microseconds; the end is not in it."""

    start: int
    end: int


def stretch(times: Times, at: int) -> Stretch | None:
    """The stretch that a time lies in; None: none. An hour that a clock change skips or repeats belongs to its wall time."""
    zone = ZoneInfo(times.zone)
    today = datetime.fromtimestamp(at // SECOND, UTC).astimezone(zone).date()
    for day in (today, today - timedelta(days=1)):
        found = _on(times, day, zone)
        if found is not None and found.start <= at < found.end:
            return found
    return None


def _on(times: Times, day: date, zone: ZoneInfo) -> Stretch | None:
    """The stretch that begins on a day."""
    if times.days and _DAYS[day.weekday()] not in times.days:
        return None
    if (times.first and day < date.fromisoformat(times.first)) or (
        times.last and day > date.fromisoformat(times.last)
    ):
        return None
    start, end = time.fromisoformat(times.start), time.fromisoformat(times.end)
    until = day if end > start else day + timedelta(days=1)
    return Stretch(_micros(day, start, zone), _micros(until, end, zone))


def _micros(day: date, clock: time, zone: ZoneInfo) -> int:
    return int(datetime.combine(day, clock, zone).timestamp()) * SECOND
