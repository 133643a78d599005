"""Trains the lexical model: one logistic regression over hashed n-grams for each channel."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from scipy import sparse
from sklearn.linear_model import SGDClassifier

from training.prompt.examples import Channel, Example
from yanmen.guard.model.lexical import BUCKETS, features, pieces

CHANNELS: tuple[Channel, Channel] = ("user", "data")
SEED = 7
LEAST_SHARE, LEAST_CHARACTERS = 0.5, 40
"""A window holds an attack when it holds this share of the span, or so many of its characters."""


def windows(example: Example) -> Iterator[tuple[str, bool]]:
    """The windows of a text as the lexical model cuts them, and whether the attack stands in each; the unknown are left out."""
    cut = list(pieces(example.text[:6000]))
    for place, (start, end) in enumerate(cut):
        text = example.text[start:end]
        if not example.attack:
            yield text, False
        elif example.span is None:
            if place < 2:
                yield text, True
        else:
            inside = max(0, min(end, example.span[1]) - max(start, example.span[0]))
            if inside >= LEAST_SHARE * (example.span[1] - example.span[0]) or inside >= LEAST_CHARACTERS:
                yield text, True
            elif not inside and example.channel == "data":
                yield text, False


def matrix(texts: Sequence[str]) -> sparse.csr_matrix:
    """Counts of features over the root of their number, one row a text."""
    columns, starts, values = [], [0], []
    for text in texts:
        found, counts = np.unique(features(text), return_counts=True)
        columns.append(found.astype(np.int32))
        values.append((counts / counts.sum() ** 0.5).astype(np.float32))
        starts.append(starts[-1] + len(found))
    return sparse.csr_matrix((np.concatenate(values), np.concatenate(columns), starts), shape=(len(texts), BUCKETS))


def train(examples: Sequence[Example], taught: Mapping[int, float], most: int, out: Path) -> None:
    """Write ``lexical.npz``. ``taught`` has the encoder's probability of some examples, by their place."""
    weights = np.zeros((2, BUCKETS), dtype=np.int8)
    scales, biases = np.zeros(2, dtype=np.float32), np.zeros(2, dtype=np.float32)
    for row, channel in enumerate(CHANNELS):
        rng = random.Random(SEED)
        found = [
            (text, float(label), example.weight, taught.get(place))
            for place, example in enumerate(examples)
            if example.channel == channel
            for text, label in windows(example)
        ]
        found = found if len(found) <= most else rng.sample(found, most)
        given = matrix([text for text, *_ in found])
        soft = np.array([label if teacher is None else 0.5 * label + 0.5 * teacher for _, label, _, teacher in found])
        weight = np.array([one for _, _, one, _ in found])
        model = SGDClassifier(
            loss="log_loss", alpha=3e-7, max_iter=10, tol=None, random_state=SEED, average=True, learning_rate="optimal"
        )
        model.fit(
            sparse.vstack([given, given]),
            np.repeat([1, 0], len(found)),
            sample_weight=np.concatenate([soft * weight, (1 - soft) * weight]),
        ) if taught else model.fit(given, soft > 0.5, sample_weight=weight)
        coefficients = model.coef_.ravel()
        limit = float(np.quantile(np.abs(coefficients[coefficients != 0]), 0.9995))
        scales[row] = limit / 127
        weights[row] = np.clip(np.round(coefficients / scales[row]), -127, 127).astype(np.int8)
        biases[row] = float(model.intercept_[0])
    np.savez_compressed(out, weights=weights, scales=scales, biases=biases)
