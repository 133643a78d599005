"""Pairs of answers as published preference sets lay them out: what both have in common is what was asked.

Anthropic's hh-rlhf writes the dialogue before each answer; UltraFeedback and TRL give lists of turns; others have the question in
a column of its own, and the answers as texts or turns.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_TURN = "\n\nAssistant:"
_KEYS = ("content", "value", "text")


def parted(chosen: Any, rejected: Any) -> tuple[Any, Any, Any]:
    """What both begin with, as a text or as turns, and what is left of either. Nothing where they have no turns in common."""
    if isinstance(chosen, str) and isinstance(rejected, str):
        return _texts(chosen, rejected)
    if isinstance(chosen, list | tuple) and isinstance(rejected, list | tuple):
        same = 0
        for one, other in zip(chosen, rejected, strict=False):
            if not _is_turn(one) or one != other:
                break
            same += 1
        same = min(same, len(chosen) - 1, len(rejected) - 1)
        if same > 0:
            return list(chosen[:same]), list(chosen[same:]), list(rejected[same:])
    return "", chosen, rejected


def _texts(chosen: str, rejected: str) -> tuple[str, str, str]:
    """Cut before the last turn of the assistant that begins in both at one place."""
    if not chosen.lstrip().startswith("Human:"):
        return "", chosen, rejected
    common = _common(chosen, rejected)
    place = chosen.rfind(_TURN, 0, common)
    if place < 0:
        return "", chosen, rejected
    behind = place + len(_TURN)
    return chosen[:place].strip(), chosen[behind:].strip(), rejected[behind:].strip()


def _is_turn(value: Any) -> bool:
    return isinstance(value, Mapping) and any(key in value for key in _KEYS)


def _common(one: str, other: str) -> int:
    """How many characters both begin with."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if one[:middle] == other[:middle] else (low, middle - 1)
    return low
