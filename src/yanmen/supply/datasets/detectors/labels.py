"""Flipped labels: confident learning, and wrong labels among the rows that a classifier is surest of.

Confident learning (Northcutt, Jiang and Chuang 2021): with out-of-fold probabilities, a row is held to belong to the label
whose mean probability among its own rows it reaches; what lies off the diagonal of given against held labels estimates the
noise. Hard data look noisy to a weak classifier, so that is a hint of little weight. Wrong labels where the classifier is
surest (``surest.py``) weigh more.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from yanmen.core.nouns import Severity, Unexamined
from yanmen.supply.datasets.bayes import FOLDS, complement
from yanmen.supply.datasets.detector import Claim, TableDetector, rule
from yanmen.supply.datasets.doubt import Doubt
from yanmen.supply.datasets.features import Rows, Vector
from yanmen.supply.datasets.mining import log_tail, tail
from yanmen.supply.datasets.questions import Question
from yanmen.supply.datasets.stacking import stacked
from yanmen.supply.datasets.surest import ANY, flips, lower
from yanmen.supply.datasets.table import Table
from yanmen.supply.datasets.wording import quoted

_FIX = (
    "Read the suspects and label them anew; compare who gave which label.",
    "请复核可疑行并重新标注，同时比较各标注者的标注结果。",
)
FLIPS = rule(
    "label-flips",
    Severity.MEDIUM,
    ("Rows that clearly belong to one label have another", "明显属于某一标签的行被标为另一标签"),
    _FIX,
)
NOISE = rule(
    "label-noise",
    Severity.LOW,
    ("Labels and texts disagree", "部分标签与文本不符"),
    _FIX,
    "cwe:1039",
)
SOURCE = rule(
    "source-disagrees",
    Severity.MEDIUM,
    (
        "One source's labels are contradicted far more often than all others'",
        "某一来源的标签与其余数据相矛盾的比例远高于其他来源",
    ),
    (
        "Read some of its rows. Label them anew, or leave the source out.",
        "请抽查该来源的数据：重新标注，或剔除该来源。",
    ),
)
_NONE = 1e-6
_NOISE = 0.01
_SOURCE_LEAST, _SOURCE_MOST = 12, 0.3
"""Rows of a source, and its share of all rows, between which it is compared with the others."""
_SOURCE_P, _SOURCE_EXCESS = 1e-6, 0.3
"""Of so many contradicted rows by chance, over all sources; and how much more of its rows are contradicted than of others."""
_SOURCES, _EXACT = 5_000, 900
_USUAL = 0.45


class Labels(TableDetector):
    """Labels that the rest of the data contradicts."""

    rules = (FLIPS, NOISE, SOURCE)

    def claims(self, table: Table) -> Iterator[Claim | Unexamined]:
        """Flips by the surest rows; noise for the whole set; each source against all others."""
        for question in table.questions:
            if question.name == "label":
                doubt = table.doubts[question.name]
                said = agreed(table, question, doubt)
                yield from _flips(question, said)
                yield from _noise(table, question, said)
                yield from _sources(table, question, doubt)


def agreed(table: Table, question: Question, doubt: Doubt) -> Vector:
    """What a regression and naive Bayes say of each row together, neither having seen it or its near-duplicates."""
    folds = (table.keys[table.families] % np.uint64(FOLDS)).astype(np.int64)
    bayes = complement(doubt.features, question.outcomes, len(question.names), folds)
    return stacked((np.log(np.maximum(doubt.said, _NONE)), bayes), question.outcomes, len(question.names))


def held(said: Vector, labels: Rows) -> Rows:
    """The label that each row is held to belong to, by confident learning; -1: none surely."""
    classes = said.shape[1]
    mean = np.array(
        [said[labels == each, each].mean() if (labels == each).any() else 2.0 for each in range(classes)]
    )
    reached = np.where(said >= mean, said, -1.0)
    best = reached.argmax(axis=1)
    return np.where(reached.max(axis=1) >= 0, best, -1)


def _flips(question: Question, said: Vector) -> Iterator[Claim]:
    for each in flips(said, question.outcomes):
        share = each.wrong / each.among
        held = f"most surely have {question.say(each.truly)}" if each.truly != ANY else "are surest"
        have = question.say(each.given) if each.given != ANY else "another label"
        evidence = (
            f"of the {each.among} rows that {held}, {each.wrong} ({share:.1%}, at least {lower(each.wrong, each.among):.1%})"
            f" have {have}; {len(each.rows)} suspects"
        )
        doubts = 1 - said[each.rows, question.outcomes[each.rows]]
        yield Claim(FLIPS, each.rows.tolist(), evidence, min(0.9, 0.5 + 2 * share), doubts.tolist())


def _noise(table: Table, question: Question, said: Vector) -> Iterator[Claim]:
    labels = question.outcomes
    true = held(said, labels)
    rows = np.flatnonzero((labels >= 0) & (true >= 0) & (true != labels))
    known = int((labels >= 0).sum())
    if len(rows) < _NOISE * known:
        return
    doubts = 1 - said[rows, labels[rows]]
    order = np.lexsort((table.keys[rows], -doubts))
    rates = ", ".join(
        f"{question.say(each)} {float((labels[rows] == each).sum() / max(1, (labels == each).sum())):.1%}"
        for each in range(min(4, len(question.names)))
    )
    right = float((said.argmax(axis=1) == labels)[labels >= 0].mean())
    evidence = f"confident learning doubts {len(rows)} of {known} labels ({rates}); the classifier agrees with {right:.0%}"
    yield Claim(NOISE, rows[order].tolist(), evidence, 0.5, doubts[order].tolist())


def _sources(table: Table, question: Question, doubt: Doubt) -> Iterator[Claim]:
    """Sources whose rows are contradicted far more often than rows of all others with the same labels."""
    by_source: dict[str, list[int]] = {}
    for place, row in enumerate(table.rows):
        if row.source and question.outcomes[place] >= 0:
            by_source.setdefault(row.source, []).append(place)
    known = {name: rows for name, rows in by_source.items() if len(rows) >= _SOURCE_LEAST}
    if not 1 < len(by_source) <= _SOURCES:
        return
    guessed = doubt.said.argmax(axis=1)
    for name, places in sorted(known.items()):
        rows = np.array(places)
        if len(rows) > _SOURCE_MOST * len(table):
            continue
        against = guessed[rows] != question.outcomes[rows]
        usual = float(np.mean([doubt.usual(each) for each in question.outcomes[rows].tolist()]))
        log_p = tail(int(against.sum()), len(rows), usual) if len(rows) <= _EXACT else _bound(against, usual)
        excess = float(against.mean()) - usual
        if usual > _USUAL or excess < _SOURCE_EXCESS or log_p > np.log(_SOURCE_P / len(known)):
            continue
        wrong = rows[against]
        truly = 1 - doubt.said[wrong, question.outcomes[wrong]]
        order = np.lexsort((wrong, -truly))
        evidence = (
            f"source {quoted(name)}: {int(against.sum())} of {len(rows)} labels are contradicted by all other rows"
            f" ({against.mean():.0%}; usual {usual:.0%})"
        )
        yield Claim(
            SOURCE, wrong[order].tolist(), evidence, min(0.95, 0.5 + excess / 2), truly[order].tolist()
        )


def _bound(against: NDArray[np.bool_], usual: float) -> float:
    found = log_tail(np.array([float(against.sum())]), np.array([float(len(against))]), np.array([usual]))
    return float(found[0])
