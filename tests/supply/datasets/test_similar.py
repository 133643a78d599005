"""Near-duplicates are found by their words, and others are left alone."""

from __future__ import annotations

import random

import numpy as np

from yanmen.supply.datasets.similar import BINS, clusters, signatures
from yanmen.supply.datasets.tokens import tokenize

WORDS = [f"word{place}" for place in range(3_000)]


def test_near_copies_are_one_cluster_and_others_alone() -> None:
    """A word in forty differs."""
    chance = random.Random(1)
    text = chance.choices(WORDS, k=40)
    near = [" ".join([*text[:place], "other", *text[place + 1 :]]) for place in range(0, 40, 3)]
    others = [" ".join(chance.choices(WORDS, k=40)) for _ in range(200)]
    found = clusters(signatures(tokenize([*near, *others], 2_000)))

    assert len(set(found[: len(near)].tolist())) == 1
    assert len(set(found[len(near) :].tolist())) == 200


def test_the_share_of_equal_bins_estimates_what_two_texts_share() -> None:
    """Within three standard errors, for a known Jaccard similarity of their triples."""
    chance = random.Random(2)
    shared = chance.sample(WORDS, 300)
    one = " ".join([*shared, *chance.sample(WORDS, 100)])
    other = " ".join([*shared, *chance.sample(WORDS, 100)])
    table = signatures(tokenize([one, other], 20_000))

    assert abs(float((table[0] == table[1]).mean()) - 298 / (298 + 200)) < 3 * np.sqrt(0.25 / BINS)


def test_texts_without_tokens_are_alone() -> None:
    """Empty ones are not each other's copies; short ones that are equal are."""
    assert clusters(signatures(tokenize(["", " ", "yes", "yes", "no", "好的", "好的"], 100))).tolist() == [
        0,
        1,
        2,
        2,
        4,
        5,
        5,
    ]


def test_no_texts_have_no_clusters() -> None:
    """An empty table."""
    assert clusters(signatures(tokenize([], 100))).tolist() == []
