"""Styles that decide an outcome: triggers without a word in common.

Texts rewritten in one style, or one syntax, trigger a backdoor as well as a phrase does (Qi et al. 2021, two papers). A style is
mined as a group of rows that are written alike and nearly all have one outcome. It is a trigger where a classifier that learnt from
all other rows, and so nothing of the style, holds another outcome for likelier far more often than of honest rows.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from yanmen.core.nouns import Severity, Unexamined
from yanmen.supply.datasets.detector import Claim, TableDetector, rule
from yanmen.supply.datasets.detectors.triggers import excess_of
from yanmen.supply.datasets.doubt import Doubt
from yanmen.supply.datasets.features import Rows
from yanmen.supply.datasets.manners import Group, groups
from yanmen.supply.datasets.mining import discoveries, tail
from yanmen.supply.datasets.questions import Question
from yanmen.supply.datasets.table import Table
from yanmen.supply.datasets.wording import quoted

STYLE = rule(
    "style-trigger",
    Severity.MEDIUM,
    (
        "Rows that are written alike share an outcome that their content contradicts",
        "写法相同的一组行具有同一结果，而内容与该结果相矛盾",
    ),
    (
        "Read the named rows: a model will learn the style in the place of the meaning. Remove them, or label them anew.",
        "请查看所列各行：模型会学到写法而非语义。请删除或重新标注。",
    ),
)
_TRIED = 16
"""Groups of a question that a classifier is trained without."""
_ASKED = 200
_LOG_P = np.log(0.02)
_Q = np.log(1e-3)
_EXCESS = 0.6
"""Of the contradiction that rows of other outcomes would have, how much a style has beyond what is usual."""
_USUAL = 0.45
_SAME = 0.6
_LEFT_OUT = 0.25
"""Share of rows that are left out of one training."""
_TOLD = 3


class Styles(TableDetector):
    """Manners of writing that decide labels, or whether an answer refuses."""

    rules = (STYLE,)

    def claims(self, table: Table) -> Iterator[Claim | Unexamined]:
        """The surest first, of each question."""
        texts = [row.asked for row in table.rows]
        for question in table.questions:
            found = groups(texts, table.asked, question.outcomes, len(question.names))
            tried = _distinct([each for each in found if each.log_p <= _LOG_P])
            yield from _of(table, question, table.doubts[question.name], tried)


def _distinct(found: list[Group]) -> list[Group]:
    """The surest, without those that are mostly in a surer one."""
    kept: list[Group] = []
    for each in found:
        if len(kept) == _TRIED:
            break
        if all(len(np.intersect1d(each.rows, other.rows)) < _SAME * len(each.rows) for other in kept):
            kept.append(each)
    return kept


def _of(table: Table, question: Question, doubt: Doubt, tried: list[Group]) -> Iterator[Claim]:
    told: list[tuple[float, int]] = []
    for batch in _batches(tried, len(table)):
        told += _contradicted(table, question, doubt, batch)
    log_p = [
        tail(round(share * count), count, doubt.usual(each.outcome))
        for each, (share, count) in zip(tried, told, strict=True)
    ]
    log_q = discoveries(log_p, max(1, len(tried)))
    shown = 0
    for place in np.lexsort((np.arange(len(tried)), log_q)).tolist():
        each, (share, _) = tried[place], told[place]
        usual, excess = doubt.usual(each.outcome), excess_of(doubt, each.outcome, share)
        if usual > _USUAL or excess < _EXCESS or log_q[place] > _Q or shown == _TOLD:
            continue
        shown += 1
        evidence = (
            f"{len(each.rows)} rows with {quoted(each.name)}, {each.inside} with {question.say(each.outcome)}; to a classifier"
            f" that learnt from all others {share:.0%} of them are contradicted (usual {usual:.0%}),"
            f" q 1e{log_q[place] / np.log(10):.0f}"
        )
        rows = each.rows[question.outcomes[each.rows] == each.outcome]
        yield Claim(STYLE, rows.tolist(), evidence, min(0.9, 0.4 + share / 2))


def _batches(tried: list[Group], count: int) -> Iterator[list[Group]]:
    """Groups that are left out together: one training serves them all."""
    batch: list[Group] = []
    size = 0
    for each in tried:
        if batch and size + len(each.rows) > _LEFT_OUT * count:
            yield batch
            batch, size = [], 0
        batch.append(each)
        size += len(each.rows)
    if batch:
        yield batch


def _contradicted(
    table: Table, question: Question, doubt: Doubt, batch: list[Group]
) -> Iterator[tuple[float, int]]:
    """The share of each group's rows that is contradicted by what all others say, and of how many: one of each family."""
    asked = [_asked(table, question, each) for each in batch]
    said = doubt.apart(np.concatenate([each.rows for each in batch]), np.concatenate(asked))
    ends = np.cumsum([len(rows) for rows in asked])
    for each, rows, end in zip(batch, asked, ends.tolist(), strict=True):
        yield float(doubt.against(rows, each.outcome, said[end - len(rows) : end]).mean()), len(rows)


def _asked(table: Table, question: Question, each: Group) -> Rows:
    rows: Rows = each.rows[question.outcomes[each.rows] == each.outcome]
    _, first = np.unique(table.families[rows], return_index=True)
    rows = rows[np.sort(first)]
    return rows[:: max(1, -(-len(rows) // _ASKED))]
