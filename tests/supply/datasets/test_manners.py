"""How texts are written, as numbers and as groups."""

from __future__ import annotations

import random

import numpy as np
import pytest

from yanmen.supply.datasets.manners import KINDS, groups, numbers
from yanmen.supply.datasets.tokens import tokenize

_TEXTS = ["AB cd", "ab!! 12\nx", "", "天气好！", "x  y 😀"]


def test_signs_and_letters_are_counted() -> None:
    """As shares of the text's characters and the one behind it; nothing of an empty text."""
    told = numbers(_TEXTS, tokenize(_TEXTS, 100))

    assert set(KINDS) < set(told)
    assert told["capital letters"].tolist() == pytest.approx([2 / 6, 0, 0, 0, 0])
    assert told["signs !！"].tolist() == pytest.approx([0, 2 / 10, 0, 1 / 5, 0])
    assert told["digits"].tolist() == pytest.approx([0, 2 / 10, 0, 0, 0])
    assert told["line breaks"][1] == pytest.approx(1 / 10)
    assert told["letters beyond ASCII"].tolist() == pytest.approx([0, 0, 0, 3 / 5, 0])
    assert told["symbols"].nonzero()[0].tolist() == [4]
    assert told["words"].tolist() == [2, 4, 1, 4, 3]


def test_groups_share_an_outcome() -> None:
    """Rows that begin with one word, and rows in capitals, where they have one outcome; the surest first."""
    chance = random.Random(1)
    words = [f"w{place}" for place in range(50)]
    texts = [" ".join(chance.choices(words, k=8)) for _ in range(400)]
    outcomes = np.array([chance.randrange(2) for _ in texts])
    for place in range(20):
        texts[place], outcomes[place] = f"lo {texts[place]}", 1
        texts[place + 20], outcomes[place + 20] = texts[place + 20].upper(), 0
    found = groups(texts, tokenize(texts, 500), outcomes, 2)

    by_name = {each.name: each for each in found}
    assert by_name["first word lo"].rows.tolist() == list(range(20))
    assert by_name["first word lo"].outcome == 1
    assert by_name["many capital letters"].rows.tolist() == list(range(20, 40))
    assert [each.log_p for each in found] == sorted(each.log_p for each in found)
    assert groups([], tokenize([], 10), np.zeros(0, np.int64), 2) == []
