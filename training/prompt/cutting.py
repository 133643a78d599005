"""Cuts examples into windows with their labels."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from training.prompt.examples import UNKNOWN, Example
from yanmen.guard.model.windows import AFTER, BEFORE, Tokenizer, Window

IGNORED = -1
"""Label of a token whose part in the attack is not known."""
SURE_SHARE, SURE_TOKENS = 0.5, 24
"""A window holds an attack when it holds this share of the span's tokens, or so many of them; none of them: it does not."""
WINDOWS = 5
"""Windows of one long text that are learned from in one pass."""


@dataclass(slots=True)
class Cut:
    """One window to learn from."""

    ids: tuple[int, ...]
    attack: float
    kind: int
    weight: float
    evidence: list[int] | None
    """1 for tokens of the attack, 0 for others; None where that is not known."""
    example: int
    chosen: bool = True
    """False for a window of a long attack of which it is not known that the attack stands in it."""
    teacher: float | None = None


def cut(examples: Sequence[Example], tokenizer: Tokenizer, rng: random.Random) -> Iterator[Cut]:
    """The windows of the examples."""
    for number, example in enumerate(examples):
        windows = list(tokenizer.windows(example.text[:20_000], example.channel))
        if example.attack and example.span is not None:
            yield from _spanned(example, number, windows)
        elif example.attack:
            word = example.kind
            for place, window in enumerate(windows[:8]):
                known = len(windows) == 1
                yield Cut(window.ids, 1.0, word, example.weight, None, number, chosen=known or place < 2)
        else:
            some = windows if len(windows) <= WINDOWS else [windows[0], windows[-1], *rng.sample(windows[1:-1], WINDOWS - 2)]
            for window in some:
                yield Cut(window.ids, 0.0, UNKNOWN, example.weight, [0] * len(window.spans), number)


def _spanned(example: Example, number: int, windows: Iterable[Window]) -> Iterator[Cut]:
    assert example.span is not None
    start, end = example.span
    marked = [[int(a < end and b > start) for a, b in window.spans] for window in windows]
    longest = max(map(sum, marked))
    for window, marks in zip(windows, marked, strict=True):
        inside = sum(marks)
        if inside and (inside >= SURE_SHARE * longest or inside >= SURE_TOKENS):
            yield Cut(window.ids, 1.0, example.kind, example.weight, marks, number)
        elif not inside:
            yield Cut(window.ids, 0.0, UNKNOWN, example.weight, marks, number)


def labels(cuts: Sequence[Cut], length: int) -> list[list[int]]:
    """Labels of tokens, IGNORED for those around the text and for what is not known."""
    rows = []
    for one in cuts:
        row = [IGNORED] * length
        if one.evidence is not None:
            row[BEFORE : len(one.ids) - AFTER] = one.evidence
        rows.append(row)
    return rows
