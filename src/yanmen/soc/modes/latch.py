"""One trigger's memory: two numbers and two lengths of time, so that a mode neither flutters nor fights a person's word."""

from __future__ import annotations

from typing import Literal

from yanmen.core.clock import SECOND
from yanmen.policy.modes import Trigger, seconds

State = Literal["off", "on", "muted"]
"""``muted``: a person took its mode back; it waits until things have calmed down once."""


class Latch:
    """Pure: what a trigger says, given a number and the time."""

    def __init__(self, trigger: Trigger, *, state: State = "off") -> None:
        """Begin; ``on``: its mode stands already."""
        self.trigger = trigger
        self.state: State = state
        self._above = self._below = 0
        """Since when the number has been at ``enter`` or above, and below ``leave``; 0: it is not."""

    def step(self, value: float | None, at: int, *, stands: bool) -> Literal["begin", "end", ""]:
        """What to do now. ``stands``: whether its mode stands. None for a value: too few calls to tell, which is calm.

        A mode that ended though the trigger did not end it was taken back by a person.
        """
        trigger = self.trigger
        if self.state == "on" and not stands:
            self.state = "muted"
        high = value is not None and value >= trigger.enter
        low = value is None or value < trigger.leave
        self._above = (self._above or at) if high else 0
        self._below = (self._below or at) if low else 0
        if self.state == "off":
            if high and at - self._above >= seconds(trigger.hold) * SECOND:
                self.state = "on"
                return "begin"
        elif low and at - self._below >= seconds(trigger.rest) * SECOND:
            ended, self.state = self.state == "on", "off"
            return "end" if ended else ""
        return ""
