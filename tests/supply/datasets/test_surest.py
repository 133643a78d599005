"""Where a classifier is surest, wrong labels are flips."""

from __future__ import annotations

import random

import numpy as np
import pytest
from numpy.typing import NDArray

from yanmen.supply.datasets.surest import ANY, flips, lower

Made = tuple[NDArray[np.float32], NDArray[np.int64]]


def made(count: int, rate: float, *, towards: int | None = None, classes: int = 2) -> Made:
    """Probabilities that mean what they say, and labels of which a share is flipped."""
    chance = random.Random(7)
    said, labels = [], []
    for _ in range(count):
        truly = chance.randrange(classes)
        sure = 1 - 0.5 * chance.random() ** 3
        row = [(1 - sure) / (classes - 1)] * classes
        row[truly] = sure
        said.append(row)
        given = truly if chance.random() < sure else (truly + 1) % classes
        if chance.random() < rate:
            given = (given + 1 + chance.randrange(classes - 1)) % classes if towards is None else towards
        labels.append(given)
    return np.array(said, np.float32), np.array(labels)


def test_honest_errors_are_none() -> None:
    """One row in eight is contradicted, but none of the surest."""
    assert list(flips(*made(3_000, 0))) == []


def test_flips_in_both_directions_are_one_finding_of_the_whole() -> None:
    """Of one row in twenty-five: too few for either pair alone, told of all together, most of them named."""
    said, labels = made(8_000, 0.042)
    (found,) = flips(said, labels)
    flipped = labels[found.rows] != said[found.rows].argmax(axis=1)

    assert (found.truly, found.given) == (ANY, ANY)
    assert flipped.all()
    assert len(found.rows) >= 40


def test_flips_to_one_label_name_it() -> None:
    """One row in seven gets label 1."""
    (found,) = flips(*made(3_000, 0.15, towards=1))

    assert (found.truly, found.given) == (0, 1)


def test_flips_of_several_labels_to_one_name_the_one() -> None:
    """Four labels, each a little."""
    found = list(flips(*made(6_000, 0.07, towards=2, classes=4)))

    assert {each.given for each in found} == {2}


def test_a_few_flips_are_seen_where_labels_are_plain() -> None:
    """A classifier that hardly errs shows flips of one row in a hundred, and names no other row."""
    said, _ = made(3_000, 0)
    labels = said.argmax(axis=1)
    labels[::100] = 1 - labels[::100]
    found = list(flips(said, labels))

    assert found
    assert {int(row) for each in found for row in each.rows} <= set(range(0, 3_000, 100))


def test_a_classifier_without_skill_blames_nobody() -> None:
    """Labels of chance."""
    said, labels = made(3_000, 0)

    assert list(flips(said, np.random.default_rng(1).permutation(labels))) == []


@pytest.mark.parametrize(("hits", "trials", "low"), [(0, 10, 0.0), (5, 10, 0.2366), (50, 100, 0.4038)])
def test_the_interval_is_wilsons(hits: int, trials: int, low: float) -> None:
    """Against published values."""
    assert lower(hits, trials) == pytest.approx(low, abs=1e-4)
