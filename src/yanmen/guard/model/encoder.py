"""The encoder: a small transformer that reads windows of tokens and says whether an attack stands in them, which, and where.

It is loaded once in a worker process. Importing this module loads ONNX Runtime, so import it only where it is run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, Self

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from yanmen.guard.model.card import FOLDER, Card
from yanmen.guard.model.lexical import Channel, Language, language
from yanmen.guard.model.windows import AFTER, BEFORE, CHANNELS, Tokenizer, Window


class Session(Protocol):
    """What is needed of ONNX Runtime's sessions to know what they ask for."""

    def get_inputs(self) -> Sequence[object]:
        """One for each input."""
        ...


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


CLEARED = -6.0
"""The logit of a window that the early exit has cleared: a few percent by the calibration of either channel."""
_CHANNEL = 1
"""Place of the channel's token in a window."""


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
        self._session = _session(card.file("encoder.onnx"), options)
        self._below = _session(card.file("early.onnx"), options) if card.has("early.onnx") else None
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

    def judge(self, windows: Sequence[Window], *, early: Language | None = None) -> list[Judgement]:
        """One judgement for each window, in their order.

        ``early``: the language of the windows' text, where those that the early exit is sure of need not be read further; their
        judgements have the logit CLEARED, no class, and zeros for what the heads read. A head that was trained anew
        must see every window, so beside one there is no exit.

        Each is run by itself: eight-bit products take their scale from all that is run at once, so in a batch a window's logit
        would depend on its neighbours, and whoever sends them could sway it.
        """
        return [self._run(window, early if self._head is None else None) for window in windows]

    def early(self, windows: Sequence[Window]) -> list[float]:
        """The logit of each window at the early exit; nothing where the model has none."""
        if self._below is None:
            return []
        given = [np.array([window.ids], dtype=np.int64) for window in windows]
        return [float(self._below.run(("early",), asked(self._below, ids=ids))[0][0]) for ids in given]

    def _run(self, window: Window, early: Language | None) -> Judgement:
        ids = np.array([window.ids], dtype=np.int64)
        given: dict[str, NDArray[Any]] = {"ids": ids}
        if self._below is not None:
            sure, states = self._below.run(("early", "states"), asked(self._below, **given))
            channel: Channel = "user" if window.ids[_CHANNEL] == CHANNELS["user"] else "data"
            bounds = self.card.channels[channel].early_below
            if early is not None and sure[0] < bounds.get(early, -np.inf):
                return self._cleared(window, states.shape[-1])
            given = {"states": states}
        attack, classes, evidence, pooled = self._session.run(
            ("attack", "classes", "evidence", "pooled"), asked(self._session, **given)
        )
        logit = attack[0] if self._head is None else pooled[0] @ self._head[0] + self._head[1]
        shares = np.exp(classes[0] - classes[0].max())
        return Judgement(
            logit=float(logit),
            classes=shares / shares.sum(),
            span=_evidence(window, evidence[0, BEFORE : len(window.ids) - AFTER] - self.card.evidence),
            pooled=pooled[0],
        )

    def _cleared(self, window: Window, width: int) -> Judgement:
        """What is said of a window that was not read further."""
        count = len(self.card.classes)
        return Judgement(
            logit=CLEARED,
            classes=np.full(count, 1 / count, dtype=np.float32),
            span=(window.spans[0][0], window.spans[-1][1]) if window.spans else (0, 0),
            pooled=np.zeros(width, dtype=np.float32),
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
        return self.reading(channel, self.judge(self.windows(text, channel), early=language(text)))


def _session(path: Path, options: onnxruntime.SessionOptions) -> onnxruntime.InferenceSession:
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def asked(session: Session, **given: NDArray[Any]) -> dict[str, NDArray[Any]]:
    """The inputs of a session. Models until version 4 want to be told which tokens are no padding: all."""
    if len(session.get_inputs()) == len(given):
        return given
    length = next(iter(given.values())).shape[1]
    return {**given, "mask": np.ones((1, length), dtype=np.int64)}


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
