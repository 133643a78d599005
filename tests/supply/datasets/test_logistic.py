"""Logistic regression learns what can be learnt, and rare classes count as much as frequent ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from yanmen.supply.datasets.features import Vocabulary
from yanmen.supply.datasets.logistic import fit, softmax
from yanmen.supply.datasets.tokens import tokenize


@pytest.mark.parametrize("chinese", [False, True])
def test_labels_that_follow_from_words_are_learnt(reviews: Callable[..., Any], chinese: bool) -> None:
    """On rows it has not seen."""
    rows = reviews(800, chinese=chinese)
    labels = np.array([int(row.label == "good") for row in rows])
    features = Vocabulary(tokenize([row.asked for row in rows], 500)).features
    weights = fit(features.take(np.arange(400)), labels[:400], 2)
    said = softmax(features.take(np.arange(400, 800)).times(weights))

    assert (said.argmax(axis=1) == labels[400:]).mean() > 0.97
    assert np.allclose(said.sum(axis=1), 1, atol=1e-5)


def test_three_classes_of_which_one_is_rare() -> None:
    """One in twenty rows."""
    texts = [f"{word} {place % 7}" for place in range(600) for word in (("a", "b")[place % 2],)] + [
        "c 1"
    ] * 30
    labels = np.array([place % 2 for place in range(600)] + [2] * 30)
    features = Vocabulary(tokenize(texts, 100)).features

    assert (softmax(features.times(fit(features, labels, 3))).argmax(axis=1) == labels).all()


def test_probabilities_of_large_logits_are_finite() -> None:
    """Exponentials of a thousand would not be."""
    assert softmax(np.array([[1e4, 0.0]], np.float32)).tolist() == [[1.0, 0.0]]
