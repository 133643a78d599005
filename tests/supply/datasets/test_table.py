"""Tables do not depend on the order of rows; samples are even and repeatable."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np

from yanmen.core.nouns import Severity
from yanmen.supply.datasets.bounds import Bounds
from yanmen.supply.datasets.detectors.triggers import SHORTCUT, TRIGGER
from yanmen.supply.datasets.table import Sample, key_of

Make = Callable[..., Any]


def test_the_order_of_rows_does_not_matter(reviews: Make, table: Make) -> None:
    """Rows, families and what is said of labels are the same."""
    rows = reviews(200)
    one, other = table(rows), table(random.Random(1).sample(rows, 200))

    assert one.rows == other.rows
    assert (one.families == other.families).all()
    assert np.array_equal(one.doubts["label"].said, other.doubts["label"].said)


def test_a_sample_is_as_large_as_allowed_and_repeatable(reviews: Make) -> None:
    """Another seed draws other rows; every part of the file is drawn from."""
    rows = reviews(3_000)

    def drawn(seed: int, bounds: Bounds) -> list[int]:
        sample = Sample(bounds, seed)
        for row in rows:
            sample.add(row)
        assert sample.seen == 3_000
        return sorted(row.line for row in sample.rows())

    bounds = Bounds(rows=500)
    assert drawn(0, bounds) == drawn(0, bounds)
    assert drawn(0, bounds) != drawn(1, bounds)
    assert len(drawn(0, bounds)) == 500
    assert abs(float(np.mean(drawn(0, bounds))) - 1_500) < 150
    assert 50 < len(drawn(0, Bounds(characters=50_000))) < 250


def test_a_row_is_as_suspect_as_the_worst_that_is_said_of_it(reviews: Make, table: Make) -> None:
    """Rules of little weight make it a little suspect."""
    made = table(reviews(20))
    made.note(SHORTCUT, [3], [0.9])
    made.note(TRIGGER, [3, 4], [0.5, 0.8])
    made.note(TRIGGER, [3], [0.2])

    assert made.suspects[3] == {SHORTCUT.id: 0.9 * 2 / 5, TRIGGER.id: 0.5 * 4 / 5}
    assert made.suspects[4] == {TRIGGER.id: 0.8 * 4 / 5}
    assert TRIGGER.severity is Severity.HIGH


def test_a_set_with_many_labels_has_none(reviews: Make, table: Make) -> None:
    """More than fifty."""
    assert table([row._replace(label=str(row.line)) for row in reviews(60)]).labels[1] == ()


def test_a_key_is_that_of_what_is_said(row: Make) -> None:
    """Not of the place."""
    assert key_of(row(1, "a", "b")) == key_of(row(2, "a", "b"))
    assert key_of(row(1, "a", "b")) != key_of(row(1, "ab", ""))
