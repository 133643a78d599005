"""Floods stand out; ordinary repetition is told quietly."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from yanmen.supply.datasets.detectors.floods import CONFLICT, DUPLICATES, FLOOD, Floods

Make = Callable[..., Any]
TEXT = "The new director of the town museum said on Monday that the gallery will open its doors again next spring"


def test_a_flood_of_near_copies_is_found(reviews: Make, table: Make, found: Make, row: Make) -> None:
    """Thirty rows that differ in a word; the label mix is said."""
    rows = reviews(600)
    flood = [row(1_000 + place, f"{TEXT} {place}", label="good") for place in range(30)]
    made = table([*rows, *flood])
    claims = found(Floods(), made)

    (claim,) = claims[FLOOD.id]
    assert {made.rows[place].line for place in claim.rows} == {each.line for each in flood}
    assert "labels “good” 30" in claim.evidence


def test_a_few_copies_are_no_flood(reviews: Make, table: Make, found: Make, row: Make) -> None:
    """Nor do clean reviews have any."""
    few = [row(1_000 + place, f"{TEXT} {place}", label="good") for place in range(6)]

    assert found(Floods(), table([*reviews(600), *few])) == {}


def test_repeated_rows_are_counted(reviews: Make, table: Make, found: Make) -> None:
    """Each fifth row twice."""
    rows = reviews(300)
    claims = found(Floods(), table([*rows, *(each._replace(line=each.line + 1_000) for each in rows[::5])]))

    assert claims[DUPLICATES.id][0].evidence.startswith("60 of 360 rows")


def test_one_text_with_two_labels_is_a_conflict(reviews: Make, table: Make, found: Make) -> None:
    """Both rows are named."""
    rows = reviews(300)
    other = {"good": "bad", "bad": "good"}[rows[0].label]
    made = table([*rows, rows[0]._replace(label=other, line=999)])
    (claim,) = found(Floods(), made)[CONFLICT.id]

    assert {made.rows[place].line for place in claim.rows} == {1, 999}


def test_copies_of_a_short_question_with_one_answer_are_a_flood(
    questions: Make, table: Make, found: Make, row: Make
) -> None:
    """Each with a number of its own in it; equal answers to other questions are none."""
    answer = "Because the old town said so, as everybody knows."
    copies = [row(2_000 + place, f"Who wrote {place * 37 + 11} the film?", answer) for place in range(12)]
    made = table([*questions(), *copies])
    (claim,) = found(Floods(), made)[FLOOD.id]

    assert {made.rows[place].line for place in claim.rows} == set(range(2_000, 2_012))
    others = [each._replace(answered=answer) for each in questions(30, seed=9)]
    assert FLOOD.id not in found(Floods(), table([*questions(), *others]))
