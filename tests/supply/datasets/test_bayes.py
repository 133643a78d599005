"""Naive Bayes judges rows by the others only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from yanmen.supply.datasets.bayes import complement
from yanmen.supply.datasets.features import Vocabulary

Make = Callable[..., Any]


def test_labels_follow_from_words(reviews: Make, table: Make) -> None:
    """In both languages, out of fold."""
    for chinese in (False, True):
        made = table(reviews(600, chinese=chinese))
        labels = made.labels[0]
        logits = complement(Vocabulary(made.asked).features, labels, 2, np.arange(600) % 10)
        assert (logits.argmax(axis=1) == labels).mean() > 0.97


def test_a_row_is_judged_by_other_folds(reviews: Make, table: Make) -> None:
    """Turning a fold's labels round changes nothing of what is said of its rows."""
    made = table(reviews(300))
    labels, folds = made.labels[0], np.arange(300) % 10
    features = Vocabulary(made.asked).features
    turned = np.where(folds == 3, 1 - labels, labels)
    one, other = complement(features, labels, 2, folds), complement(features, turned, 2, folds)

    assert np.allclose(one[folds == 3], other[folds == 3], atol=1e-4)
    assert not np.allclose(one[folds == 4], other[folds == 4], atol=1e-4)


def test_a_rare_label_is_not_drowned(reviews: Make, table: Make) -> None:
    """Nine rows in ten are good."""
    rows = [row for row in reviews(1_500) if row.label == "good" or row.line % 9 == 0]
    made = table(rows)
    labels, names = made.labels
    logits = complement(Vocabulary(made.asked).features, labels, 2, np.arange(len(rows)) % 10)
    bad = labels == names.index("bad")

    assert (logits[bad].argmax(axis=1) == names.index("bad")).mean() > 0.8
