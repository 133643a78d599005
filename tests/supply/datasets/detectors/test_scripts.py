"""Words in two scripts; the bypass of the bench's held-out attack ``homoglyph``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from yanmen.supply.datasets.detectors.scripts import MIXED, Scripts

Make = Callable[..., Any]
LIKE = str.maketrans("aeocpx", "\u0430\u0435\u043e\u0441\u0440\u0445")


def test_rows_with_a_word_in_two_scripts_are_found(reviews: Make, table: Make, found: Make) -> None:
    """A different word in each row."""
    rows = reviews(300)
    for place in range(0, 300, 20):
        words = rows[place].asked.split(" ")
        words[words.index(max(words, key=len))] = max(words, key=len)[:1] + max(words, key=len)[1:].translate(
            LIKE
        )
        rows[place] = rows[place]._replace(asked=" ".join(words))
    made = table(rows)
    (claim,) = found(Scripts(), made)[MIXED.id]
    planted = {row.line for row in rows if not row.asked.isascii()}

    assert {made.rows[place].line for place in claim.rows} <= planted
    assert len(claim.rows) >= 0.8 * len(planted)
    assert "\\u0" in claim.evidence


def test_texts_in_one_script_each_are_in_order(reviews: Make, table: Make, found: Make) -> None:
    """Russian, Greek, Chinese, formulas; and one slip."""
    rows = reviews(300, chinese=True)
    own = [row._replace(asked="Это хороший film, α-helix и DNA-\u0442ест") for row in rows[:40]]
    slip = rows[50]._replace(asked="a t\u0435st")

    assert found(Scripts(), table([*own, *rows[40:50], slip])) == {}
    assert found(Scripts(), table(rows)) == {}
