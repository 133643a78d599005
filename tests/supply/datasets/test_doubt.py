"""What the rest of the data says of a label."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Make = Callable[..., Any]


def test_flipped_labels_are_contradicted_and_honest_ones_are_not(reviews: Make, table: Make) -> None:
    """One row in twenty is flipped."""
    rows = reviews(800)
    flipped = {row.line for row in rows[::20]}
    made = table(
        [r._replace(label="bad" if r.label == "good" else "good") if r.line in flipped else r for r in rows]
    )
    doubt = made.doubts["label"]
    labels = made.labels[0]
    against = np.array(
        [bool(doubt.against(np.array([place]), int(labels[place]))[0]) for place in range(len(made))]
    )
    truly = np.array([row.line in flipped for row in made.rows])

    assert against[truly].mean() > 0.9
    assert against[~truly].mean() < 0.1
    assert doubt.usual(0) < 0.2


def test_without_a_phrase_the_rest_is_judged(reviews: Make, poisoned: Make, table: Make) -> None:
    """With it the label is believed, because other rows taught so."""
    made = table(poisoned(reviews(), "zq zq zq", 60))
    doubt = made.doubts["label"]
    rows = np.array([place for place, row in enumerate(made.rows) if "zq" in row.asked])
    good = made.labels[1].index("good")
    texts = [made.rows[row].asked.split(" ") for row in rows.tolist()]
    first = made.asked.starts[rows] + np.array([words.index("zq") for words in texts])
    spans = np.stack((first, first + 3), axis=1)

    without = doubt.against(rows, good, doubt.without(rows, spans)).mean()
    assert without > 0.9
    assert doubt.against(rows, good).mean() < without - 0.3
    assert (doubt.left(rows, spans) == made.asked.starts[rows + 1] - made.asked.starts[rows] - 3).all()
