"""Fitting."""

from __future__ import annotations

import numpy as np
import pytest

from yanmen.guard.learning.fit import Sparse, minimum, nearest, sparse

RNG = np.random.default_rng(1)


def test_a_convex_function_is_brought_to_its_least() -> None:
    """A badly scaled quadratic: 1 to 1,000."""
    scales = np.logspace(0, 3, 12)
    wanted = RNG.normal(size=12)

    def loss(point: np.ndarray) -> tuple[float, np.ndarray]:
        return float((scales * (point - wanted) ** 2).sum() / 2), scales * (point - wanted)

    assert minimum(loss, np.zeros(12)) == pytest.approx(wanted, abs=1e-4)


def test_sparse_products_are_those_of_the_whole_matrix() -> None:
    """Rows without a number included."""
    whole = RNG.normal(size=(6, 9)) * (RNG.random((6, 9)) < 0.4)
    whole[2] = 0
    table = sparse([(np.flatnonzero(row), row[np.flatnonzero(row)]) for row in whole], 9)
    weights, values = RNG.normal(size=9), RNG.normal(size=6)

    assert table.times(weights) == pytest.approx(whole @ weights)
    assert table.back(values) == pytest.approx(whole.T @ values)
    assert isinstance(table, Sparse)


def fitted(fresh: int, stay: float = 1e-3) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """200 rows that stay as they are, and so many that should be attacks: rows, logits before, logits after."""
    rows = RNG.normal(size=(200 + fresh, 30)) / np.sqrt(30)
    rows[:fresh] += 0.15
    begun = np.where(np.arange(200 + fresh) < fresh, -2.0, rows[:, 0] * 20)
    wanted = 1 / (1 + np.exp(-begun))
    wanted[:fresh] = 0.98
    counts = np.concatenate((np.full(fresh, 10.0), np.ones(200)))
    change = nearest(lambda w: rows @ w, lambda v: v @ rows, begun, wanted, counts, width=30, stay=stay)
    return rows, begun, begun + rows @ change


def test_new_rows_are_taken_up_and_the_others_stay_where_they_were() -> None:
    """Nine in ten keep their side."""
    _, begun, after = fitted(12)

    assert (after[:12] > 0).mean() >= 0.9
    assert (np.sign(after[12:]) == np.sign(begun[12:])).mean() >= 0.9


def test_nothing_new_changes_nothing() -> None:
    """The rows that stay want what is already said."""
    _, begun, after = fitted(0)

    assert after == pytest.approx(begun, abs=1e-3)


def test_a_change_that_costs_more_is_smaller() -> None:
    """And the fit is the same at every run."""
    rows, begun, free = fitted(12)
    wanted = np.where(np.arange(212) < 12, 0.98, 1 / (1 + np.exp(-begun)))

    def moved(stay: float) -> np.ndarray:
        return nearest(
            lambda w: rows @ w, lambda v: v @ rows, begun, wanted, np.ones(212), width=30, stay=stay
        )

    assert np.linalg.norm(moved(1.0)) < np.linalg.norm(moved(1e-3))
    assert (moved(1e-2) == moved(1e-2)).all()
    assert len(free) == 212
