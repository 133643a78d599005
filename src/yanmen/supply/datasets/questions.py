"""What is asked of a table: which rows have which label, which answers refuse, which answer is preferred."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from yanmen.supply.datasets.shapes import Row
from yanmen.supply.datasets.wording import quoted

_REFUSAL = re.compile(
    r"\b(?:I(?:'m| am)? (?:sorry|apologi[sz]e|unable to|not able to|can(?:no|')t|won't|will not|must decline|refuse)"
    r"|I can(?:no|['’])t (?:help|assist|provide|do|comply|fulfil)"
    r"|as an AI(?: language model)?,? I (?:can(?:no|')t|do not|am unable))"
    r"|(?:抱歉|对不起|很遗憾)[，,。 ]?|(?:我|无法|不能)(?:无法|不能|不会)?(?:提供|回答|协助|帮助|满足)(?:您|你)?(?:的|这|该)?(?:请求|要求|问题)"
    r"|我(?:无法|不能)(?:提供|回答|协助|帮)",
    re.IGNORECASE,
)
_BEGINNING = 120
"""Characters of an answer in which a refusal is said."""
_LEAST = 8
"""Rows of the rarer side, below which nothing is asked."""


class Question(NamedTuple):
    """One thing that rows differ in."""

    name: str
    """``label`` or ``refusal``."""
    outcomes: NDArray[np.int64]
    """Of each row, -1: none."""
    names: Sequence[str]

    def say(self, outcome: int) -> str:
        """An outcome, as evidence names it."""
        return self.names[outcome]


def refuses(answer: str) -> bool:
    """Whether an answer declines, in English or Chinese, in its first words."""
    return bool(_REFUSAL.search(answer[:_BEGINNING]))


def questions(rows: Sequence[Row], labels: NDArray[np.int64], names: Sequence[str]) -> tuple[Question, ...]:
    """Whatever can be asked of these rows. ``labels``: of each row its place in ``names``, -1: none."""
    found = []
    if _divided(labels, len(names)):
        found.append(Question("label", labels, [f"label {quoted(name)}" for name in names]))
    refused = np.array([int(refuses(row.answered)) if row.answered else -1 for row in rows], np.int64)
    if _divided(refused, 2):
        found.append(Question("refusal", refused, ("an answer that complies", "a refusal")))
    return tuple(found)


def _divided(outcomes: NDArray[np.int64], count: int) -> bool:
    known = outcomes[outcomes >= 0]
    return len(known) > 0 and int((np.bincount(known, minlength=count) >= _LEAST).sum()) > 1
