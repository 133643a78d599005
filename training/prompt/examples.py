"""What the model learns from and is judged by: one text in one channel."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

CLASSES = (
    "override", "jailbreak", "extraction", "exfiltration", "tool-hijack", "encoded", "many-shot", "suffix", "indirect", "other",
)
"""The attack classes, in the order of the model's outputs. Rows whose class is not known teach the attack head only."""
UNKNOWN = -1
Channel = Literal["user", "data"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A text, who it comes from, and whether it is an attack."""

    text: str
    attack: bool
    channel: Channel
    lang: str
    source: str
    group: str
    kind: int = UNKNOWN
    """Number in :data:`CLASSES`, or UNKNOWN."""
    span: tuple[int, int] | None = None
    """Where the attack stands in the text, where that is known."""
    weight: float = 1.0
    document: bool = False
    """Is it text that something can be planted in?"""

    def said(self, text: str, span: tuple[int, int] | None) -> Example:
        """The same example in other words."""
        return replace(self, text=text, span=span)


def kind(name: str | None) -> int:
    """The number of a class, or UNKNOWN."""
    return CLASSES.index(name) if name in CLASSES else UNKNOWN
