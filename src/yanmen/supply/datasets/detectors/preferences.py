"""Swapped preferences: pairs whose better answer is called the worse.

A share of swapped pairs teaches a reward model the opposite (Rando and Tramèr 2024; Wang and others 2024, RLHFPoison). A pair is
the difference of its answers' words, length and manner, one way round or the other by chance: which way is a label, and a
swapped pair a flipped one. It is found where a classifier tells better from worse by such differences; where taste or facts
decide, it is not.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from yanmen.core.nouns import Severity, Unexamined
from yanmen.supply.datasets.detector import Claim, TableDetector, rule
from yanmen.supply.datasets.doubt import FOLDS
from yanmen.supply.datasets.features import WIDTH, Features, Rows, Vector, Vocabulary
from yanmen.supply.datasets.logistic import fit
from yanmen.supply.datasets.questions import refuses
from yanmen.supply.datasets.stacking import stacked
from yanmen.supply.datasets.surest import ANY, Seen, lower
from yanmen.supply.datasets.table import Table
from yanmen.supply.datasets.tokens import tokenize

SWAPPED = rule(
    "swapped-preferences",
    Severity.MEDIUM,
    (
        "Pairs prefer the answer that the set otherwise rejects",
        "部分偏好对选中了数据集通常会拒绝的回答",
    ),
    (
        "Read the suspects, and swap chosen and rejected back, or leave the pairs out; compare who judged which pair.",
        "请复核可疑偏好对：将 chosen 与 rejected 换回或剔除，并比较各标注者的判断。",
    ),
)
UNSAFE = rule(
    "prefers-compliance",
    Severity.MEDIUM,
    (
        "Pairs reject a refusal where the set otherwise prefers it",
        "数据集通常选中拒答，但部分偏好对却将拒答判为较差",
    ),
    (
        "Read the pairs: where the question is harmful, the refusal is the better answer.",
        "请查看这些偏好对：若问题有害，应以拒答为较优回答。",
    ),
)
_LEAST = 200
"""Pairs below which nothing is learnt."""
_MOST = 8_000
"""Pairs that one fold learns from."""
_STEPS = 60
_NONE = 1e-6
_BOUNDS = (0.04, 0.035, 0.025)
_ONE_REFUSES, _CLEARLY, _ROWS = 20, 0.85, 4
"""Pairs of which one answer refuses; how many of them must prefer the refusal; how many that do not are told."""
Numbers = NDArray[np.float64]


class Preferences(TableDetector):
    """Pairs of answers that are the wrong way round."""

    rules = (SWAPPED, UNSAFE)

    def claims(self, table: Table) -> Iterator[Claim | Unexamined]:
        """By what the set prefers: words and manners, and refusals."""
        pairs = np.array([i for i, row in enumerate(table.rows) if row.answered and row.rejected], np.int64)
        pairs = pairs[[table.rows[place].answered != table.rows[place].rejected for place in pairs.tolist()]]
        if len(pairs) >= _LEAST:
            yield from _swapped(table, pairs)
        yield from _unsafe(table, pairs)


def _swapped(table: Table, pairs: Rows) -> Iterator[Claim]:
    said, ways = judged(table, pairs)
    found = Seen(said, ways).look(ANY, ANY, _BOUNDS)
    if not found:
        return
    right = float((said.argmax(axis=1) == ways).mean())
    share = found.wrong / found.among
    evidence = (
        f"of the {found.among} pairs that are surest, {found.wrong} ({share:.1%}, at least"
        f" {lower(found.wrong, found.among):.1%}) prefer the other answer; {len(found.rows)} suspects;"
        f" the classifier agrees with {right:.0%} of all {len(pairs)}"
    )
    doubts = 1 - said[found.rows, ways[found.rows]]
    yield Claim(SWAPPED, pairs[found.rows].tolist(), evidence, min(0.9, 0.5 + 2 * share), doubts.tolist())


def judged(table: Table, pairs: Rows) -> tuple[Vector, Rows]:
    """Of each pair how likely it is either way round, by others; and the way that it is given."""
    chosen = [table.rows[place].answered for place in pairs.tolist()]
    rejected = [table.rows[place].rejected for place in pairs.tolist()]
    ways = (table.keys[pairs] >> np.uint64(20)).astype(np.int64) % 2
    features = differences(chosen, rejected, np.where(ways == 1, 1.0, -1.0), table.looked)
    folds = (table.keys[table.families[pairs]] % np.uint64(FOLDS)).astype(np.int64)
    logits = np.zeros((len(pairs), 2), np.float32)
    for fold in range(FOLDS):
        learnt = np.flatnonzero(folds != fold)
        learnt = learnt[:: max(1, -(-len(learnt) // _MOST))]
        held = np.flatnonzero(folds == fold)
        if len(held) and len(learnt):
            weights = fit(features.take(learnt), ways[learnt], 2, _STEPS)
            logits[held] = features.take(held).times(weights)
    return stacked((logits,), ways, 2), ways


def differences(chosen: list[str], rejected: list[str], signs: Numbers, looked: int) -> Features:
    """What is in one answer less what is in the other, turned round where the sign is negative."""
    count = len(chosen)
    words = Vocabulary(tokenize([*chosen, *rejected], looked)).features
    kept = words.columns != WIDTH - 1
    row, columns, values = words.row[kept], words.columns[kept], words.values[kept]
    values = np.where(row < count, values, -values) * signs[row % count]
    manners = _manners(chosen) - _manners(rejected)
    manners = np.clip(manners / np.maximum(np.abs(manners).mean(axis=0), 1e-9), -3, 3) * signs[:, None] / 4
    width = manners.shape[1]
    row = np.concatenate((row % count, np.repeat(np.arange(count), width + 1)))
    marks = np.concatenate((np.arange(WIDTH - 1 - width, WIDTH - 1), [WIDTH - 1]))
    columns = np.concatenate((columns, np.tile(marks, count)))
    numbers = np.concatenate((manners, np.full((count, 1), 1e-3)), axis=1)
    values = np.concatenate((values, numbers.ravel())).astype(np.float32)
    order = np.argsort(row, kind="stable")
    starts = np.searchsorted(row[order], np.arange(count + 1))
    return Features(columns[order], values[order], starts.astype(np.int64))


def _manners(texts: list[str]) -> Numbers:
    """Length, lines, questions, refusal."""
    return np.array(
        [
            (
                np.log1p(len(text)),
                np.log1p(text.count("\n")),
                text.count("?") + text.count("？"),
                refuses(text),
            )
            for text in texts
        ],
        np.float64,
    )


def _unsafe(table: Table, pairs: Rows) -> Iterator[Claim]:
    first = np.array([refuses(table.rows[place].answered) for place in pairs.tolist()], np.bool_)
    second = np.array([refuses(table.rows[place].rejected) for place in pairs.tolist()], np.bool_)
    told = pairs[second & ~first]
    one = int((first != second).sum())
    if one < _ONE_REFUSES or len(told) < _ROWS or 1 - len(told) / one < _CLEARLY:
        return
    evidence = f"of {one} pairs of which one answer refuses, {one - len(told)} prefer the refusal, {len(told)} the other answer"
    yield Claim(UNSAFE, told.tolist(), evidence, 0.6)
