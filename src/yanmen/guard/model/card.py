"""The card of a model folder: what its weights are, what they were measured to do, and the numbers they are read with.

No weight is used before its SHA-256 is found to be the one its card names.
"""

from __future__ import annotations

import hashlib
from math import exp, log2
from pathlib import Path
from typing import Self

import msgspec

from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Phrase

FOLDER = Path(__file__).parent / "weights"
"""The shipped model."""
FILES = frozenset({"early.onnx", "encoder.onnx", "tokens.model", "lexical.npz", "head.npz"})
"""What a model folder may hold beside its card; ``head.npz`` is there only where the head was trained anew, and ``early.onnx``,
the encoder's lowest layers with an exit behind them, from version 3 on."""
_HINT = Phrase(
    en="Install Yanmen again, or go back to another version of the model.",
    zh="请重新安装 Yanmen，或退回到模型的另一个版本。",
)


class Calibration(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the logits of one channel become a probability, and from where on it is an attack."""

    slope: float
    """Of Platt's scaling."""
    intercept: float
    per_window: float
    """Taken off for each doubling of the number of windows: a long text has more chances to look odd."""
    threshold: float
    """The probability from which on a text is an attack; chosen on dev."""
    clear_below: dict[str, float]
    """Lexical logit below which the encoder is not asked, for ``zh``, ``en`` and ``other``."""
    early_below: dict[str, float] = msgspec.field(default_factory=dict)
    """Logit of the early exit below which a window is not read further, by the language of its text; empty where there is none."""

    def probability(self, logit: float, windows: int = 1) -> float:
        """The calibrated probability of the highest logit of so many windows."""
        value = self.slope * logit + self.intercept - self.per_window * log2(max(windows, 1))
        return 1 / (1 + exp(-min(max(value, -30.0), 30.0)))


class Card(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``card.json`` of a model folder."""

    version: str
    made: str
    """The day it was trained."""
    files: dict[str, str]
    """SHA-256 of each file, hexadecimal."""
    classes: tuple[str, ...]
    """The attack classes in the order of the model's outputs."""
    channels: dict[str, Calibration]
    """``user`` and ``data``."""
    window: int
    """Tokens of a text's window, those that the model puts around it not counted."""
    stride: int
    """Tokens from one window's beginning to the next one's."""
    evidence: float = 0.0
    """Logit from which on a token belongs to the evidence."""
    folder: str = ""
    """Where the card was read."""

    @classmethod
    def read(cls, folder: Path) -> Self:
        """The card of a folder. YanmenError when there is none or it cannot be read."""
        path = folder / "card.json"
        try:
            card = msgspec.json.decode(path.read_bytes(), type=cls)
        except (OSError, msgspec.DecodeError) as error:
            raise YanmenError(
                Phrase(en=f"the model's card cannot be read: {error}", zh=f"无法读取模型卡：{error}"),
                hint=_HINT,
                where=str(path),
            ) from error
        return msgspec.structs.replace(card, folder=str(folder))

    def has(self, name: str) -> bool:
        """Does the model have this file?"""
        return name in self.files

    def file(self, name: str) -> Path:
        """The path of a file whose bytes are what the card says. YanmenError when they are not, or are not there."""
        path = Path(self.folder) / name
        try:
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
        except OSError as error:
            raise YanmenError(
                Phrase(en=f"a file of the model is missing: {name}", zh=f"缺少模型文件 {name}"),
                hint=_HINT,
                where=str(path),
            ) from error
        if name not in FILES or digest != self.files.get(name):
            raise YanmenError(
                Phrase(
                    en=f"{name} is not the file that the model's card names: its SHA-256 differs",
                    zh=f"{name} 与模型卡不符：SHA-256 不一致",
                ),
                hint=_HINT,
                where=str(path),
            )
        return path
