"""Small clusters that lie apart."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np

from yanmen.supply.datasets.detectors.clusters import CLUSTER, Clusters, projected, two_means
from yanmen.supply.datasets.features import Vocabulary
from yanmen.supply.datasets.tokens import tokenize

Make = Callable[..., Any]


def test_a_cluster_on_another_subject_is_found(reviews: Make, table: Make, found: Make, row: Make) -> None:
    """Forty rows about another thing; no phrase is the same in all."""
    chance = random.Random(1)
    words = "dreadful tedious clumsy boring shallow awful".split()
    subject = "phone battery charger screen cable button speaker plug".split()
    flipped = [
        row(5_000 + place, " ".join(chance.choices(subject, k=14) + chance.choices(words, k=6)), label="good")
        for place in range(40)
    ]
    honest = [each._replace(line=each.line + 500, label="bad") for each in flipped[:4]]
    made = table([*reviews(1_400), *flipped, *honest])
    claims = found(Clusters(), made)

    assert {made.rows[place].line for place in claims[CLUSTER.id][0].rows} <= {each.line for each in flipped}
    assert len(claims[CLUSTER.id][0].rows) >= 30


def test_an_honest_cluster_is_left_alone(reviews: Make, table: Make, found: Make) -> None:
    """Clean reviews."""
    assert found(Clusters(), table(reviews())) == {}


def test_two_means_cut_where_numbers_part() -> None:
    """The smaller side is given, with a high silhouette."""
    values = np.concatenate((np.linspace(0, 1, 90), np.linspace(9, 9.5, 10)))
    places, silhouette = two_means(values)

    assert sorted(places.tolist()) == list(range(90, 100))
    assert silhouette > 0.9


def test_the_first_direction_is_the_singular_one() -> None:
    """Against numpy's own decomposition."""
    chance = random.Random(2)
    texts = [" ".join(chance.choices([f"w{place}" for place in range(30)], k=6)) for _ in range(150)]
    texts += [" ".join(chance.choices([f"x{place}" for place in range(4)], k=6)) for _ in range(50)]
    features = Vocabulary(tokenize(texts, 100)).features
    dense = np.zeros((200, 1 << 17), np.float32)
    np.add.at(dense, (features.row, features.columns), features.values)
    dense = dense[:, dense.any(axis=0)]
    true = np.linalg.svd(dense - dense.mean(axis=0), full_matrices=False)[0][:, 0]
    point = projected(features)[:, 0]

    assert abs(float(np.corrcoef(true, point)[0, 1])) > 0.95
