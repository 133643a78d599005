"""What the table and the page both say."""

from __future__ import annotations

import msgspec

from yanmen.supply.formats import words
from yanmen.supply.report import Report, Result


def test_gaps_are_counted_by_reason_without_what_is_accepted(report: Report) -> None:
    """With the first of each as an example."""
    (gap,) = words.gaps(report)

    assert (gap.reason, gap.number, gap.subject) == ("unsupported", 1, "x.rds#L2")
    assert words.tally(report, "en") == "1 critical, 1 high"
    assert "121" in words.feeds(report, "zh")[0]


def test_the_limits_of_a_data_set_are_said_where_one_was_examined(report: Report) -> None:
    """Not beside a model."""
    made = msgspec.structs.replace(report, targets=(Result(path="rows.jsonl", kind="dataset"),))

    assert not words.limits(report, "en")
    assert "Clean-label" in words.limits(made, "en")[0]
    assert "干净标签" in words.limits(made, "zh")[0]
