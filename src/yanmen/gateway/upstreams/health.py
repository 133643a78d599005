"""Whether an upstream is fit for calls: a circuit breaker with half-open, and outlier ejection. Pure; times are seconds.

It is *well*, or *out* for a time after failures; when the time is up one call at a time tries it (*half-open*): that call's
success brings it back, its failure doubles the time. *Resting* is something else: an upstream that says 429 is well, and
is spared until the moment it named.
"""

from __future__ import annotations

from typing import Literal

from yanmen.core.config import Health as Settings

Fault = Literal["call", "answer"]
"""``call``: the upstream could not be had or was out of order, whoever asks. ``answer``: a 500, which a client's own request may
have caused: it counts among many calls only, never by its number in a row."""
Turn = Literal["", "ejected", "returned"]
"""What a call has changed."""
HALVES = 2
"""The window is kept in so many pieces: it forgets one at a time."""
LONGEST_REST = 60.0
"""Seconds that a ``Retry-After`` is believed for."""


class Health:
    """How one upstream does."""

    __slots__ = (
        "_bad",
        "_doubled",
        "_good",
        "_row",
        "_settings",
        "_since",
        "_turn_at",
        "ejections",
        "out",
        "resting",
        "trying",
        "until",
        "why",
    )

    def __init__(self, settings: Settings) -> None:
        """It is well until a call shows otherwise."""
        self._settings = settings
        self._row = 0
        self._good, self._bad = [0] * HALVES, [0] * HALVES
        self._since = 0.0
        self._doubled = 0
        self._turn_at = 0.0
        self.out = False
        """Whether it is ejected, its trial included."""
        self.until = 0.0
        """When an ejected one may be tried."""
        self.trying = False
        """Whether a call tries it just now."""
        self.resting = 0.0
        """Until when it has asked to be spared."""
        self.ejections = 0
        """So far."""
        self.why = ""
        """What ejected it last, for people."""

    def fit(self, now: float) -> bool:
        """Whether any call may go there."""
        if self.out:
            return not self.trying and now >= self.until
        return now >= self.resting

    def begin(self) -> None:
        """A call goes there."""
        self.trying = self.out

    def unsaid(self) -> None:
        """A call ended that says nothing: its client left, or it never set out."""
        self.trying = False

    def succeeded(self, now: float) -> Turn:
        """A call was answered."""
        self._row = 0
        self._count(now, self._good)
        if not self.out:
            return ""
        self.out = self.trying = False
        self._forget()
        self._turn_at = now
        return "returned"

    def failed(self, now: float, fault: Fault, why: str) -> Turn:
        """A call failed by the upstream's fault."""
        self._count(now, self._bad)
        if self.out:
            if self.trying:
                self._eject(now, why)
            return ""
        self._row += fault == "call"
        if self._row >= self._settings.failures or self._outlier():
            self._eject(now, why)
            return "ejected"
        return ""

    def rest(self, now: float, seconds: float) -> None:
        """It asked to be spared for so long."""
        self.trying = False
        self.resting = max(self.resting, now + min(seconds, LONGEST_REST))

    @property
    def state(self) -> str:
        """``well``, ``half-open`` or ``out``."""
        return "well" if not self.out else "half-open" if self.trying else "out"

    def _eject(self, now: float, why: str) -> None:
        settings = self._settings
        if not self.out:
            self.ejections += 1
            if now - self._turn_at > settings.eject_most_seconds:
                self._doubled = 0  # it was well for long: what was before is forgotten
        seconds = min(settings.eject_seconds * 2 ** min(self._doubled, 20), settings.eject_most_seconds)
        self._doubled += 1
        self.out, self.trying, self.until, self.why = True, False, now + seconds, why
        self._row = 0
        self._forget()

    def _forget(self) -> None:
        self._good, self._bad = [0] * HALVES, [0] * HALVES

    def _count(self, now: float, which: list[int]) -> None:
        half = self._settings.window_seconds / HALVES
        if now - self._since > half:
            fresh = now - self._since > HALVES * half
            for counts in (self._good, self._bad):
                counts[:] = [0, 0 if fresh else counts[0]]
            self._since = now
        which[0] += 1

    def _outlier(self) -> bool:
        share, bad = self._settings.failing_share, sum(self._bad)
        calls = bad + sum(self._good)
        return bool(share) and calls >= self._settings.window_calls and bad >= share * calls


class Budget:
    """How many calls may be tried again: a share of all, so that retries never multiply a flood. Pure."""

    __slots__ = ("_left", "_share")
    FIRST = 10.0
    """What there is at the start, for upstreams that few calls reach."""
    MOST = 100.0
    """What can be saved up."""

    def __init__(self, share: float) -> None:
        """``share`` of a retry is earned by each call."""
        self._share = share
        self._left = self.FIRST if share else 0.0

    def call(self) -> None:
        """A call has come."""
        if self._left < self.MOST:
            self._left += self._share

    def take(self) -> bool:
        """Whether one may be tried again; if so it is counted."""
        if self._left < 1:
            return False
        self._left -= 1
        return True

    @property
    def left(self) -> float:
        """Retries there are."""
        return self._left
