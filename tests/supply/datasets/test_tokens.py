"""Tokens are the same wherever they stand, and n-grams do not cross texts."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from yanmen.supply.datasets.tokens import mix, shown, tokenize


def test_words_characters_and_signs_are_tokens() -> None:
    """Case is folded; white space is nothing."""
    texts = ["Hello, World! 你好 cf", "", "  hello world"]
    tokens = tokenize(texts, 100)

    assert tokens.starts.tolist() == [0, 7, 7, 9]
    assert [
        texts[0][first:behind] for first, behind in zip(tokens.begin[:7], tokens.end[:7], strict=True)
    ] == [*("Hello", ",", "World", "!", "你", "好", "cf")]
    assert tokens.hashes[0] == tokens.hashes[7]
    assert tokens.hashes[2] == tokens.hashes[8]
    assert len(set(tokens.hashes.tolist())) == 7


def test_ngrams_stay_within_their_text() -> None:
    """And are the same for the same words."""
    tokens = tokenize(["a b c", "b c", "c"], 100)
    hashes, places = tokens.grams(2)

    assert places.tolist() == [0, 1, 3]
    assert hashes[1] == hashes[2]
    assert len(tokens.grams(9)[0]) == 0


def test_a_long_text_keeps_its_ends() -> None:
    """A phrase is shown as it stands there."""
    text = "first " + "x" * 500 + " last words"
    tokens = tokenize([text], 40)

    assert shown(text, 40, tokens, 0, 1) == "first"
    assert shown(text, 40, tokens, len(tokens.hashes) - 2, 2) == "last words"


def test_a_stretch_is_taken_out() -> None:
    """Of each text its own."""
    tokens = tokenize(["one two three", "four five"], 100)
    rest = tokens.without(np.array([0, 1]), np.array([[1, 2], [3, 4]]))

    assert rest.starts.tolist() == [0, 2, 3]
    assert rest.hashes.tolist() == [tokens.hashes[0], tokens.hashes[2], tokens.hashes[4]]


@settings(max_examples=80, deadline=None)
@given(st.lists(st.text(max_size=60), max_size=6))
def test_any_text_gives_the_same_tokens_alone_and_among_others(texts: list[str]) -> None:
    """Whatever characters it has."""
    tokens = tokenize(texts, 50)
    alone = [tokenize([text], 50).hashes.tolist() for text in texts]

    assert tokens.hashes.tolist() == [one for each in alone for one in each]


def test_mixing_spreads() -> None:
    """Neighbours fall far apart."""
    mixed = mix(np.arange(1_000, dtype=np.uint64))

    assert len(np.unique(mixed >> np.uint64(48))) > 900
