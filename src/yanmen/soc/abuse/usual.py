"""What is usual, learnt as it comes: of each caller, and of all of them for those of whom little is known.

For each feature a caller has a running mean and variance, drawn towards those of all callers by a few windows' weight (an empirical
Bayes estimate), so that a new caller is compared with everybody and an old one with itself. What is learnt is clipped: a few wild
windows do not make wildness usual. No sample is kept.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import msgspec

from yanmen.soc.abuse.features import ALL, Feature

WEIGHT = 4.0
"""Windows that the mean of all callers counts for."""
SPREAD_WEIGHT = 8.0
"""Windows that the usual variance within a caller counts for."""
OWN = 200.0
"""Windows after which a caller's older ones fade: two days of a busy one."""
EVERYBODY = 20_000.0
"""Windows after which those of all callers fade."""
FIRST = 200.0
"""Windows that the figures in ``features`` count for."""
KNOWN = 500
"""Windows of all callers before which nobody new is compared with them: a day of twenty callers."""
CLIPPED = 3.0
"""Deviations beyond which a window teaches no more."""
FARTHEST = 12.0
"""Deviations that are told at most."""


class Learnt(msgspec.Struct, array_like=True):
    """A running mean and variance."""

    n: float = 0.0
    mean: float = 0.0
    squares: float = 0.0
    """Sum of squared deviations."""

    def add(self, value: float, most: float) -> None:
        """One number more; beyond ``most`` of them the older fade."""
        if self.n >= most:
            self.squares *= most / (self.n + 1.0)
            self.n = most - 1.0
        self.n += 1.0
        step = value - self.mean
        self.mean += step / self.n
        self.squares += step * (value - self.mean)

    @property
    def variance(self) -> float:
        """Mean squared deviation; 0 while there is nothing."""
        return self.squares / self.n if self.n else 0.0

    @property
    def deviation(self) -> float:
        """Square root of the variance."""
        return math.sqrt(self.variance)


class Moved(NamedTuple):
    """How far one feature is from what is usual."""

    feature: Feature
    value: float
    low: float
    high: float
    """Two deviations below and above the usual."""
    deviations: float

    def told(self) -> str:
        """As evidence: ``calls 412 (3..30, +6.2)``."""
        shown = self.feature.shown
        low, high = shown(self.low), shown(self.high)
        if self.feature.name in {"rhythm", "hour"}:  # shown on a falling scale
            low, high = high, low
        return f"{self.feature.name} {shown(self.value)} ({low}..{high}, {self.deviations:+.1f})"


class Everybody(msgspec.Struct):
    """What is usual among callers."""

    between: list[Learnt] = msgspec.field(default_factory=list)
    """Of all windows of all callers."""
    within: list[Learnt] = msgspec.field(default_factory=list)
    """Of squared deviations of callers from their own means."""

    def __post_init__(self) -> None:
        """Begin with what the features say of themselves."""
        if len(self.between) != len(ALL) or len(self.within) != len(ALL):
            self.between = [Learnt(FIRST, one.mean, one.spread**2 * FIRST) for one in ALL]
            self.within = [Learnt(FIRST, (one.spread / 2) ** 2) for one in ALL]

    @property
    def known(self) -> bool:
        """Whether enough was seen of all callers to compare a new one with them."""
        return self.between[0].n >= FIRST + KNOWN


class Usual(msgspec.Struct):
    """What is usual for one caller."""

    of: list[Learnt] = msgspec.field(default_factory=lambda: [Learnt() for _ in ALL])

    def __post_init__(self) -> None:
        """What another version kept is learnt anew."""
        if len(self.of) != len(ALL):
            self.of = [Learnt() for _ in ALL]

    def moved(self, values: list[float | None], everybody: Everybody) -> list[Moved]:
        """How far each known number is from the usual, the farthest first."""
        found = []
        for place, value in enumerate(values):
            if value is not None:
                middle, deviation = self._expected(place, everybody)
                away = max(-FARTHEST, min(FARTHEST, (value - middle) / deviation))
                low, high = middle - 2 * deviation, middle + 2 * deviation
                found.append(Moved(ALL[place], value, low, high, away))
        return sorted(found, key=_away, reverse=True)

    def learn(self, values: list[float | None], everybody: Everybody) -> None:
        """Take a whole window up into what is usual."""
        for place, value in enumerate(values):
            if value is None:
                continue
            middle, deviation = self._expected(place, everybody)
            clipped = max(middle - CLIPPED * deviation, min(middle + CLIPPED * deviation, value))
            own = self.of[place]
            if own.n >= WEIGHT:
                everybody.within[place].add((clipped - own.mean) ** 2, EVERYBODY)
            everybody.between[place].add(clipped, EVERYBODY)
            own.add(clipped, OWN)

    def _expected(self, place: int, everybody: Everybody) -> tuple[float, float]:
        """The mean and the deviation that the next window should have."""
        own, all_, feature = self.of[place], everybody.between[place], ALL[place]
        usual = max(everybody.within[place].mean, feature.least**2)
        apart = max(all_.variance - usual, feature.least**2)
        share = own.n / (own.n + WEIGHT)
        middle = share * own.mean + (1.0 - share) * all_.mean
        inside = (SPREAD_WEIGHT * usual + own.squares) / (SPREAD_WEIGHT + own.n)
        inside = max(inside, feature.least**2)
        unsure = (1.0 - share) ** 2 * apart + share * inside / max(1.0, own.n)
        return middle, math.sqrt(inside + unsure)


def _away(moved: Moved) -> float:
    return moved.deviations if moved.feature.up_only else abs(moved.deviations)


def surprise(moved: list[Moved], least: float) -> tuple[float, list[Moved]]:
    """How far the families moved beyond ``least`` deviations, summed, and the farthest feature of each; 0 for one family alone.

    One family alone is what honest callers do: they send more, or longer texts, or at night.
    """
    best: dict[str, Moved] = {}
    for one in moved:  # the farthest come first
        if _away(one) >= least:
            best.setdefault(one.feature.family, one)
    if len(best) < 2:  # noqa: PLR2004  # one family
        return 0.0, list(best.values())
    return sum(_away(one) - least + 1.0 for one in best.values()), list(best.values())
