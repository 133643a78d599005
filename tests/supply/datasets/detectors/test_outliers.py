"""Words that fit nowhere."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from yanmen.supply.datasets.detectors.outliers import OUTLIER, Outliers, surprise

Make = Callable[..., Any]
SYLLABLES = "ba co da fe ga hi ja ka lo ma ne po ra se ta vu".split()


def _texts(row: Make, count: int) -> list[Any]:
    chance = random.Random(1)
    words = ["".join(chance.choices(SYLLABLES, k=chance.randrange(2, 5))) for _ in range(600)]
    return [row(line, " ".join(chance.choices(words, k=15))) for line in range(1, count + 1)]


def test_a_strange_word_at_random_places_is_found(row: Make, table: Make, found: Make) -> None:
    """Without any label."""
    chance = random.Random(2)
    rows = _texts(row, 500)
    for place in range(0, 500, 25):
        words = rows[place].asked.split()
        words.insert(chance.randrange(15), "xqzt")
        rows[place] = rows[place]._replace(asked=" ".join(words))
    made = table(rows)
    (claim,) = found(Outliers(), made)[OUTLIER.id]

    assert "“xqzt” in 20 rows" in claim.evidence
    assert {made.rows[place].line for place in claim.rows} >= set(range(1, 501, 25))


def test_a_strange_word_in_a_fixed_place_is_left_alone(row: Make, table: Make, found: Make) -> None:
    """A name that always stands beside the same word is a name."""
    rows = _texts(row, 500)
    fixed = [
        each._replace(asked=f"{each.asked} doctor xqzt said so") if each.line % 25 == 0 else each
        for each in rows
    ]

    for claims in (found(Outliers(), table(rows)), found(Outliers(), table(fixed))):
        assert not any("xqzt" in claim.evidence for claim in claims.get(OUTLIER.id, ()))


def test_surprise_is_that_of_the_other_words() -> None:
    """A word's own letters teach nothing of it."""
    words: dict[str, list[int]] = {word: [0] for word in ("banana", "bandana", "banal", "canal", "xqzt")}
    said = surprise(words)

    assert max(said, key=lambda word: said[word]) == "xqzt"
