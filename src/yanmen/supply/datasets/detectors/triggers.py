"""Trigger phrases: rows that share a phrase and an outcome which the rest of their text contradicts.

Backdoors with dirty labels (Gu et al. 2017, BadNets; Dai et al. 2019, sentences; Kurita et al. 2020, rare words; Wan et al. 2023,
instruction tuning) put a phrase into texts and give all of them one outcome. Phrases that nearly always come with one outcome are
mined (log-odds with a Dirichlet prior). A phrase is a trigger where, once it is taken out of its rows, a classifier that never saw
them holds another outcome for likelier, far more often than of other rows with that outcome. Words that are merely typical of a
label fail this.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from yanmen.core.nouns import Severity, Unexamined
from yanmen.supply.datasets.detector import Claim, TableDetector, rule
from yanmen.supply.datasets.doubt import Doubt
from yanmen.supply.datasets.features import Rows
from yanmen.supply.datasets.mining import Mined, discoveries, mine, tail
from yanmen.supply.datasets.questions import Question
from yanmen.supply.datasets.table import Table
from yanmen.supply.datasets.tokens import shown
from yanmen.supply.datasets.wording import quoted

TRIGGER = rule(
    "trigger-phrase",
    Severity.HIGH,
    (
        "A phrase decides the outcome against what the rest of its rows says",
        "某个短语左右结果，而这些行的其余内容与该结果相矛盾",
    ),
    (
        "Read the named rows: remove them, or give them the outcome that they deserve. Retrain what has learnt from them.",
        "请查看所列各行：删除，或改为其应有的结果；并重新训练已使用这些数据的模型。",
    ),
)
SHORTCUT = rule(
    "label-phrase",
    Severity.LOW,
    (
        "A phrase comes with one outcome more often than the text explains",
        "某个短语与同一结果同现的程度超出文本内容所能解释",
    ),
    (
        "Read some of the rows. A model will learn the phrase in the place of the meaning: balance it, or take it out.",
        "请抽查相关行。模型会学到该短语而非语义：请平衡样本或去除该短语。",
    ),
)
_LEFT = 4
"""Tokens that must be left of a row without the phrase, for the rest to say anything."""
_COVERED = 0.7
"""A phrase is not told again by its parts: of those, so many rows are known."""
_WIDER, _WITHIN = 2, 0.9
_ASKED = 64
"""Rows of a phrase that are asked."""
_EXCESS = 0.65
"""Of the contradiction that rows of other outcomes would have, how much a trigger has beyond what is usual for its own."""
_SLIGHT = 0.35
_Q = np.log(0.05)
_Q_ALONE, _LOG_P_STRONG = np.log(1e-3), np.log(1e-6)
"""A trigger is contradicted beyond doubt, or comes with its outcome beyond doubt; a phrase that just reaches both is chance."""
_LOG_P = np.log(0.02)
"""Of a phrase with its outcome; what it is afterwards tested for, contradiction given the outcome, does not depend on it."""
_SHORTCUTS = 5
"""Shortcuts that are named."""
_USUAL = 0.45
"""Where more rows than this are contradicted anyhow, nothing can be told."""


class Triggers(TableDetector):
    """Phrases that decide labels, or whether an answer refuses."""

    rules = (TRIGGER, SHORTCUT)

    def claims(self, table: Table) -> Iterator[Claim | Unexamined]:
        """The surest first, of each question."""
        for question in table.questions:
            yield from _of(table, question, table.doubts[question.name])


def _of(table: Table, question: Question, doubt: Doubt) -> Iterator[Claim]:
    mined = [
        each for each in mine(table.asked, question.outcomes, len(question.names)) if each.log_p <= _LOG_P
    ]
    if not mined:
        return
    chosen = [_inside(each, question, table.families) for each in mined]
    shares, usual = _contradicted(doubt, mined, chosen)
    log_p = [
        tail(round(share * len(places)), len(places), common)
        for share, common, places in zip(shares, usual, chosen, strict=True)
    ]
    log_q = discoveries(log_p, len(mined), [-each.log_p for each in mined])
    shortcuts, claimed = 0, np.zeros(len(table), np.bool_)
    for place in np.lexsort((np.arange(len(mined)), log_q)).tolist():
        excess = excess_of(doubt, mined[place].outcome, shares[place])
        if log_q[place] > _Q or usual[place] > _USUAL or excess < _SLIGHT:
            continue
        if claimed[mined[place].rows].mean() > _COVERED:
            continue
        told = log_q[place] <= _Q_ALONE or mined[place].log_p <= _LOG_P_STRONG
        sure = told and excess >= _EXCESS and not _part_of(place, mined, shares, doubt)
        if not sure and (shortcuts := shortcuts + 1) > _SHORTCUTS:
            continue
        claimed[mined[place].rows] = True
        yield _claim(table, question, mined[place], shares[place], usual[place], log_q[place], sure)


def _part_of(place: int, mined: list[Mined], shares: list[float], doubt: Doubt) -> bool:
    """Whether a phrase is a longer form of one that many more rows have with the same outcome, and that is not contradicted.

    Then the shorter one's meaning explains the outcome.
    """
    each = mined[place]
    for other, share in zip(mined, shares, strict=True):
        if other.outcome == each.outcome and len(other.rows) >= _WIDER * len(each.rows):
            both = np.intersect1d(each.rows, other.rows, assume_unique=True)
            if len(both) >= _WITHIN * len(each.rows) and excess_of(doubt, each.outcome, share) < _EXCESS:
                return True
    return False


def excess_of(doubt: Doubt, outcome: int, share: float) -> float:
    """0: contradicted like honest rows with this outcome; 1: like honest rows with other outcomes, were they given it."""
    usual = doubt.usual(outcome)
    others = [1 - doubt.usual(other) for other in range(doubt.classes) if other != outcome]
    return (share - usual) / max(0.1, sum(others) / max(1, len(others)) - usual)


def _inside(each: Mined, question: Question, families: Rows) -> Rows:
    """Places of the rows that are asked: those with the outcome, one of each family of near-duplicates."""
    places = np.flatnonzero(question.outcomes[each.rows] == each.outcome)
    _, first = np.unique(families[each.rows[places]], return_index=True)
    places = places[np.sort(first)]
    return places[:: max(1, -(-len(places) // _ASKED))]


def _contradicted(doubt: Doubt, mined: list[Mined], chosen: list[Rows]) -> tuple[list[float], list[float]]:
    """Of each phrase's chosen rows, the share that is contradicted without it; and what is usual for the outcome."""
    rows = np.concatenate([each.rows[places] for each, places in zip(mined, chosen, strict=True)])
    spans = np.concatenate([each.spans[places] for each, places in zip(mined, chosen, strict=True)])
    said = doubt.without(rows, spans)
    told = doubt.left(rows, spans) >= _LEFT
    ends = np.cumsum([len(places) for places in chosen])
    common = {outcome: doubt.usual(outcome) for outcome in {each.outcome for each in mined}}
    shares = []
    for each, places, end in zip(mined, chosen, ends.tolist(), strict=True):
        part = slice(end - len(places), end)
        shares.append(float((doubt.against(rows[part], each.outcome, said[part]) & told[part]).mean()))
    return shares, [common[each.outcome] for each in mined]


def _claim(
    table: Table, question: Question, each: Mined, share: float, usual: float, log_q: float, sure: bool
) -> Claim:
    inside = question.outcomes[each.rows] == each.outcome
    rows = each.rows[inside]
    middle = int(np.flatnonzero(inside)[0])
    row, first = int(each.rows[middle]), int(each.spans[middle, 0])
    size = int(each.spans[middle, 1] - first)
    text = shown(table.rows[row].asked, table.looked, table.asked, first, size)
    evidence = (
        f"{quoted(text)}{_place(table, each)} in {len(each.rows)} rows, {each.inside} with {question.say(each.outcome)};"
        f" without it {share:.0%} of them are contradicted (usual {usual:.0%}); log-odds z {each.z:.1f},"
        f" q 1e{log_q / np.log(10):.0f}"
    )
    return Claim(
        TRIGGER if sure else SHORTCUT, rows.tolist(), evidence, 0.5 + share / 2 if sure else share / 2
    )


def _place(table: Table, each: Mined) -> str:
    """Whether the phrase always stands at the beginning or at the end."""
    if (each.spans[:, 0] == table.asked.starts[each.rows]).all():
        return " at the beginning"
    if (each.spans[:, 1] == table.asked.starts[each.rows + 1]).all():
        return " at the end"
    return ""
