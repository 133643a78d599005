"""Attempts on the model itself: overriding, extracting, jailbreaking, injecting. The patterns stand in ``packs/*.yaml``."""

from __future__ import annotations

from yanmen.guard.detector import SpanDetector
from yanmen.guard.packs import builtin
from yanmen.guard.spans import Pattern


class PromptAttacks(SpanDetector):
    """The built-in pattern packs."""

    rules = tuple(rule for pack in builtin() for rule in pack.rules)

    def patterns(self) -> tuple[Pattern, ...]:
        """Every pattern of every built-in pack."""
        return tuple(pattern for pack in builtin() for pattern in pack.patterns)
