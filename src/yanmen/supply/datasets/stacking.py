"""Several opinions of the same labels as one, with probabilities that mean what they say (stacking, Wolpert 1992).

Each opinion gets a weight and each label an offset, so that the given labels are likeliest, every label counting the same: one
weight for all rows is learnt too surely to learn single rows by heart. It is temperature scaling (Guo and others 2017) as well.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from yanmen.supply.datasets.features import Rows, Vector
from yanmen.supply.datasets.logistic import softmax

_STEPS, _STEP, _MOMENTUM = 300, 0.5, 0.9
_MOST = 5_000
"""Rows that the weights are learnt from."""


def stacked(opinions: Sequence[Vector], labels: Rows, classes: int) -> Vector:
    """Probabilities of the labels of each row. ``opinions``: logits; ``labels``: -1 for rows without one."""
    logits = np.stack([_even(each) for each in opinions])
    told = np.flatnonzero(labels >= 0)
    told = told[:: max(1, -(-len(told) // _MOST))]
    weights, offsets = _learnt(logits[:, told], labels[told], classes)
    return softmax(np.asarray(np.tensordot(weights, logits, 1) + offsets, np.float32))


def _even(logits: Vector) -> NDArray[np.float64]:
    """Around nought, of spread one."""
    centred = logits - logits.mean(axis=1, keepdims=True, dtype=np.float64)
    return np.asarray(centred / max(1e-9, float(centred.std())), np.float64)


def _learnt(
    logits: NDArray[np.float64], labels: Rows, classes: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """A weight of each opinion, never less than nought, and an offset of each label."""
    counts = np.maximum(1, np.bincount(labels, minlength=classes))
    share = (1 / (counts * (counts > 0).sum()))[labels][:, None]
    wanted = np.zeros((len(labels), classes))
    wanted[np.arange(len(labels)), labels] = 1
    weights, offsets = np.full(len(logits), 1 / len(logits)), np.zeros(classes)
    for_weights, for_offsets = np.zeros(len(logits)), np.zeros(classes)
    for _ in range(_STEPS):
        said = softmax(np.asarray(np.tensordot(weights, logits, 1) + offsets, np.float32))
        wrong = (said - wanted) * share
        for_weights = _MOMENTUM * for_weights - _STEP * (logits * wrong).sum(axis=(1, 2))
        for_offsets = _MOMENTUM * for_offsets - _STEP * wrong.sum(axis=0)
        weights = np.maximum(weights + for_weights, 0)
        offsets = offsets + for_offsets
    return weights, offsets
