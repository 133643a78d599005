"""Windows of the calendar: days and months of a time zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from yanmen.core.clock import SECOND
from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Phrase

_DECEMBER = 12


class Window(NamedTuple):
    """A stretch of time, in microseconds; ``ends`` 0: it has no end."""

    name: str
    starts: int
    ends: int


TOTAL = Window("total", 0, 0)


def zone(name: str) -> ZoneInfo:
    """A time zone by its name; YanmenError where there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise YanmenError(
            Phrase(en=f"there is no time zone {name[:80]}", zh=f"没有 {name[:80]} 这个时区"),
            hint=Phrase(
                en="Write it as Asia/Shanghai; does this system have time zones (package tzdata)?",
                zh="写法如 Asia/Shanghai；请确认系统已安装时区数据（tzdata）。",
            ),
            where="limits.timezone",
        ) from error


def window(period: str, place: ZoneInfo, at: int) -> Window:
    """The ``day`` or ``month`` that a time lies in, or ``total``."""
    if period == "total":
        return TOTAL
    local = datetime.fromtimestamp(at // SECOND, place)
    if period == "day":
        begin, after = local.date(), local.date() + timedelta(days=1)
        name = begin.isoformat()
    else:
        begin = local.date().replace(day=1)
        last = begin.month == _DECEMBER
        after = begin.replace(year=begin.year + last, month=1 if last else begin.month + 1)
        name = f"{begin:%Y-%m}"
    starts, ends = (
        int(datetime(each.year, each.month, each.day, tzinfo=place).astimezone(UTC).timestamp()) * SECOND
        for each in (begin, after)
    )
    return Window(name, starts, ends)
