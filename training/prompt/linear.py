"""Trains the lexical model: one logistic regression over hashed n-grams for each channel."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from scipy import sparse
from sklearn.linear_model import SGDClassifier

from training.prompt.examples import Channel, Example
from yanmen.guard.model.lexical import BUCKETS, features, language, pieces

CHANNELS: tuple[Channel, Channel] = ("user", "data")
SEED = 7
ALPHA, ATTACKS_WORTH = 2e-5, 2.0
"""Of the regularisation, and what a window with an attack is worth beside one without: chosen on dev by how much is cleared."""
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


def left_out(examples: Sequence[Example], most: int) -> dict[str, list[float]]:
    """Logits of attacks by a model that has seen none of their families, by ``channel-language/source``.

    Families of our grammar, and instructions of BIPIA's documents, are halved, and each half is scored by what was learned
    from the other half and all public rows.
    """
    found: dict[str, list[float]] = {}
    for channel in CHANNELS:
        for half in (0, 1):
            apart = [e for e in examples if e.channel == channel and _half(e) == half and e.attack]
            model = _fitted([e for e in examples if _half(e) != half], channel, most)
            for example in random.Random(SEED).sample(apart, min(1500, len(apart))):
                texts = [text for text, label in windows(example) if label] or [example.text[:400]]
                score = float(model.decision_function(matrix(texts)).max())
                name = f"{channel}-{language(example.text)}/{example.source.partition('/')[0]}"
                found.setdefault(name, []).append(round(score, 3))
    return found


def _half(example: Example) -> int | None:
    """0 or 1 for families of our grammar and for instructions of BIPIA, None for other rows."""
    if example.source.startswith("grammar/"):
        return hashlib.sha256(example.source.encode()).digest()[0] % 2
    if example.source == "bipia_composed" and example.attack:
        return hashlib.sha256(example.group.encode()).digest()[0] % 2
    return None


def _fitted(examples: Sequence[Example], channel: Channel, most: int) -> SGDClassifier:
    """A regression over so many windows of a channel at most."""
    found = [
        (text, label, example.weight * (ATTACKS_WORTH if label else 1.0))
        for example in examples
        if example.channel == channel
        for text, label in windows(example)
    ]
    found = found if len(found) <= most else random.Random(SEED).sample(found, most)
    model = SGDClassifier(loss="log_loss", alpha=ALPHA, max_iter=8, tol=None, random_state=SEED, average=True)
    model.fit(
        matrix([text for text, *_ in found]),
        np.array([label for _, label, _ in found]),
        sample_weight=np.array([weight for *_, weight in found]),
    )
    return model


def train(examples: Sequence[Example], most: int, out: Path) -> None:
    """Write ``lexical.npz``, learned from so many windows of each channel at most."""
    weights = np.zeros((2, BUCKETS), dtype=np.int8)
    scales, biases = np.zeros(2, dtype=np.float32), np.zeros(2, dtype=np.float32)
    for row, channel in enumerate(CHANNELS):
        model = _fitted(examples, channel, most)
        coefficients = model.coef_.ravel()
        scales[row] = np.quantile(np.abs(coefficients[coefficients != 0]), 0.9995) / 127
        weights[row] = np.clip(np.round(coefficients / scales[row]), -127, 127).astype(np.int8)
        biases[row] = model.intercept_[0]
    np.savez_compressed(out, weights=weights, scales=scales, biases=biases)
