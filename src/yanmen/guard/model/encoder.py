"""The encoder: a small transformer that reads windows of tokens and says whether an attack stands in them, which, and where.

It is loaded once in a worker process. Importing this module loads ONNX Runtime, so import it only where it is run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from yanmen.guard.model.card import FOLDER, Card
from yanmen.guard.model.lexical import Channel
from yanmen.guard.model.windows import AFTER, BEFORE, Tokenizer, Window


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Judgement:
    """What the encoder says of one window."""

    logit: float
    """That an attack stands in the window, not calibrated."""
    classes: NDArray[np.float32]
    """Probability of each class of the card, were it an attack."""
    span: tuple[int, int]
    """Where the evidence stands, in code points of the text; the whole window when no token stands out."""
    pooled: NDArray[np.float32]
    """What the linear heads read: 384 numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What the encoder says of a whole text."""

    probability: float
    """Calibrated, that the text is an attack."""
    attack: bool
    """Does the probability reach its channel's threshold?"""
    attack_class: str
    """The likeliest class, were it an attack."""
    span: tuple[int, int]
    """Evidence of the window that says most."""


class Encoder:
    """The model of one folder."""

    def __init__(self, card: Card, *, threads: int = 1) -> None:
        """Load the files of the card, on so many threads. YanmenError when one is not what the card says."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        options.log_severity_level = 3
        self.card = card
        self._session = onnxruntime.InferenceSession(
            card.file("encoder.onnx"), options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer = Tokenizer(card.file("tokens.model"), size=card.window, stride=card.stride)
        self._head: tuple[NDArray[np.float32], float] | None = None
        if card.has("head.npz"):
            with np.load(card.file("head.npz"), allow_pickle=False) as arrays:
                self._head = arrays["weight"].astype(np.float32), float(arrays["bias"].ravel()[0])

    @classmethod
    def load(cls, folder: Path = FOLDER, *, threads: int = 1) -> Self:
        """The model of a folder."""
        return cls(Card.read(folder), threads=threads)

    def windows(self, text: str, channel: Channel) -> list[Window]:
        """The windows of a text, to be judged."""
        return list(self._tokenizer.windows(text, channel))

    def judge(self, windows: Sequence[Window]) -> list[Judgement]:
        """One judgement for each window, in their order.

        Each is run by itself: eight-bit products take their scale from all that is run at once, so in a batch a window's logit
        would depend on its neighbours, and whoever sends them could sway it.
        """
        return [self._run(window) for window in windows]

    def _run(self, window: Window) -> Judgement:
        ids = np.array([window.ids], dtype=np.int64)
        attack, classes, evidence, pooled = self._session.run(
            ("attack", "classes", "evidence", "pooled"), {"ids": ids, "mask": np.ones_like(ids)}
        )
        logit = attack[0] if self._head is None else pooled[0] @ self._head[0] + self._head[1]
        shares = np.exp(classes[0] - classes[0].max())
        return Judgement(
            logit=float(logit),
            classes=shares / shares.sum(),
            span=_evidence(window, evidence[0, BEFORE : len(window.ids) - AFTER] - self.card.evidence),
            pooled=pooled[0],
        )

    def reading(self, channel: Channel, judgements: Sequence[Judgement]) -> Reading:
        """What the judgements of all windows of one text come to."""
        calibration = self.card.channels[channel]
        most = max(judgements, key=lambda judgement: judgement.logit)
        probability = calibration.probability(most.logit, len(judgements))
        return Reading(
            probability=probability,
            attack=probability >= calibration.threshold,
            attack_class=self.card.classes[int(most.classes.argmax())],
            span=most.span,
        )

    def read(self, text: str, channel: Channel) -> Reading:
        """Judge a whole text."""
        return self.reading(channel, self.judge(self.windows(text, channel)))


def _evidence(window: Window, logits: NDArray[np.float32]) -> tuple[int, int]:
    """The stretch of tokens whose logits sum to most (each cut to ±4, so that no token decides alone)."""
    if not window.spans:
        return 0, 0
    best, place = 0.0, (0, len(window.spans) - 1)
    summed, begin = 0.0, 0
    for number, logit in enumerate(np.clip(logits, -4.0, 4.0).tolist()):
        if summed <= 0:
            summed, begin = 0.0, number
        summed += logit
        if summed > best:
            best, place = summed, (begin, number)
    return window.spans[place[0]][0], window.spans[place[1]][1]
