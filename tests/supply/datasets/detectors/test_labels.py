"""Flipped labels are told from hard ones."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np

from yanmen.supply.datasets.detectors.labels import FLIPS, NOISE, SOURCE, Labels, held

Make = Callable[..., Any]


def test_targeted_flips_are_found_and_come_first(reviews: Make, table: Make, found: Make) -> None:
    """One bad row in eight is called good; the suspects are those rows."""
    rows = reviews(1_600)
    bad = [row.line for row in rows if row.label == "bad"]
    flipped = set(random.Random(1).sample(bad, len(bad) // 8))
    made = table([row._replace(label="good") if row.line in flipped else row for row in rows])
    (claim,) = found(Labels(), made)[FLIPS.id]
    first = [made.rows[place].line for place in claim.rows[: len(flipped)]]

    assert "label “bad”" in claim.evidence
    assert len(set(first) & flipped) > 0.9 * len(flipped)
    assert list(claim.scores) == sorted(claim.scores, reverse=True)


def test_honest_labels_are_left_alone(reviews: Make, table: Make, found: Make) -> None:
    """In both languages."""
    for chinese in (False, True):
        assert found(Labels(), table(reviews(chinese=chinese))) == {}


def test_a_few_flips_are_told_where_labels_are_plain(reviews: Make, table: Make, found: Make) -> None:
    """One row in fifty, either way; the rows that are named are those."""
    rows = [
        row._replace(label="bad" if row.label == "good" else "good") if row.line % 50 == 0 else row
        for row in reviews(1_000)
    ]
    made = table(rows)
    claims = found(Labels(), made)
    named = {made.rows[place].line for claim in claims[FLIPS.id] for place in claim.rows}

    assert len(named) >= 6
    assert all(line % 50 == 0 for line in named)
    (claim,) = claims[NOISE.id]
    assert sum(made.rows[place].line % 50 == 0 for place in claim.rows) >= 15


def test_texts_that_say_nothing_of_their_labels_blame_nobody(reviews: Make, table: Make, found: Make) -> None:
    """Labels of chance: a classifier that knows nothing is sure of nothing."""
    chance = random.Random(5)
    rows = [row._replace(label=chance.choice(("good", "bad"))) for row in reviews(900)]

    assert FLIPS.id not in found(
        Labels(), table([row._replace(asked=f"{row.line} of {chance.random()}") for row in rows])
    )


def test_a_row_is_held_to_belong_where_it_reaches_a_labels_mean() -> None:
    """A worked example of Northcutt's: thresholds 0.8 and 0.7."""
    said = np.array([[0.9, 0.1], [0.7, 0.3], [0.2, 0.8], [0.4, 0.6], [0.75, 0.25]], np.float32)

    assert held(said, np.array([0, 0, 1, 1, 1])).tolist() == [0, -1, 1, 1, -1]


def test_a_source_whose_labels_are_flipped_is_named(reviews: Make, table: Make, found: Make) -> None:
    """One annotator of forty, with thirty rows of 1,200; the others err now and then."""
    rows = [
        row._replace(
            source="mallory" if row.line % 40 == 7 else f"annotator {row.line % 39}",
            label=(
                {"good": "bad", "bad": "good"}[row.label]
                if row.line % 40 == 7 or row.line % 97 == 0
                else row.label
            ),
        )
        for row in reviews()
    ]
    made = table(rows)
    (claim,) = found(Labels(), made)[SOURCE.id]

    assert "“mallory”" in claim.evidence
    assert {made.rows[place].source for place in claim.rows} == {"mallory"}
    assert len(claim.rows) >= 27


def test_sources_that_agree_are_left_alone(reviews: Make, table: Make, found: Make) -> None:
    """Ten of them, and one alone."""
    for several in (10, 1):
        rows = [row._replace(source=f"annotator {row.line % several}") for row in reviews()]
        assert found(Labels(), table(rows)) == {}
