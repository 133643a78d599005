"""Complement naive Bayes (Rennie and others 2003) out of fold: what few rows say of labels, where a regression needs many.

It learns from counts, so that ten folds cost little more than one, and a row is judged by nine tenths of the others. Its errors
are of another kind than the regression's; the two together are righter than either.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from yanmen.supply.datasets.features import WIDTH, Features, Rows, Vector

FOLDS = 10
_SMOOTHING = 0.3
"""What is added to each count."""


def complement(features: Features, labels: Rows, classes: int, folds: Rows) -> Vector:
    """Of each row the logits of the labels, from the rows of other folds. ``labels``: -1 for rows without one."""
    words = _without_constant(features)
    logits = np.zeros((len(labels), classes), np.float32)
    whole = _sums(words, labels, classes, np.arange(len(labels)))
    for fold in range(int(folds.max(initial=-1)) + 1):
        held = np.flatnonzero(folds == fold)
        if len(held):
            logits[held] = features.take(held).times(_weights(whole - _sums(words, labels, classes, held)))
    return logits


def _weights(sums: NDArray[np.float64]) -> Vector:
    """Less of the logarithm of how frequent a word is in all other labels is more for a label."""
    total = sums.sum(axis=0)
    known = total > 0
    others = np.where(known, total - sums + _SMOOTHING, 1)
    weights = np.where(known, -np.log(others / (others * known).sum(axis=1, keepdims=True)), 0)
    return np.ascontiguousarray((weights - weights.mean(axis=0)).T.astype(np.float32))


def _without_constant(features: Features) -> Features:
    values = np.where(features.columns == WIDTH - 1, np.float32(0), features.values)
    return Features(features.columns, values, features.starts)


def _sums(features: Features, labels: Rows, classes: int, rows: Rows) -> NDArray[np.float64]:
    """Of each label the weights of its words in these rows."""
    sums = np.zeros((classes, WIDTH))
    for label in range(classes):
        part = features.take(rows[labels[rows] == label])
        sums[label] = np.bincount(part.columns, weights=part.values, minlength=WIDTH)
    return sums
