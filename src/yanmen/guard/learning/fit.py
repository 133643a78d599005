"""Logistic regression that stays near where it began, in numpy: the least change of a linear model that takes up new rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Loss = Callable[[Vector], tuple[float, Vector]]
"""A value and its gradient."""
MEMORY, STEPS, ENOUGH = 10, 200, 1e-5
_SHRINKS = 30
_STRAIGHT = 1e-10  # below it rounding speaks


class Sparse(NamedTuple):
    """Rows of few numbers each: of row i, ``columns[starts[i]:starts[i + 1]]`` with ``values`` likewise."""

    columns: NDArray[np.intp]
    values: Vector
    starts: NDArray[np.intp]
    width: int

    def times(self, weights: Vector) -> Vector:
        """A number for each row."""
        totals = np.concatenate(([0.0], np.cumsum(self.values * weights[self.columns])))
        return np.asarray(totals[self.starts[1:]] - totals[self.starts[:-1]], np.float64)

    def back(self, rows: Vector) -> Vector:
        """A number for each column: the transposed product."""
        spread = np.repeat(rows, np.diff(self.starts))
        return np.asarray(
            np.bincount(self.columns, weights=self.values * spread, minlength=self.width), np.float64
        )


def sparse(rows: Sequence[tuple[NDArray[np.intp], Vector]], width: int) -> Sparse:
    """Rows of (columns, values)."""
    starts = np.cumsum([0, *(len(columns) for columns, _ in rows)])
    columns = np.concatenate([columns for columns, _ in rows]) if rows else np.zeros(0, np.intp)
    values = np.concatenate([values for _, values in rows]) if rows else np.zeros(0)
    return Sparse(columns, values, starts, width)


def nearest(
    times: Callable[[Vector], Vector],
    back: Callable[[Vector], Vector],
    start: Vector,
    targets: Vector,
    counts: Vector,
    *,
    width: int,
    stay: float,
) -> Vector:
    """The change of the weights that fits.

    ``times`` and ``back`` multiply with the rows and their transpose; ``start`` has the logits as they are, ``targets`` the
    probabilities that are wanted, ``counts`` how much each row counts. ``stay`` weighs the square of the change.
    """
    total = float(counts.sum()) or 1.0

    def loss(change: Vector) -> tuple[float, Vector]:
        logits = start + times(change)
        cost = np.logaddexp(0.0, logits) - targets * logits
        slope = (1 / (1 + np.exp(-np.clip(logits, -60, 60))) - targets) * counts
        value = float((counts * cost).sum()) / total + stay / 2 * float(change @ change)
        return value, back(slope) / total + stay * change

    return minimum(loss, np.zeros(width))


def minimum(loss: Loss, point: Vector) -> Vector:
    """Where a smooth convex function is least: L-BFGS (Nocedal 1980) with halved steps. The same at every run."""
    value, slope = loss(point)
    steps: list[tuple[Vector, Vector, float]] = []
    for _ in range(STEPS):
        if float(np.abs(slope).max(initial=0.0)) < ENOUGH:
            break
        way = -_turned(slope, steps)
        along = float(way @ slope)
        if along >= 0:
            way, along, steps = -slope, -float(slope @ slope), []
        size = 1.0 if steps else min(1.0, 1.0 / float(np.abs(slope).sum()))
        for _ in range(_SHRINKS):
            further, steeper = loss(point + size * way)
            if further <= value + 1e-4 * size * along:
                break
            size /= 2
        else:
            break
        moved, bent = size * way, steeper - slope
        point, value, slope = point + moved, further, steeper
        if (curve := float(moved @ bent)) > _STRAIGHT * float(bent @ bent):
            steps = [*steps[1 - MEMORY :], (moved, bent, 1 / curve)]
    return point


def _turned(slope: Vector, steps: Sequence[tuple[Vector, Vector, float]]) -> Vector:
    """The slope times what is known of the inverse of the second derivatives."""
    turned, kept = slope.copy(), []
    for moved, bent, scale in reversed(steps):
        share = scale * float(moved @ turned)
        turned -= share * bent
        kept.append(share)
    if steps:
        moved, bent, _ = steps[-1]
        turned *= float(moved @ bent) / float(bent @ bent)
    for (moved, bent, scale), share in zip(steps, reversed(kept), strict=True):
        turned += (share - scale * float(bent @ turned)) * moved
    return turned
