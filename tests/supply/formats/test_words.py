"""What the table and the page both say."""

from __future__ import annotations

from yanmen.supply.formats import words
from yanmen.supply.report import Report


def test_gaps_are_counted_by_reason_without_what_is_accepted(report: Report) -> None:
    """With the first of each as an example."""
    (gap,) = words.gaps(report)

    assert (gap.reason, gap.number, gap.subject) == ("unsupported", 1, "x.rds#L2")
    assert words.tally(report, "en") == "1 critical, 1 high"
    assert "121" in words.feeds(report, "zh")[0]
