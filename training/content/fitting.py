"""Logistic regression on hashed n-grams: full batches, fixed order, so that the same data gives the same weights."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from yanmen.guard.content.model import buckets

Floats = NDArray[np.float32]


class Design:
    """The features of some texts: bucket numbers behind one another by text, and the texts behind one another by bucket."""

    def __init__(self, texts: Sequence[str]) -> None:
        """Hash every text."""
        found = [buckets(text) for text in texts]
        counts = np.array([len(one) for one in found])
        self.columns = np.concatenate(found).astype(np.int32)
        self.starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
        self.scale = (1 / np.sqrt(counts)).astype(np.float32)
        order = np.argsort(self.columns, kind="stable")
        self.rows = np.repeat(np.arange(len(found), dtype=np.int32), counts)[order]
        ordered = self.columns[order]
        self.firsts = np.concatenate([[0], np.flatnonzero(np.diff(ordered)) + 1])
        self.used = ordered[self.firsts]

    def logits(self, weights: Floats, bias: float) -> Floats:
        """The logit of every text."""
        return np.add.reduceat(weights[self.columns], self.starts) * self.scale + np.float32(bias)

    def gradient(self, errors: Floats, size: int) -> Floats:
        """The gradient of the weights."""
        slope = np.zeros(size, np.float32)
        slope[self.used] = np.add.reduceat((errors * self.scale)[self.rows], self.firsts)
        return slope


def fit(design: Design, labels: Floats, weights: Floats, size: int, steps: int = 60, decay: float = 2e-6) -> tuple[Floats, float]:
    """Weights and bias by Adam; ``weights``: how much each row counts."""
    theta, bias = np.zeros(size, np.float32), 0.0
    first, second, bias_first, bias_second = np.zeros(size, np.float32), np.zeros(size, np.float32), 0.0, 0.0
    weights = weights / weights.sum()
    for step in range(1, steps + 1):
        errors = ((1 / (1 + np.exp(-design.logits(theta, bias))) - labels) * weights).astype(np.float32)
        slope = design.gradient(errors, size) + decay * theta
        bias_slope = float(errors.sum())
        first, second = 0.9 * first + 0.1 * slope, 0.999 * second + 0.001 * slope**2
        bias_first, bias_second = 0.9 * bias_first + 0.1 * bias_slope, 0.999 * bias_second + 0.001 * bias_slope**2
        rate = 0.25 * (1 - step / (steps + 1)) * np.sqrt(1 - 0.999**step) / (1 - 0.9**step)
        theta = theta - rate * first / (np.sqrt(second) + 1e-8)
        bias -= rate * bias_first / (np.sqrt(bias_second) + 1e-8)
    return theta, float(bias)
