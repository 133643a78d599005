"""Sparse rows: products with their transpose, rarity, and columns that only one row has."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from yanmen.supply.datasets.features import WIDTH, Features, Vocabulary, distinct
from yanmen.supply.datasets.tokens import tokenize

TEXTS = ["good film", "good plot", "bad film", "bad plot", "", "once"]


def _dense(features: Features) -> NDArray[np.float64]:
    table = np.zeros((len(features), WIDTH))
    np.add.at(table, (features.row, features.columns), features.values)
    return table


def test_products_are_those_of_the_dense_matrix() -> None:
    """Both ways."""
    features = Vocabulary(tokenize(TEXTS, 100)).features
    dense = _dense(features)
    chance = np.random.default_rng(1)
    weights, numbers = chance.normal(size=(WIDTH, 2)), chance.normal(size=(len(TEXTS), 2))

    assert np.allclose(features.times(weights.astype(np.float32)), dense @ weights, atol=1e-4)
    assert np.allclose(features.back(numbers.astype(np.float32)), dense.T @ numbers, atol=1e-4)


def test_rows_have_length_one_and_what_is_in_one_row_is_left_out() -> None:
    """Beside the last column, which is one in all."""
    features = Vocabulary(tokenize(TEXTS, 100)).features
    dense = _dense(features)

    assert np.allclose((dense[:4, :-1] ** 2).sum(axis=1), 1)
    assert np.allclose(dense[4:, :-1], 0)
    assert np.allclose(dense[:, -1], 1)


def test_new_rows_are_weighed_like_old_ones() -> None:
    """And rows can be taken out."""
    tokens = tokenize(TEXTS, 100)
    vocabulary = Vocabulary(tokens)

    assert np.allclose(_dense(vocabulary.of(tokens)), _dense(vocabulary.features))
    assert np.allclose(
        _dense(vocabulary.features.take(np.array([2, 0]))), _dense(vocabulary.features)[[2, 0]]
    )


def test_distinct_values_are_in_order() -> None:
    """As numpy's own say."""
    values = np.array([5, 3, 5, 1, 3])

    assert distinct(values).tolist() == np.unique(values).tolist()
    assert distinct(np.zeros(0, np.int64)).tolist() == []
