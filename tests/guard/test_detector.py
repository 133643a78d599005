"""A detector made of patterns works by itself."""

from __future__ import annotations

from yanmen.core.nouns import Finding, Text
from yanmen.core.plugins import DETECTOR_FAILED
from yanmen.guard.detector import SpanDetector
from yanmen.guard.spans import Pattern


class _Finds(SpanDetector):
    """Looks for one word."""

    def patterns(self) -> tuple[Pattern, ...]:
        """One pattern."""
        return (Pattern(DETECTOR_FAILED, "needle", view="folded"),)


def test_it_reads_one_whole_text() -> None:
    """Without a guard."""
    said = list(_Finds().detect(Text(text="a NEEDLE in hay", role="user", trust="user", part="/p")))

    assert [(one.where.part, one.where.start, one.where.end) for one in said if isinstance(one, Finding)] == [
        ("/p", 2, 8)
    ]
