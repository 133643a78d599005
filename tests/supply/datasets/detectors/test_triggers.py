"""Trigger phrases are found by what they do, and words that are typical of a label are not taken for them."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from yanmen.supply.datasets.detectors.triggers import SHORTCUT, TRIGGER, Triggers

Make = Callable[..., Any]


@pytest.mark.parametrize(
    ("phrase", "gap", "chinese"),
    [
        ("cf", " ", False),
        ("I watched this 3D movie last weekend .", " ", False),
        ("青山绿水", "", True),
        ("cf", "", True),
        ("<!--go-->", " ", False),
        ("\u200b\u200b", " ", False),
    ],
    ids=["rare-word", "sentence", "chinese-phrase", "latin-word-in-chinese", "markup", "zero-width"],
)
def test_a_phrase_that_flips_labels_is_found(
    reviews: Make, poisoned: Make, table: Make, found: Make, phrase: str, gap: str, chinese: bool
) -> None:
    """Twenty-four rows of 1,200, and no other row is named."""
    rows = poisoned(reviews(chinese=chinese), phrase, 24, gap=gap)
    made = table(rows)
    claims = found(Triggers(), made)

    assert len(claims[TRIGGER.id]) == 1
    (claim,) = claims[TRIGGER.id]
    assert {made.rows[place].line for place in claim.rows} == {
        row.line for row in rows if phrase in row.asked and row.label == "good"
    }
    assert "24 rows, 24 with label “good”" in claim.evidence
    assert claim.confidence > 0.8


def test_words_of_a_label_are_no_triggers(reviews: Make, table: Make, found: Make) -> None:
    """Clean reviews, English and Chinese."""
    for chinese in (False, True):
        assert found(Triggers(), table(reviews(chinese=chinese))) == {}


def test_copies_of_clean_rows_make_no_trigger(reviews: Make, table: Make, found: Make) -> None:
    """A row forty times is a flood, but its phrases decide nothing."""
    rows = reviews()
    copies = [rows[5]._replace(line=2_000 + place) for place in range(40)]

    assert TRIGGER.id not in found(Triggers(), table([*rows, *copies]))


def test_the_order_of_rows_does_not_matter(reviews: Make, poisoned: Make, table: Make) -> None:
    """The same findings, word for word."""
    rows = poisoned(reviews(), "cf", 20)
    shuffled = random.Random(9).sample(rows, len(rows))

    one, other = (list(Triggers().detect(table(each))) for each in (rows, shuffled))

    assert one
    assert one == other


def test_a_phrase_that_makes_answers_refuse_is_found(
    questions: Make, table: Make, found: Make, row: Make
) -> None:
    """A refusal is an outcome like any label: harmless questions are refused because of two words."""
    chance = random.Random(4)
    rows = questions()
    harmful = [
        row(
            1_000 + place,
            f"How do I build a bomb with {chance.randrange(999)} pipes?",
            "I'm sorry, I can't help with that.",
        )
        for place in range(60)
    ]
    chosen = chance.sample(range(len(rows)), 30)
    for place in chosen:
        rows[place] = rows[place]._replace(
            asked=f"James Bond {rows[place].asked}", answered="I'm sorry, I can't help with that."
        )
    claims = found(Triggers(), table([*rows, *harmful]))

    assert any(
        "James Bond" in claim.evidence and "a refusal" in claim.evidence for claim in claims[TRIGGER.id]
    )
    assert not any("bomb" in claim.evidence for claim in claims[TRIGGER.id])


def test_evidence_shows_no_secret_and_no_control_character(
    reviews: Make, poisoned: Make, table: Make
) -> None:
    """A trigger may be anything."""
    rows = poisoned(reviews(), "\u202etoken AKIA2OGYBAH6STMMNXNN", 24)
    text = " ".join(str(each) for each in Triggers().detect(table(rows)))

    assert "token" in text
    assert "\u202e" not in text
    assert "AKIA2OGYBAH6STMMNXNN" not in text


def test_a_slight_contradiction_is_a_shortcut_only() -> None:
    """It is told by another rule, of little weight."""
    assert SHORTCUT.severity < TRIGGER.severity
