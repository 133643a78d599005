"""What a model makes of labelled texts, with any head and any lexical weights over one reading by the encoder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from yanmen.guard.learning.rows import Row
from yanmen.guard.model.card import Card
from yanmen.guard.model.encoder import Encoder
from yanmen.guard.model.lexical import Lexical

WINDOWS = 32
"""Windows of one text that are read; those after are left out of training and measuring."""
AT_ONCE = 32
"""Texts whose windows are read together."""
HEAD = "head.npz"


class Seen(NamedTuple):
    """A text as the encoder sees it."""

    pooled: NDArray[np.float32]
    """Of each window, [windows, width]."""
    logits: NDArray[np.float32]
    """Of each window, with the encoder's own head."""


def look(
    encoder: Encoder, rows: Sequence[Row], told: Callable[[int, int], object] = lambda *_: None
) -> list[Seen]:
    """Read every text once, about 15 ms a window; ``told`` hears how many of how many are done."""
    found: list[Seen] = []
    for start in range(0, len(rows), AT_ONCE):
        each = [encoder.windows(row.text, row.channel)[:WINDOWS] for row in rows[start : start + AT_ONCE]]
        judged = iter(encoder.judge([window for windows in each for window in windows]))
        for windows in each:
            said = [next(judged) for _ in windows]
            logits = np.array([one.logit for one in said], np.float32)
            found.append(Seen(np.array([one.pooled for one in said], np.float32), logits))
        told(len(found), len(rows))
    return found


@dataclass(frozen=True, kw_only=True)
class Model:
    """The parts of a model that training changes, and its card."""

    lexical: Lexical
    weight: NDArray[np.float64]
    """Of the head, [width]."""
    bias: float
    card: Card

    @classmethod
    def load(cls, folder: Path, seen: Sequence[Seen]) -> Self:
        """The model of a folder. Without a head file the encoder's own head is solved from what it said of some texts."""
        lexical = Lexical.load(folder)
        card = lexical.card
        if card.has(HEAD):
            with np.load(card.file(HEAD), allow_pickle=False) as arrays:
                weight, bias = arrays["weight"].astype(np.float64), float(arrays["bias"][0])
        else:
            weight, bias = solved(seen)
        return cls(lexical=lexical, weight=weight, bias=bias, card=card)

    def probability(self, row: Row, seen: Seen) -> float:
        """The calibrated probability that a text is an attack, as the encoder's tier would say it."""
        logits = seen.pooled @ self.weight + self.bias
        return self.card.channels[row.channel].probability(float(logits.max()), len(logits))

    def attack(self, row: Row, seen: Seen) -> bool:
        """What the cascade says: nothing, where the lexical model clears the text; else what the encoder's tier does."""
        if self.lexical.clears(row.text, row.channel):
            return False
        return self.probability(row, seen) >= self.card.channels[row.channel].threshold

    def attacks(self, rows: Sequence[Row], seen: Sequence[Seen]) -> list[bool]:
        """The same of many."""
        return [self.attack(row, one) for row, one in zip(rows, seen, strict=True)]


def solved(seen: Sequence[Seen]) -> tuple[NDArray[np.float64], float]:
    """A linear head from pooled outputs and the logits it made of them, by least squares."""
    pooled = np.concatenate([one.pooled for one in seen]).astype(np.float64)
    logits = np.concatenate([one.logits for one in seen]).astype(np.float64)
    whole = np.concatenate((pooled, np.ones((len(pooled), 1))), axis=1)
    found = np.asarray(np.linalg.lstsq(whole, logits, rcond=None)[0], np.float64)
    return found[:-1], float(found[-1])
