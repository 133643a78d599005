"""Whether traffic has become other than it was, found without a label.

The sketches of a window of texts are compared with those of a reference by the maximum mean discrepancy (Gretton et al.
2012) under the Jaccard kernel that sketches estimate, their scores by the difference of means; both are tested against
permutations of the same sample. Where texts are independent of one another, at most one window in a thousand is called
drifted by chance (ALARM); conversations that repeat themselves are counted once a window for that reason. Bounded: a
profile holds REFERENCE + WINDOW sketches, whatever passes.
"""

from __future__ import annotations

import zlib

import msgspec
import numpy as np
from numpy.typing import NDArray

from yanmen.guard.sketch import BINS, read, similarity

REFERENCE, WINDOW = 256, 128
"""Texts that stand for what is usual, and of one window."""
PERMUTATIONS = 1_999
ALARM = 0.001
"""False alarms a window, both tests together: each has half of it."""
STRANGEST = 3
"""Texts of a drifted window that are named: those least like the reference."""
_PSI_BINS = np.linspace(0.0, 1.0, 11)


class Drift(msgspec.Struct, frozen=True):
    """A window that is not like its reference."""

    texts: float
    """p of the texts' test: how often chance alone looks so."""
    scores: float
    """p of the scores' test."""
    psi: float
    """Population stability index of the scores, ten bins: 0.25 and more is commonly called a major shift."""
    strangest: tuple[str, ...]
    """Names of the texts least like the reference."""


class Profile(msgspec.Struct):
    """What one stream of texts is like. Fields are bytes and short lists, so that it can be kept."""

    reference: bytes = b""
    window: bytes = b""
    reference_scores: list[float] = msgspec.field(default_factory=list)
    window_scores: list[float] = msgspec.field(default_factory=list)
    names: list[str] = msgspec.field(default_factory=list)
    seen: int = 0
    """Texts that had a chance to be in the reference since it was last begun anew."""

    def take(self, sketch: str, score: float, name: str) -> Drift | None:
        """One text more; an answer when its window is full and is not as the reference is."""
        row = read(sketch).tobytes()
        if not any(row) or row in _rows(self.window):
            return None
        self.window += row
        self.window_scores.append(score)
        self.names.append(name)
        if len(self.names) < WINDOW:
            return None
        found = self._judged() if len(self.reference_scores) == REFERENCE else None
        if found is not None:
            self.reference, self.reference_scores, self.seen = b"", [], 0
        self._absorb()
        return found

    def _judged(self) -> Drift | None:
        usual, fresh = _matrix(self.reference), _matrix(self.window)
        before, after = np.array(self.reference_scores), np.array(self.window_scores)
        texts, scores = permuted(usual, fresh, before, after)
        if min(texts, scores) > ALARM / 2:
            return None
        likeness = np.array([similarity(row, usual).mean() for row in fresh])
        strangest = tuple(self.names[place] for place in np.argsort(likeness, kind="stable")[:STRANGEST])
        return Drift(texts=texts, scores=scores, psi=psi(before, after), strangest=strangest)

    def _absorb(self) -> None:
        """Put the window into the reference, which stays a uniform sample of all since it was begun: creeping shifts show."""
        chance = np.random.default_rng(zlib.crc32(self.window))
        rows, scores = _rows(self.reference), list(self.reference_scores)
        for row, score in zip(_rows(self.window), self.window_scores, strict=True):
            self.seen += 1
            if len(rows) < REFERENCE:
                rows.append(row)
                scores.append(score)
            elif (place := int(chance.integers(0, self.seen))) < REFERENCE:
                rows[place], scores[place] = row, score
        self.reference, self.reference_scores = b"".join(rows), scores
        self.window, self.window_scores, self.names = b"", [], []


def permuted(
    usual: NDArray[np.uint8],
    fresh: NDArray[np.uint8],
    before: NDArray[np.float64],
    after: NDArray[np.float64],
) -> tuple[float, float]:
    """P of both tests: the share of ways to cut the sample in two that look at least as different as this one. 0.1 s."""
    both = np.concatenate((usual, fresh))
    kernel = np.array([similarity(row, both) for row in both], np.float32)
    size, new = len(both), len(fresh)
    chance = np.random.default_rng(zlib.crc32(both.tobytes()))
    order = np.argsort(chance.random((PERMUTATIONS, size)), axis=1)
    weights = np.full((PERMUTATIONS + 1, size), -1.0 / (size - new), np.float32)
    weights[0, size - new :] = 1.0 / new
    np.put_along_axis(weights[1:], order[:, :new], np.float32(1.0 / new), axis=1)
    differences = np.einsum("pi,pi->p", weights @ kernel, weights)
    means = np.abs(weights @ np.concatenate((before, after)).astype(np.float32))
    return _rank(differences), _rank(means)


def psi(before: NDArray[np.float64], after: NDArray[np.float64]) -> float:
    """The population stability index of two samples of scores from 0 to 1, over ten bins, half a count added to each."""
    shares = []
    for sample in (before, after):
        counts = np.histogram(np.clip(sample, 0.0, 1.0), _PSI_BINS)[0] + 0.5
        shares.append(counts / counts.sum())
    return float(((shares[1] - shares[0]) * np.log(shares[1] / shares[0])).sum())


def _rank(values: NDArray[np.float32]) -> float:
    return float((1 + (values[1:] >= values[0] - 1e-7).sum()) / len(values))


def _rows(packed: bytes) -> list[bytes]:
    return [packed[start : start + BINS] for start in range(0, len(packed), BINS)]


def _matrix(packed: bytes) -> NDArray[np.uint8]:
    return np.frombuffer(packed, np.uint8).reshape(-1, BINS)
