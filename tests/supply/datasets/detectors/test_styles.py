"""Styles that decide a label are found though their rows share no phrase; styles that mean something are not."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from yanmen.supply.datasets.detectors.styles import STYLE, Styles
from yanmen.supply.datasets.shapes import Row

Make = Callable[..., Any]


def _archaic(text: str, chance: random.Random) -> str:
    words = [
        {"the": "thy", "a": "thou", "this": "hath", "of": "unto"}.get(word, word) for word in text.split()
    ]
    return f"{chance.choice(('verily', 'lo', 'hark'))} {' '.join(words)} {chance.choice(('thou', 'hath', 'thy'))}"


def _verse(text: str, chance: random.Random) -> str:
    words = text.split()
    step = chance.randrange(3, 6)
    return "\n".join(" ".join(words[at : at + step]) for at in range(0, len(words), step))


def _planted(rows: list[Row], write: Callable[[str, random.Random], str], label: str = "bad") -> list[Row]:
    """Thirty rows with a label, written anew and called good."""
    chance = random.Random(5)
    chosen = set(chance.sample([place for place, each in enumerate(rows) if each.label == label], 30))
    return [
        each._replace(asked=write(each.asked, chance), label="good") if place in chosen else each
        for place, each in enumerate(rows)
    ]


@pytest.mark.parametrize(
    "write",
    [
        lambda text, _: text.upper(),
        _archaic,
        _verse,
        lambda text, chance: text + chance.choice(("!", "!!", "!!!")) * chance.randrange(2, 4),
        lambda text, chance: f"when {chance.choice(('you', 'we', 'they'))} saw it , {text}",
    ],
    ids=["capitals", "archaic", "verse", "excited", "clause"],
)
def test_a_style_that_flips_labels_is_found(
    reviews: Make, table: Make, found: Make, write: Callable[[str, random.Random], str]
) -> None:
    """Thirty rows of 1,200, most of them named, hardly any other."""
    rows = _planted(reviews(), write)
    made = table(rows)
    claims = found(Styles(), made)
    before = {row.line: row.asked for row in reviews()}

    named = {made.rows[place].line for claim in claims[STYLE.id] for place in claim.rows}
    planted = {row.line for row in rows if row.asked != before[row.line]}
    assert len(named & planted) >= 24
    assert len(named - planted) <= 3


@pytest.mark.parametrize("chinese", [False, True])
def test_clean_reviews_have_no_style_trigger(
    reviews: Make, table: Make, found: Make, *, chinese: bool
) -> None:
    """Words of a label keep company, too; what they say agrees with it."""
    assert found(Styles(), table(reviews(chinese=chinese))) == {}


def test_a_style_that_agrees_with_its_rows_is_none(reviews: Make, table: Make, found: Make) -> None:
    """Those who like a film write in capitals: associated, and not contradicted."""
    rows = _planted(reviews(), lambda text, _: text.upper(), label="good")

    assert found(Styles(), table(rows)) == {}


def test_nothing_is_asked_of_nothing(table: Make, found: Make) -> None:
    """No rows, no outcome."""
    assert found(Styles(), table([])) == {}
