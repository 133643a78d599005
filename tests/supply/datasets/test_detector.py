"""Claims become findings with lines, and with the source that they come from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from yanmen.supply.datasets.detector import Claim, finding
from yanmen.supply.datasets.detectors.triggers import TRIGGER

Make = Callable[..., Any]


def test_a_finding_names_its_first_lines_and_counts_the_rest(reviews: Make, table: Make) -> None:
    """Its place is the first of them."""
    made = table(reviews(30))
    said = finding(Claim(TRIGGER, range(30), "a thing", 1.2), made)

    assert said.evidence == "a thing; lines 1, 2, 3, 4, 5 and 25 more"
    assert said.where.part == "set.jsonl#L1"
    assert str(said.subject) == "file:set.jsonl"
    assert said.confidence == 1.0


def test_the_source_is_named_where_it_stands_out(reviews: Make, table: Make) -> None:
    """Most of the rows are from it, and few others."""
    rows = [row._replace(source="mallory" if row.line <= 8 else f"s{row.line % 5}") for row in reviews(60)]
    made = table(rows)
    theirs = [place for place, row in enumerate(made.rows) if row.source == "mallory"]

    assert (
        "source “mallory” holds 8 of them, 13.3% of all rows"
        in finding(Claim(TRIGGER, theirs, "", 1), made).evidence
    )
    assert "source" not in finding(Claim(TRIGGER, range(60), "", 1), made).evidence


def test_a_claim_without_rows_is_about_the_set(reviews: Make, table: Make) -> None:
    """Its place is the file."""
    assert finding(Claim(TRIGGER, (), "columns", 0.5), table(reviews(5))).where.part == "set.jsonl"
