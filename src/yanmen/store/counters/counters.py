"""What every counting engine can do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Phrase
from yanmen.store.counters.meters import Amounts, Crossed, Denied, Granted, Plan

Tell = Callable[[str, dict[str, Any]], None]
"""What is told beside the answers: the kind of an event, and its data."""


class CountersError(YanmenError, OSError):
    """What was asked for could not be counted: nothing is known of it, so nothing is granted."""

    def __init__(self, detail: Phrase) -> None:
        """``detail``: what the engine said."""
        super().__init__(
            Phrase(en=f"usage cannot be counted: {detail.en}", zh=f"无法计量用量：{detail.zh}"),
            hint=Phrase(
                en="Look at the counters' engine ([counters] url).", zh="请检查计数引擎（[counters] url）。"
            ),
        )


class Counters(Protocol):
    """Counts what callers use. Times are microseconds."""

    def reserve_here(self, lease: str, plan: Plan, amounts: Amounts, now: int) -> Granted | Denied | None:
        """Reserve amounts on every meter of a plan, or on none; None where that takes waiting: ask ``reserve``."""

    async def reserve(self, lease: str, plan: Plan, amounts: Amounts, now: int) -> Granted | Denied:
        """The same, however long it takes; CountersError where it cannot be known."""

    def settle(self, lease: str, used: Amounts, now: int) -> None:
        """What was really used of a lease. Never waits; done twice, the second is nothing."""

    async def start(self) -> None:
        """Begin."""

    async def close(self) -> None:
        """Write what waits, and end."""


def crossed_data(told: Crossed) -> dict[str, Any]:
    """A part of a budget that was reached, as its event says it."""
    meter = told.meter
    return {
        "meter": meter.name,
        "measure": ("requests", "tokens", "money", "calls")[meter.measure],
        "percent": told.percent,
        "used": told.used,
        "limit": meter.limit,
        "ends": meter.ends,
    }
