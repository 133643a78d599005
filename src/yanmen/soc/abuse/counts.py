"""Counts that fade: how often a thing was seen lately, and how often that would be usual. Bounded."""

from __future__ import annotations

import math
from collections import OrderedDict

from yanmen.core.clock import DAY, HOUR

SHORT, LONG = 1 * HOUR, 7 * DAY
"""Half-lives of the two counts, in microseconds: a burst, and what is usual."""
CROWDED = 3.0
"""So many times the usual rate is a busy hour, not a burst: sign-ups by day are up to three times their mean."""


class Count:
    """One thing's two counts."""

    __slots__ = ("at", "long", "short")

    def __init__(self) -> None:
        """Never seen."""
        self.short = self.long = 0.0
        self.at = 0

    def faded(self, at: int) -> tuple[float, float]:
        """Both counts at a time."""
        age = max(0, at - self.at)
        return self.short * 0.5 ** (age / SHORT), self.long * 0.5 ** (age / LONG)

    def add(self, at: int) -> None:
        """Seen once more. What comes late counts as now."""
        self.short, self.long = (count + 1.0 for count in self.faded(at))
        self.at = max(self.at, at)


class Counts:
    """Counts by name."""

    def __init__(self, most: int) -> None:
        """At most so many names, about 200 bytes each."""
        self._most = most
        self._counts: OrderedDict[str, Count] = OrderedDict()

    def __len__(self) -> int:
        """How many names are known."""
        return len(self._counts)

    def of(self, name: str, at: int) -> tuple[float, float]:
        """How often seen lately and in the long run, faded."""
        known = self._counts.get(name)
        return known.faded(at) if known else (0.0, 0.0)

    def add(self, name: str, at: int) -> None:
        """Seen once more."""
        known = self._counts.get(name)
        if known is None:
            known = self._counts[name] = Count()
            if len(self._counts) > self._most:
                self._counts.popitem(last=False)
        else:
            self._counts.move_to_end(name)
        known.add(at)

    def burst(self, name: str, at: int) -> float:
        """How far above its usual rate a thing is lately, 0 to 1: two or three are chance, 1 is 64 times a busy hour."""
        short, long = self.of(name, at)
        usual = max(0.0, long - short) * SHORT / LONG
        return max(0.0, min(1.0, (math.log2((short + 1.0) / (1.0 + CROWDED * usual)) - 1.5) / 4.5))
