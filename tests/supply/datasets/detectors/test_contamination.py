"""Benchmarks in the data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from yanmen.supply.datasets.detectors.contamination import CONTAMINATED, Contamination

Make = Callable[..., Any]


def test_questions_of_a_benchmark_are_found(reviews: Make, table: Make, found: Make) -> None:
    """Five of twenty, one of them with a few words changed at its end."""
    benchmark = tuple(row.asked for row in reviews(20, seed=99))
    rows = reviews(300)
    for place in range(5):
        rows[place] = rows[place]._replace(asked=f"Q: {benchmark[place]}")
    rows[4] = rows[4]._replace(asked=f"{' '.join(benchmark[4].split()[:-3])} and something else")
    made = table(rows, against=benchmark)
    (claim,) = found(Contamination(), made)[CONTAMINATED.id]

    assert claim.evidence.startswith("5 of 20 questions")
    assert {made.rows[place].line for place in claim.rows} == {1, 2, 3, 4, 5}


def test_other_questions_are_not(reviews: Make, table: Make, found: Make) -> None:
    """The same words in another order; or no benchmark at all."""
    assert (
        found(Contamination(), table(reviews(300), against=tuple(row.asked for row in reviews(20, seed=99))))
        == {}
    )
    assert found(Contamination(), table(reviews(30))) == {}
