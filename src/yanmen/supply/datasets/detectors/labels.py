"""Flipped labels: confident learning, and the floor of errors among the rows that a classifier is surest of.

Confident learning (Northcutt, Jiang and Chuang 2021): with out-of-fold probabilities, a row is held to belong to the label
whose mean probability among its own rows it reaches; what lies off the diagonal of given against held labels estimates the
noise. Hard data look noisy to a weak classifier, so that is a hint of little weight. What weighs more is the floor: honest
errors vanish among the rows that the classifier is surest of, flipped labels do not.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from yanmen.core.nouns import Severity, Unexamined
from yanmen.supply.datasets.detector import Claim, TableDetector, rule
from yanmen.supply.datasets.doubt import Doubt
from yanmen.supply.datasets.features import Rows, Vector
from yanmen.supply.datasets.mining import log_tail, tail
from yanmen.supply.datasets.questions import Question
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
_SUREST = 0.15
"""Of the rows that are held to belong to a label, the part that the classifier is surest of."""
_FLOOR = 0.05
"""Share of them with another label from which labels have been flipped."""
_LOWEST = 0.03
"""Below this the share may not be, at the lower end of its interval."""
_SKILLED = 0.25
"""Share of a label's rows that may be contradicted; beyond it the classifier knows too little to blame anybody."""
_NOISE = 0.01
_LEAST = 40
"""Rows of a label below which nothing is told."""
_Z = 1.96
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
        """For each pair of labels flips by their floor; noise for the whole set; each source against all others."""
        for question in table.questions:
            if question.name == "label":
                doubt = table.doubts[question.name]
                flipped = list(_flips(question, doubt))
                yield from flipped
                yield from _noise(table, question, doubt)
                yield from _sources(table, question, doubt)


def held(said: Vector, labels: Rows) -> Rows:
    """The label that each row is held to belong to, by confident learning; -1: none surely."""
    classes = said.shape[1]
    mean = np.array(
        [said[labels == each, each].mean() if (labels == each).any() else 2.0 for each in range(classes)]
    )
    reached = np.where(said >= mean, said, -1.0)
    best = reached.argmax(axis=1)
    return np.where(reached.max(axis=1) >= 0, best, -1)


def _flips(question: Question, doubt: Doubt) -> Iterator[Claim]:
    labels, said = question.outcomes, doubt.said
    guessed = said.argmax(axis=1)
    skilled = [doubt.usual(each) <= _SKILLED for each in range(len(question.names))]
    for truly in range(len(question.names)):
        rows = np.flatnonzero((guessed == truly) & (labels >= 0))
        if len(rows) * _SUREST < _LEAST:
            continue
        surest = rows[np.lexsort((rows, -said[rows, truly]))][: int(len(rows) * _SUREST)]
        for given in range(len(question.names)):
            wrong = surest[labels[surest] == given]
            share = len(wrong) / len(surest)
            if (
                given == truly
                or not (skilled[given] and skilled[truly])
                or share < _FLOOR
                or lower(len(wrong), len(surest)) < _LOWEST
            ):
                continue
            all_wrong = rows[labels[rows] == given]
            all_wrong = all_wrong[np.lexsort((all_wrong, -said[all_wrong, truly]))]
            evidence = (
                f"of the {len(surest)} rows that most surely have {question.say(truly)}, {len(wrong)} ({share:.1%}) have"
                f" {question.say(given)}; {len(all_wrong)} suspects"
            )
            yield Claim(
                FLIPS,
                all_wrong.tolist(),
                evidence,
                min(0.9, 0.5 + 2 * share),
                said[all_wrong, truly].tolist(),
            )


def lower(hits: int, trials: int) -> float:
    """The lower end of Wilson's interval (1927) of a share."""
    share = hits / trials
    middle = share + _Z**2 / (2 * trials)
    width = _Z * float(np.sqrt(share * (1 - share) / trials + _Z**2 / (4 * trials**2)))
    return (middle - width) / (1 + _Z**2 / trials)


def _noise(table: Table, question: Question, doubt: Doubt) -> Iterator[Claim]:
    labels, said = question.outcomes, doubt.said
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
