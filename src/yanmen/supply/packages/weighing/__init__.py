"""Weak signals and what they weigh together: weights that were fitted, in a file beside this one that says how."""

from __future__ import annotations

import json
import math
from functools import cache
from importlib import resources

from yanmen.core.nouns import Noun


class Weights(Noun, frozen=True):
    """What each signal weighs, in logits, and when their sum is worth a finding."""

    threshold: float
    """The sum from which a finding is made."""
    least: int
    """Signals that have to be there at least: one alone never is enough."""
    counts: float
    """The weight from which a signal counts as one of these."""
    intercept: float
    """Of the logistic function, for as many poisoned packages as honest ones."""
    weights: dict[str, float]

    def score(self, names: frozenset[str]) -> float:
        """The sum; 0 where there are too few."""
        found = [weight for name in names if (weight := self.weights.get(name, 0.0)) >= self.counts]
        return sum(found) if len(found) >= self.least else 0.0

    def confidence(self, score: float) -> float:
        """The logistic function of a sum."""
        return 1 / (1 + math.exp(-(score + self.intercept)))


@cache
def weights() -> Weights:
    """The weights that are shipped."""
    said = json.loads((resources.files(__package__) / "weights.json").read_text("utf-8"))
    return Weights(
        threshold=said["threshold"], least=said["least"], counts=said["counts"], intercept=said["intercept"],
        weights=said["weights"],
    )  # fmt: skip
