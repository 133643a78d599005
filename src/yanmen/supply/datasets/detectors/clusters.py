"""Rows of one label that lie together and apart from the others: spectral signatures, and two means with their silhouette.

Spectral signatures (Tran, Li and Madry 2018): poisoned rows of a label stand out along the first singular direction of its
centred rows. Two means and the silhouette (Chen et al. 2018, activation clustering): a label with poison falls in two
clusters, one small. On words in the place of activations both see topics, too: a hint of little weight, more where the rest
of the data contradicts the label.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from yanmen.core.nouns import Severity, Unexamined
from yanmen.supply.datasets.detector import Claim, TableDetector, rule
from yanmen.supply.datasets.doubt import Doubt
from yanmen.supply.datasets.features import Features, Rows
from yanmen.supply.datasets.questions import Question
from yanmen.supply.datasets.table import Table

CLUSTER = rule(
    "suspicious-cluster",
    Severity.LOW,
    ("A small cluster of one label lies apart from the others", "某标签下有一小簇样本明显游离于其他样本"),
    (
        "Read some rows of the cluster: what they share may be a trigger.",
        "请抽查该簇样本，其共同点可能就是触发条件。",
    ),
)
_RANK, _ROUNDS = 6, 4
_MOST = 4_000
"""Rows of a label that are looked at."""
_LEAST = 200
"""Rows of a label below which nothing is told."""
_SMALL, _TINY = 0.15, 0.002
_SILHOUETTE = 0.6
Dense = NDArray[np.float64]


class Clusters(TableDetector):
    """Small clusters within a label."""

    rules = (CLUSTER,)

    def claims(self, table: Table) -> Iterator[Claim | Unexamined]:
        """One for a label at most."""
        for question in table.questions:
            doubt = table.doubts[question.name]
            for label in range(len(question.names)):
                yield from _of(question, doubt, label)


def _of(question: Question, doubt: Doubt, label: int) -> Iterator[Claim]:
    rows = np.flatnonzero(question.outcomes == label)
    rows = rows[:: max(1, -(-len(rows) // _MOST))]
    if len(rows) < _LEAST:
        return
    points = projected(doubt.features.take(rows))
    usual = doubt.usual(label)
    for axis in range(points.shape[1]):
        inside, silhouette = two_means(points[:, axis])
        small, share = rows[inside], len(inside) / len(rows)
        if _TINY <= share <= _SMALL and silhouette >= _SILHOUETTE:
            against = float(doubt.against(small, label).mean())
            evidence = (
                f"{len(small)} rows ({share:.1%}) with {question.say(label)} lie apart (silhouette {silhouette:.2f});"
                f" {against:.0%} of them are contradicted (usual {usual:.0%})"
            )
            yield Claim(CLUSTER, small.tolist(), evidence, 0.3 + against / 2)
            return


def projected(features: Features) -> Dense:
    """Rows along their first singular directions, centred: subspace iteration (Halko and others 2011), started evenly."""
    count = len(features)
    start = np.cos(np.outer(np.arange(1, count + 1), np.arange(1, _RANK + 1)) * 2.399963)
    basis = np.linalg.qr(start)[0]
    scale = np.ones(_RANK)
    for _ in range(_ROUNDS):
        turned = features.times(features.back(basis.astype(np.float32))).astype(np.float64)
        turned -= turned.mean(axis=0)
        basis, triangle = np.linalg.qr(turned)
        scale = np.abs(np.diag(triangle))
    return basis * np.sqrt(scale)


def two_means(values: Dense) -> tuple[Rows, float]:
    """Places in the smaller of two clusters of numbers, and the mean silhouette of that cluster. The best cut, exactly."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    count = len(values)
    sums = np.cumsum(ordered)
    left = np.arange(1, count)
    between = (sums[:-1] / left - (sums[-1] - sums[:-1]) / (count - left)) ** 2 * left * (count - left)
    cut = int(between.argmax()) + 1
    low, high = ordered[:cut], ordered[cut:]
    small, large = (low, high) if len(low) <= len(high) else (high, low)
    own = np.abs(small[:, None] - small).mean(axis=1) if len(small) <= _MOST else np.zeros(len(small))
    other = np.abs(small - large.mean())
    silhouette = float(((other - own) / np.maximum(np.maximum(own, other), 1e-12)).mean())
    return (order[:cut] if len(low) <= len(high) else order[cut:]), silhouette
