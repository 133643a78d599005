"""Opinions are weighed by how right they are."""

from __future__ import annotations

import numpy as np

from yanmen.supply.datasets.stacking import stacked

_DRAWN = np.random.default_rng(4)
_LABELS = _DRAWN.integers(0, 2, 4_000)
_GOOD = (np.eye(2)[_LABELS] * 2 + _DRAWN.normal(size=(4_000, 2))).astype(np.float32)
_NOISE = _DRAWN.normal(size=(4_000, 2)).astype(np.float32)


def test_an_opinion_that_knows_nothing_does_no_harm() -> None:
    """As right as the good one alone."""
    both = stacked((_GOOD, _NOISE), _LABELS, 2).argmax(axis=1) == _LABELS

    assert both.mean() >= (_GOOD.argmax(axis=1) == _LABELS).mean() - 0.005


def test_two_good_opinions_are_better_than_one() -> None:
    """Each with errors of its own."""
    other = (np.eye(2)[_LABELS] * 2).astype(np.float32) + _NOISE
    both = stacked((_GOOD, other), _LABELS, 2).argmax(axis=1) == _LABELS

    assert both.mean() > max((each.argmax(axis=1) == _LABELS).mean() for each in (_GOOD, other)) + 0.02


def test_probabilities_mean_what_they_say() -> None:
    """However loud the opinion: of rows that are held for 80 to 90 % sure, so many are right."""
    said = stacked((_GOOD * 30,), _LABELS, 2)
    sure = said.max(axis=1)
    some = (sure > 0.8) & (sure < 0.9)

    assert abs((said.argmax(axis=1) == _LABELS)[some].mean() - sure[some].mean()) < 0.05


def test_rows_without_a_label_are_judged_and_not_learnt_from() -> None:
    """Their labels are none."""
    half = np.where(np.arange(4_000) % 2 == 0, _LABELS, -1)
    said = stacked((_GOOD,), half, 2)

    assert (said.argmax(axis=1) == _LABELS)[1::2].mean() > 0.85
