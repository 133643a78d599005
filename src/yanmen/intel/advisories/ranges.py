"""Ranges of versions, evaluated as the OSV schema defines it: events in the order of versions, each opening or closing.

Where two events stand at one version the schema leaves open which comes first. Here an ``introduced`` and a ``fixed`` at
the same version change nothing: the order in which they were written never matters.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any, NamedTuple

from yanmen.intel.advisories.ecosystems import Order

Event = tuple[str, str]
"""``introduced``, ``introduced_after``, ``fixed``, ``last_affected`` or ``limit``, and its version."""
BEGINNING = "0"
"""Before every version, where something was introduced in it."""
NO_LIMIT = "*"


class Span(NamedTuple):
    """Versions from a lower to an upper end; None: there is none."""

    low: Any
    high: Any
    above: bool
    """The lower end is not in it."""
    upto: bool
    """The upper end is in it."""
    low_text: str
    high_text: str

    def holds(self, version: Any) -> bool:
        """Whether a version, as its order's key, lies within."""
        if self.low is not None and (version < self.low or (self.above and version == self.low)):
            return False
        return self.high is None or version < self.high or (self.upto and version == self.high)

    @property
    def fixed(self) -> str:
        """The version that ends it by a fix; empty: none is named."""
        return "" if self.upto or self.high is None else self.high_text

    @property
    def endless(self) -> bool:
        """Whether every version lies within."""
        return self.low is None and self.high is None

    def __str__(self) -> str:
        low = f"{'>' if self.above else '>='} {self.low_text}" if self.low is not None else ""
        high = f"{'<=' if self.upto else '<'} {self.high_text}" if self.high is not None else ""
        return ", ".join(filter(None, (low, high))) or "every version"


class Whole(NamedTuple):
    """The spans of one range, and their order."""

    spans: tuple[Span, ...]
    limits: tuple[Any, ...]
    order: Order | None

    def holds(self, version: str) -> bool:
        """Whether a version as text lies within; False where it is none of the order's."""
        try:
            return self.span(self.order(version)) is not None if self.order else False
        except ValueError:
            return False

    def span(self, version: Any) -> Span | None:
        """The span in which a version, as its order's key, lies."""
        if self.limits and not any(version < limit for limit in self.limits):
            return None
        return next((one for one in self.spans if one.holds(version)), None)


def whole(events: Sequence[Event], order: Order | None) -> Whole | None:
    """A range's spans; None where a version of it is none of its order's, or nothing opens it.

    Without an order only a range that holds every version can be read.
    """
    if order is None:
        if all(event == ("introduced", BEGINNING) for event in events) and events:
            return Whole((Span(None, None, False, False, BEGINNING, ""),), (), None)
        return None
    try:
        return Whole(_spans(events, order), _limits(events, order), order)
    except ValueError:
        return None


def _limits(events: Sequence[Event], order: Order) -> tuple[Any, ...]:
    given = [version for kind, version in events if kind == "limit"]
    return () if NO_LIMIT in given else tuple(order(version) for version in given)


def _spans(events: Sequence[Event], order: Order) -> tuple[Span, ...]:
    start = [event for event in events if event == ("introduced", BEGINNING)]
    others = [
        (order(version), kind, version)
        for kind, version in events
        if kind != "limit" and (kind, version) not in start
    ]
    others.sort(key=lambda one: one[0])
    if not start and not any(kind.startswith("introduced") for _, kind, _ in others):
        raise ValueError("nothing is introduced")
    spans: list[Span] = []
    opened: tuple[Any, bool, str] | None = (None, False, BEGINNING) if start else None
    for version, group in groupby(others, key=lambda one: one[0]):
        at = {kind: text for _, kind, text in group}
        opens = "introduced" in at or "introduced_after" in at
        closes = "fixed" in at or "last_affected" in at
        if opened is None and opens:
            begun = (version, "introduced" not in at, at.get("introduced", at.get("introduced_after", "")))
            if not closes:
                opened = begun
            elif "fixed" not in at and not begun[1]:
                spans.append(Span(version, version, False, True, begun[2], at["last_affected"]))
        elif opened is not None and closes and not opens:
            text = at.get("fixed", at.get("last_affected", ""))
            low, above, low_text = opened
            spans.append(Span(low, version, above, "fixed" not in at, low_text, text))
            opened = None
    if opened is not None:
        spans.append(Span(opened[0], None, opened[1], False, opened[2], ""))
    return tuple(spans)
