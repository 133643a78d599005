"""Multinomial logistic regression on sparse rows, by Nesterov's accelerated gradient (1983) with restarts (O'Donoghue 2015)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from yanmen.supply.datasets.features import WIDTH, Features, Vector

STEPS = 100
"""Steps; stopping early is part of the regularisation."""
RIDGE = 1e-4
_POWER = 12
"""Rounds by which the largest eigenvalue is estimated."""


def softmax(logits: Vector) -> Vector:
    """Probabilities of each row."""
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True), np.float32)


def fit(features: Features, labels: NDArray[np.int64], classes: int, steps: int = STEPS) -> Vector:
    """Weights (WIDTH times ``classes``); every class counts the same in all."""
    counts = np.bincount(labels, minlength=classes)
    weight = (len(labels) / (np.maximum(counts, 1) * max(1, int((counts > 0).sum()))))[labels].astype(
        np.float32
    )
    wanted = np.zeros((len(labels), classes), np.float32)
    wanted[np.arange(len(labels)), labels] = 1
    scale = (weight / np.float32(len(labels)))[:, None]
    step = np.float32(1 / (0.5 * _largest(features, scale) + RIDGE))
    point: Vector = np.zeros((WIDTH, classes), np.float32)
    ahead, momentum = point, 1.0
    for _ in range(steps):
        wrong = (softmax(_all(features.times(ahead[:, :-1]))) - wanted) * scale
        slope = _all(features.back(wrong[:, :-1])) + np.float32(RIDGE) * ahead
        further = np.asarray(ahead - step * slope, np.float32)
        if float((slope * (further - point)).sum()) > 0:
            momentum = 1.0
        grown = (1 + np.sqrt(1 + 4 * momentum * momentum)) / 2
        ahead = np.asarray(further + np.float32((momentum - 1) / grown) * (further - point), np.float32)
        point, momentum = further, grown
    return point


def _all(columns: Vector) -> Vector:
    """With the last column, which is what the others leave: the columns' sum is zero in every row."""
    return np.concatenate((columns, -columns.sum(axis=1, keepdims=True)), axis=1)


def _largest(features: Features, scale: Vector) -> float:
    """The largest eigenvalue of the weighed second moments, a little too large."""
    vector: Vector = np.full((WIDTH, 1), 1 / np.sqrt(WIDTH), np.float32)
    vector[-1] = 1
    value = 1.0
    for _ in range(_POWER):
        vector = features.back(features.times(vector) * scale)
        value = float(np.sqrt((vector.astype(np.float64) ** 2).sum()))
        if value <= 0:
            return 1.0
        vector = np.asarray(vector / np.float32(value), np.float32)
    return 1.1 * value
