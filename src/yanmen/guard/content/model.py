"""The model of harmful content: linear heads over hashed n-grams, one for harm, one for insults, three that name the class.

It reads questions and answers alike, Chinese and English. What it cannot know: whether a fact is wrong, what a picture shows, what
is said between the lines. Its figures stand in ``weights/card.json`` beside it.
"""

from __future__ import annotations

import hashlib
import math
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple, Self

import msgspec
import numpy as np
from numpy.typing import NDArray

from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Phrase
from yanmen.guard.model.lexical import features, language, pieces

FOLDER = Path(__file__).parent / "weights"
"""The weights that come with Yanmen."""
BITS = 17
BUCKETS = 1 << BITS
"""Number of weights a head has."""
HEADS = ("harm", "insult", "A1", "A2", "A4")
"""``harm``: of questions and answers; ``insult``: of comments; then the classes, which are compared where one of those is found."""
_SHIFT = 2
"""Bits of a feature's number that are left out here."""


class Band(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a head's logit means in one language."""

    threshold: float
    """The logit that counts as found."""
    slope: float
    """How fast confidence rises around it."""


class Card(msgspec.Struct, frozen=True):
    """What the weights are, and what their files hash to."""

    version: str
    files: dict[str, str]
    bands: dict[str, dict[str, Band]]
    """By head, then language; a language that is not here is not measured, and not judged."""


class Judged(NamedTuple):
    """What the model finds in a stretch of text."""

    kind: str
    """The class: ``A1``, ``A2`` or ``A4``."""
    confidence: float
    """0.5 at the threshold, 1 far above it."""
    start: int
    end: int


def buckets(text: str) -> NDArray[np.uint32]:
    """The features of a text, folded into this model's buckets."""
    found = features(text) >> np.uint32(_SHIFT)
    return np.unique(found)


class Model(NamedTuple):
    """The heads and their thresholds."""

    weights: NDArray[np.int8]
    """Of shape [heads, BUCKETS]."""
    scales: NDArray[np.float32]
    biases: NDArray[np.float32]
    card: Card

    @classmethod
    def load(cls, folder: Path = FOLDER) -> Self:
        """The model of a folder. Raises YanmenError where a file is missing or not what its card says."""
        card = _card(folder)
        path = folder / "content.npz"
        try:
            data = path.read_bytes()
        except OSError as error:
            raise _broken(path) from error
        if hashlib.sha256(data).hexdigest() != card.files.get("content.npz"):
            raise _broken(path)
        with np.load(path, allow_pickle=False) as arrays:
            return cls(arrays["weights"], arrays["scales"], arrays["biases"], card)

    def logits(self, text: str) -> NDArray[np.float32]:
        """The logit of each head for one window."""
        found = buckets(text)
        summed = self.weights[:, found].sum(axis=1, dtype=np.int32)
        return np.asarray(summed * self.scales / max(len(found), 1) ** 0.5 + self.biases, dtype=np.float32)

    def judge(self, text: str) -> Judged | None:
        """The window that is most surely harmful; None: none is, or the language is not measured."""
        bands = {head: self.card.bands[head].get(language(text)) for head in ("harm", "insult")}
        best: Judged | None = None
        for start, end in pieces(text):
            said = self.logits(text[start:end])
            for head, logit in (("harm", said[0]), ("insult", said[1])):
                band = bands[head]
                if band is None or logit < band.threshold:
                    continue
                sure = 1 / (1 + math.exp(-band.slope * (float(logit) - band.threshold)))
                if best is None or sure > best.confidence:
                    kind = HEADS[2 + int(said[2:].argmax())] if head == "harm" else "A2"
                    best = Judged(kind, sure, start, end)
        return best


@lru_cache(maxsize=1)
def shipped() -> Model:
    """The model that comes with Yanmen, read once."""
    return Model.load()


def _card(folder: Path) -> Card:
    path = folder / "card.json"
    try:
        return msgspec.json.decode(path.read_bytes(), type=Card)
    except (OSError, msgspec.DecodeError) as error:
        raise _broken(path) from error


def _broken(path: Path) -> YanmenError:
    return YanmenError(
        Phrase(
            en=f"{path.name} is missing or not what its card says", zh=f"{path.name} 缺失，或与模型卡不符"
        ),
        where=str(path),
        hint=Phrase(
            en="Install Yanmen again, or train the model again.", zh="请重新安装雁门，或重新训练模型。"
        ),
    )
