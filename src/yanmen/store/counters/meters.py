"""What is counted, and by what rule. Pure: whole numbers, and a clock that is passed in.

A rate is a GCRA (the leaky bucket as a meter): a backlog that drains with time, and a cap of one whole window, so that of a
rate of ``n`` per period never more than ``n + n × t / period`` is used in any time ``t``. What is reserved waits beside the
backlog and does not drain; when it is settled, what was really used goes into the backlog. A budget is an amount in a window
of the calendar: used and reserved together never exceed it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import msgspec

REQUESTS, TOKENS, MONEY, CALLS = range(4)
"""Places in ``Amounts``: requests, tokens, 1e-9 of the currency, calls at once."""
Amounts = tuple[int, int, int, int]
GRAINS = 16_384
"""Parts of a microsecond in which a backlog is kept: whole numbers below 2^53 for a window of a day, in any engine."""
MINUTE, HOUR, DAY = 60_000_000, 3_600_000_000, 86_400_000_000
NEVER = -1
"""In place of microseconds to wait: no waiting helps."""
SOON = 1_000_000
"""Microseconds after which to try again where others hold what is missing."""
LARGEST = 9_000_000_000_000_000
"""No amount is larger: engines count in doubles, exact to 2^53."""

Kind = Literal["rate", "budget", "concurrent"]


class Meter(NamedTuple):
    """One limit on one count."""

    name: str
    """Whose, of what, in which window: ``key:key_01…/tokens/minute``, ``tenant:acme/money/month/2026-11``."""
    kind: Kind
    measure: int
    """Which of the amounts it counts."""
    limit: int
    period: int = 0
    """Of a rate: microseconds."""
    ends: int = 0
    """Of a budget: when its window ends; 0: never."""
    grain: int = 0
    """Of a rate: the backlog that one unit makes, rounded up, so that rounding never admits more."""
    cap: int = 0
    """Of a rate: the largest backlog."""
    starts: int = 0
    """Of a budget: when its window began."""
    of: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Of a budget: whose usage the events tell: columns of ``store.usage`` and their values."""


class Plan:
    """The meters of calls that are alike: same key, user, model. Made once, used for many calls."""

    __slots__ = ("bound", "generation", "meters", "until")

    def __init__(self, meters: Sequence[Meter], until: int = 0) -> None:
        """``until``: when a window ends and a new plan is due; 0: never."""
        self.meters = tuple(meters)
        self.until = until
        self.generation = -1
        self.bound: Any = ()
        """What counts them, for the book that does."""


class Left(msgspec.Struct, frozen=True, gc=False):
    """What a meter has left, and the microseconds until it is whole again."""

    meter: Meter
    remaining: int
    reset: int


class Granted(msgspec.Struct, frozen=True):
    """Reserved under a lease."""

    lease: str
    left: tuple[Left, ...]
    """Of the rates."""


class Denied(NamedTuple):
    """Not reserved, and nothing of it was: the meter that is in the way the longest."""

    meter: Meter
    remaining: int
    retry: int
    """Microseconds until it may fit; NEVER: it does not fit at all, or the budget has no end."""
    left: tuple[Left, ...] = ()


class Crossed(NamedTuple):
    """A budget has been used to a part."""

    meter: Meter
    percent: int
    used: int


ALERTS = (80, 100)
"""Percent of a budget at which it is told."""


def rate(name: str, measure: int, limit: int, period: int) -> Meter:
    """So much per period (microseconds)."""
    grain = -(-period * GRAINS // limit)
    return Meter(name, "rate", measure, limit, period, 0, grain, grain * limit)


def budget(
    name: str,
    measure: int,
    limit: int,
    *,
    starts: int = 0,
    ends: int = 0,
    of: tuple[tuple[str, tuple[str, ...]], ...] = (),
) -> Meter:
    """So much in a window."""
    return Meter(name, "budget", measure, min(limit, LARGEST), ends=ends, starts=starts, of=of)


def concurrent(name: str, limit: int) -> Meter:
    """So many at once."""
    return Meter(name, "concurrent", CALLS, limit)


def crossed(meter: Meter, before: int, after: int) -> list[Crossed]:
    """The parts of a budget that have been reached between two states of it."""
    return [
        Crossed(meter, percent, after)
        for percent in ALERTS
        if before * 100 < meter.limit * percent <= after * 100
    ]


class Bucket:
    """The state of a rate."""

    __slots__ = ("backlog", "held", "seen")

    def __init__(self, backlog: int = 0, seen: int = 0) -> None:
        """As it was at a time. A clock that goes back changes nothing: the backlog stays, and drains from there."""
        self.backlog = backlog
        self.held = 0
        self.seen = seen

    def fits(self, meter: Meter, amount: int, now: int) -> bool:
        """Whether so much more may be used now."""
        if (passed := now - self.seen) > 0:
            left = self.backlog - passed * GRAINS
            self.backlog = max(0, left)
        self.seen = now
        return self.backlog + self.held + amount * meter.grain <= meter.cap

    def drain(self, now: int) -> None:
        """Let time pass."""
        if (passed := now - self.seen) > 0:
            self.backlog = max(0, self.backlog - passed * GRAINS)
        self.seen = now

    def take(self, meter: Meter, amount: int, now: int) -> bool:
        """Reserve so much, if it may be used now; requests are used at once."""
        backlog, seen = self.backlog, self.seen
        if now > seen and (backlog := backlog - (now - seen) * GRAINS) < 0:
            backlog = 0
        self.seen, self.backlog = now, backlog
        need = amount * meter.grain
        if backlog + self.held + need > meter.cap:
            return False
        if meter.measure == REQUESTS:
            self.backlog = backlog + need
        else:
            self.held += need
        return True

    def untake(self, meter: Meter, amount: int) -> None:
        """As if it had not been taken just now."""
        if meter.measure == REQUESTS:
            self.backlog -= amount * meter.grain
        else:
            self.held -= amount * meter.grain

    def give(self, meter: Meter, amount: int, used: int, now: int) -> None:
        """Settle it."""
        if meter.measure != REQUESTS:
            self.held -= amount * meter.grain
            if used:
                self.drain(now)
                self.backlog += used * meter.grain

    def left(self, meter: Meter) -> Left:
        """What is left, as of the last look."""
        taken = self.backlog + self.held
        room = meter.cap - taken
        return Left(meter, room // meter.grain if room > 0 else 0, -(-taken // GRAINS))

    def retry(self, meter: Meter, amount: int, now: int) -> int:
        """Microseconds until so much may fit."""
        del now
        need = amount * meter.grain
        if need > meter.cap:
            return NEVER
        over = self.backlog + need - meter.cap
        return max(-(-over // GRAINS), SOON if self.held else 0)

    @property
    def idle(self) -> bool:
        """Whether forgetting it admits nothing more."""
        return not self.held and not self.backlog


class Purse:
    """The state of a budget in one window."""

    __slots__ = ("authorised", "held", "others", "spent")

    def __init__(self, authorised: int = LARGEST) -> None:
        """``authorised``: what may be used of it here before more is asked for, durably."""
        self.spent = self.held = 0
        self.others = 0
        """What is charged beside that: by processes before and beside this one."""
        self.authorised = authorised

    def fits(self, meter: Meter, amount: int, now: int) -> bool:
        """Whether so much more may be used."""
        del now
        taken = self.spent + self.held + amount
        return taken <= self.authorised and taken + self.others <= meter.limit

    def take(self, meter: Meter, amount: int, now: int) -> bool:
        """Reserve so much, if it may be used."""
        del now
        held = self.held + amount
        taken = self.spent + held
        if taken > self.authorised or taken + self.others > meter.limit:
            return False
        self.held = held
        return True

    def untake(self, meter: Meter, amount: int) -> None:
        """As if it had not been taken just now."""
        del meter
        self.held -= amount

    def give(self, meter: Meter, amount: int, used: int, now: int) -> None:
        """Settle it."""
        del meter, now
        self.held -= amount
        self.spent += used

    def left(self, meter: Meter) -> Left:
        """What is left."""
        return Left(meter, max(0, meter.limit - self.others - self.spent - self.held), 0)

    def short(self, meter: Meter, amount: int) -> int:
        """What must be authorised beyond what is, where that is all that is missing; else 0."""
        taken = self.spent + self.held + amount
        return max(0, taken - self.authorised) if taken + self.others <= meter.limit else 0

    def retry(self, meter: Meter, amount: int, now: int) -> int:
        """Microseconds until so much may fit."""
        if amount > meter.limit:
            return NEVER
        if self.held and self.others + self.spent + amount <= meter.limit:
            return SOON
        return max(0, meter.ends - now) if meter.ends else NEVER


class Seats:
    """The state of a limit on calls at once."""

    __slots__ = ("taken",)

    def __init__(self) -> None:
        """Empty."""
        self.taken = 0

    def fits(self, meter: Meter, amount: int, now: int) -> bool:
        """Whether there is room."""
        del now
        return self.taken + amount <= meter.limit

    def take(self, meter: Meter, amount: int, now: int) -> bool:
        """Sit down, if there is room."""
        del now
        taken = self.taken + amount
        if taken > meter.limit:
            return False
        self.taken = taken
        return True

    def untake(self, meter: Meter, amount: int) -> None:
        """As if nobody had sat down."""
        del meter
        self.taken -= amount

    def give(self, meter: Meter, amount: int, used: int, now: int) -> None:
        """Stand up."""
        del meter, used, now
        self.taken -= amount

    def left(self, meter: Meter) -> Left:
        """What is left."""
        return Left(meter, max(0, meter.limit - self.taken), 0)

    def retry(self, meter: Meter, amount: int, now: int) -> int:
        """Microseconds until there may be room."""
        del now
        return SOON if amount <= meter.limit else NEVER


Count = Bucket | Purse | Seats
