"""Phrases that come with one outcome; bounds and false discoveries."""

from __future__ import annotations

import math

import numpy as np
import pytest

from yanmen.supply.datasets.mining import discoveries, log_tail, mine, tail
from yanmen.supply.datasets.tokens import shown, tokenize


def test_a_phrase_is_put_together_from_its_parts() -> None:
    """A sentence of eight words is one phrase, in the rows that have it."""
    rng = np.random.default_rng(1)
    words = [f"w{place}" for place in range(60)]
    texts = [" ".join(rng.choice(words, 12)) for _ in range(400)]
    outcomes = rng.integers(0, 2, 400)
    for place in range(0, 400, 20):
        texts[place] += " we saw it in the old town hall " + str(rng.choice(words))
        outcomes[place] = 1
    tokens = tokenize(texts, 500)
    found = mine(tokens, outcomes, 2)

    assert found[0].rows.tolist() == list(range(0, 400, 20))
    first, behind = found[0].spans[0].tolist()
    assert shown(texts[0], 500, tokens, first, behind - first) == "we saw it in the old town hall"
    assert (found[0].outcome, found[0].inside) == (1, 20)
    assert found[0].z > 1.96


def test_rows_without_outcome_do_not_count() -> None:
    """Minus one is none."""
    tokens = tokenize(["a b c d"] * 10, 100)

    assert mine(tokens, np.full(10, -1), 2) == []
    assert mine(tokenize([], 100), np.zeros(0, np.int64), 2) == []


def test_the_bound_is_no_less_than_the_binomial_tail() -> None:
    """Chernoff's is never too small."""
    for hits, trials, chance in ((8, 10, 0.5), (5, 5, 0.2), (3, 40, 0.01)):
        exact = sum(
            math.comb(trials, k) * chance**k * (1 - chance) ** (trials - k) for k in range(hits, trials + 1)
        )
        bound = log_tail(np.array([float(hits)]), np.array([float(trials)]), np.array([chance]))
        assert tail(hits, trials, chance) == pytest.approx(math.log(exact))
        assert float(bound[0]) >= math.log(exact)
    assert tail(2, 10, 0.5) == 0.0
    assert np.isfinite(log_tail(np.array([4.0]), np.array([4.0]), np.array([0.0]))).all()


def test_q_values_are_benjamini_hochbergs() -> None:
    """A worked example, of ten hypotheses."""
    values = [0.001, 0.008, 0.039, 0.041, 0.2]
    q = np.exp(discoveries([math.log(each) for each in values], 10))

    assert np.allclose(q, [0.01, 0.04, 0.1025, 0.1025, 0.4])
    assert len(discoveries([], 5)) == 0


def test_weights_speak_for_some_beforehand() -> None:
    """Twice the weight is half the p value; equal weights change nothing."""
    values = [math.log(each) for each in (0.02, 0.02)]

    assert np.allclose(discoveries(values, 2, [3.0, 3.0]), discoveries(values, 2))
    assert np.allclose(np.exp(discoveries(values, 2, [3.0, 1.0])), [0.02 / 1.5 * 2, 0.04])
