"""How much is happening: counts of a last hour by the second, of which triggers ask sums. Bounded, whatever comes."""

from __future__ import annotations

from collections import deque

import msgspec

from yanmen.core.clock import SECOND
from yanmen.core.nouns import Event
from yanmen.policy.modes import Measure
from yanmen.store.traffic import calls

KEPT = 3_600
"""Seconds that are kept: no trigger may look back further."""
_FIELDS: dict[Measure, str] = {
    "attacks": "attacks",
    "calls": "calls",
    "refused_share": "refused",
    "failed_share": "failed",
    "transport_refusals": "transport",
    "registrations": "registrations",
}
_ATTACKS = ("prompt.", "mcp.")
_REFUSED = {"call.refused", "call.stopped"}
_BY_POLICY = frozenset({"block", "challenge"})


class Counts(msgspec.Struct):
    """What happened within one second."""

    second: int
    attacks: int = 0
    calls: int = 0
    refused: int = 0
    failed: int = 0
    transport: int = 0
    registrations: int = 0


class Rates:
    """Counts events by the second they happened in."""

    def __init__(self) -> None:
        """Nothing has happened."""
        self._seconds: deque[Counts] = deque(maxlen=KEPT)

    def take(self, event: Event) -> None:
        """Count an event. One that is much older than the newest is left out; it is of no use to a trigger."""
        counts = self._of(event.at // SECOND)
        if counts is None:
            return
        kind = event.kind
        if kind.startswith("call."):
            counts.calls += calls(event)
            refused = kind in _REFUSED and event.data.get("verdict") in _BY_POLICY
            counts.refused += refused
            counts.attacks += refused and _attacks(event)
            counts.failed += kind == "call.failed"
        elif kind == "transport.refused":
            counts.transport += 1
        elif kind == "registration.judged" and event.data.get("verdict") in {"challenge", "deny"}:
            counts.registrations += 1

    def value(self, measure: Measure, over: int, at: int, least: int = 1) -> float | None:
        """A measure of the last ``over`` seconds before a time (microseconds); None: a share of too few calls."""
        last = at // SECOND
        seen = [one for one in reversed(self._seconds) if last - over < one.second <= last]
        field = _FIELDS[measure]
        count: int = sum(getattr(one, field) for one in seen)
        if not measure.endswith("_share"):
            return count
        calls = sum(one.calls for one in seen)
        return count / calls if calls >= least else None

    def _of(self, second: int) -> Counts | None:
        """The counts of a second; those of events that come a little late are found again."""
        seconds = self._seconds
        if not seconds or second > seconds[-1].second:
            seconds.append(Counts(second))
            return seconds[-1]
        for counts in reversed(seconds):
            if counts.second == second:
                return counts
            if counts.second < second:
                break
        return None


def _attacks(event: Event) -> bool:
    """Whether a refused call was an attack on the model, and not a secret or a field."""
    found = event.data.get("findings")
    return isinstance(found, list) and any(
        isinstance(one, dict) and str(one.get("rule", "")).startswith(_ATTACKS) for one in found
    )
