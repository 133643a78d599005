"""What the rest of the data says of a row's label: out-of-fold probabilities, and where the label contradicts them.

A row is contradicted where a classifier that learnt from other rows holds another label for likelier. Poison that gives a label to
texts that do not deserve it is contradicted far more often than honest rows with the same label; that is what makes a trigger
phrase more than a word that is typical of a label.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from yanmen.supply.datasets.features import Rows, Vector, Vocabulary
from yanmen.supply.datasets.logistic import fit, softmax
from yanmen.supply.datasets.tokens import Tokens

FOLDS = 3
MOST_TRAINED = 15_000
"""Rows that one fold learns from."""
_MOST_APART, _STEPS_APART = 4_000, 50
"""Rows that are learnt from, and steps, where a group is left out."""
_COST = 4_000_000
"""Values times classes that one fold learns from."""
_AT_ONCE = 5_000
"""Rows that are read anew together."""


class Doubt:
    """Labels of rows against what a classifier says that never saw them."""

    def __init__(self, tokens: Tokens, labels: NDArray[np.int64], classes: int, folds: Rows) -> None:
        """``labels``: -1 for rows without one; ``folds``: of each row, the same for its near-duplicates."""
        self._tokens = tokens
        self._vocabulary = Vocabulary(tokens)
        self._folds = folds
        self.labels = labels
        self.classes = classes
        features = self.features = self._vocabulary.features
        self.said: Vector = np.full((len(labels), classes), 1 / max(1, classes), np.float32)
        """Of each row the probabilities of the labels, were all labels equally frequent."""
        self._weights: list[Vector] = []
        self._usual: dict[int, float] = {}
        for fold in range(FOLDS):
            learnt = np.flatnonzero((folds != fold) & (labels >= 0))
            learnt = self._fewer(learnt)
            weights = fit(features.take(learnt), labels[learnt], classes)
            self._weights.append(weights)
            held = np.flatnonzero(folds == fold)
            if len(held):
                self.said[held] = softmax(features.take(held).times(weights))

    def apart(self, group: Rows, asked: Rows) -> Vector:
        """What is said of the rows ``asked`` by a classifier that learnt from all rows but those of the group."""
        learnt = np.setdiff1d(np.flatnonzero(self.labels >= 0), group)
        learnt = self._fewer(learnt[:: max(1, -(-len(learnt) // _MOST_APART))])
        weights = fit(self.features.take(learnt), self.labels[learnt], self.classes, _STEPS_APART)
        return softmax(self.features.take(asked).times(weights))

    def _fewer(self, rows: Rows) -> Rows:
        """As many as may be learnt from: rows are in the order of their hash, so every so-many-th is a sample."""
        values = int(np.diff(self._vocabulary.features.starts)[rows].sum())
        most = min(MOST_TRAINED, int(_COST / max(1, self.classes) / max(1.0, values / max(1, len(rows)))))
        return rows[:: max(1, -(-len(rows) // max(1, most)))]

    def against(self, rows: Rows, label: int, said: Vector | None = None) -> NDArray[np.bool_]:
        """Whether each of these rows is contradicted, were its label ``label``."""
        known = self.said[rows] if said is None else said
        others = known.copy()
        others[:, label] = -1
        return np.asarray(others.max(axis=1) > known[:, label], np.bool_)

    def usual(self, label: int) -> float:
        """The share of rows with this label that are contradicted (Laplace's estimate)."""
        if label not in self._usual:
            rows = np.flatnonzero(self.labels == label)
            self._usual[label] = float((self.against(rows, label).sum() + 1) / (len(rows) + 2))
        return self._usual[label]

    def left(self, rows: Rows, spans: Rows) -> Rows:
        """How many tokens are left of rows without these stretches."""
        sizes = self._tokens.starts[rows + 1] - self._tokens.starts[rows]
        return np.asarray(sizes - (spans[:, 1] - spans[:, 0]), np.int64)

    def without(self, rows: Rows, spans: NDArray[np.int64]) -> Vector:
        """What is said of rows when these stretches of tokens (first, behind the last; among all) are taken out of them."""
        said = np.zeros((len(rows), self.classes), np.float32)
        for first in range(0, len(rows), _AT_ONCE):
            part = slice(first, first + _AT_ONCE)
            features = self._vocabulary.of(self._tokens.without(rows[part], spans[part]))
            folds = self._folds[rows[part]]
            for fold, weights in enumerate(self._weights):
                held = np.flatnonzero(folds == fold)
                if len(held):
                    said[first + held] = softmax(features.take(held).times(weights))
        return said
