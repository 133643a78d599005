"""How many calls an upstream takes at once, found by its latency. Pure; times are seconds.

Once a second the time to an answer's first byte is compared with what is usual. Well above it the limit shrinks by the
ratio (a gradient, never by more than half); where it is as usual and the limit is really used, it grows by its square
root. What is usual follows quickly downwards and very slowly upwards, so that a queue that builds up inside the upstream is
seen as one; but where the limit shrinks and latency does not follow, it was no queue: longer answers, another model. Then that
is what is usual. Streams and whole answers are compared each with their own kind: a whole answer's first byte comes at its end.
"""

from __future__ import annotations

from yanmen.core.config import Overload

WINDOW = 1.0
"""Seconds between two looks."""
LEAST = 10
"""Answers of one kind without which a window says nothing."""
DOWN, UP = 0.5, 0.001
"""How much of the way what is usual goes towards a window's median, downwards and upwards."""
BACK_OFF = 0.9
"""What is left of the limit after a window in which the upstream itself said that it is too much."""
FIRST = 16
"""Where an adaptive limit begins."""
IN_VAIN = 3
"""Times in a row that the limit shrinks without latency following before that latency is taken for usual."""
FOLLOWS = 0.95
"""Latency has followed where it is below so much of what it was."""
KEPT = 512
"""Answers of a window that are looked at; those after them change its median little."""


class Limit:
    """The limit of one upstream."""

    __slots__ = (
        "_adaptive",
        "_in_vain",
        "_least",
        "_next",
        "_pushed",
        "_seen",
        "_slow",
        "_tolerance",
        "_used",
        "_usual",
        "most",
        "now",
    )

    def __init__(self, most: int, settings: Overload) -> None:
        """``most`` calls at once, whatever is found."""
        self.most = most
        self._adaptive = settings.adaptive
        self._least = min(settings.least_calls, most)
        self._tolerance = settings.tolerance
        self.now: float = min(most, max(self._least, FIRST)) if settings.adaptive else most
        """The limit in force."""
        self._usual = [0.0, 0.0]
        self._seen: tuple[list[float], list[float]] = ([], [])
        self._slow = [0.0, 0.0]
        self._in_vain = [0, 0]
        self._used = 0
        self._pushed = False
        self._next = 0.0

    def answered(self, at: float, seconds: float, calls: int, *, stream: bool) -> None:
        """An answer's first byte came after so many seconds, while so many calls were there."""
        if not self._adaptive:
            return
        seen = self._seen[stream]
        if len(seen) < KEPT:
            seen.append(seconds)
        self._used = max(self._used, calls)
        if at >= self._next:
            self._look(at)

    def refused(self, at: float) -> None:
        """The upstream said that it is too much (429, 503), or was too late."""
        if self._adaptive:
            self._pushed = True
            if at >= self._next:
                self._look(at)

    def _look(self, at: float) -> None:
        slowest = 1.0
        for kind, seen in enumerate(self._seen):
            if len(seen) >= LEAST:
                seen.sort()
                slowest = max(slowest, self._compared(kind, seen[len(seen) // 2]))
            if len(seen) >= LEAST or self._pushed:
                seen.clear()
        if self._pushed:
            self.now *= BACK_OFF
        elif slowest > self._tolerance:
            self.now *= max(0.5, self._tolerance / slowest)
        elif self._used >= self.now / 2:
            self.now += self.now**0.5
        self.now = max(float(self._least), min(self.now, float(self.most)))
        self._pushed, self._used, self._next = False, 0, at + WINDOW

    def _compared(self, kind: int, middle: float) -> float:
        """How many times the usual this is; what is usual learns from it."""
        usual = self._usual[kind]
        if not usual:
            self._usual[kind] = middle
            return 1.0
        self._usual[kind] += (middle - usual) * (DOWN if middle < usual else UP)
        ratio = middle / max(usual, 1e-6)
        if ratio <= self._tolerance:
            self._in_vain[kind], self._slow[kind] = 0, 0.0
            return ratio
        followed = not self._slow[kind] or middle < FOLLOWS * self._slow[kind]
        self._in_vain[kind] = 0 if followed else self._in_vain[kind] + 1
        self._slow[kind] = middle
        if self._in_vain[kind] >= IN_VAIN:
            self._usual[kind], self._in_vain[kind], self._slow[kind] = middle, 0, 0.0
            return 1.0
        return ratio
