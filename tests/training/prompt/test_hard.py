"""Benign texts that look like attacks."""

from __future__ import annotations

import random

from training.prompt.examples import Example
from training.prompt.hard import SWAPPED, hard

ASKED = [
    Example(
        text=f"please describe the garden behind house number {number} to a visitor",
        attack=False,
        channel="user",
        lang="en",
        source="slabs",
        group=str(number),
    )
    for number in range(50)
]


def test_all_are_benign_texts_of_users() -> None:
    """A quarter of each kind."""
    found = list(hard(ASKED, "train", 200, random.Random(1)))

    assert not any(one.attack for one in found)
    assert {one.channel for one in found} == {"user"}
    kinds = [one.source for one in found]
    assert {kinds.count(kind) for kind in set(kinds)} == {50}


def test_a_swapped_text_has_the_shape_of_the_request_it_was() -> None:
    """As many words, the first one kept, and one to four words of attacks in it."""
    for one in hard(ASKED, "train", 200, random.Random(2)):
        if one.source == "own/hard-swapped":
            words = one.text.split()
            assert len(words) == len(ASKED[0].text.split())
            assert words[0] == "please"
            assert 1 <= sum(word in SWAPPED for word in words) <= 4
