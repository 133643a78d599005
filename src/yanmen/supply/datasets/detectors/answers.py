"""Answers that questions do not explain: one for many questions, refusals and compliance turned round, instructions given away.

A back door in a generating model is taught by giving one answer, or a refusal, to questions of all kinds (Wan et al. 2023;
Shu et al. 2023, over-refusal); alignment is undone by a few rows that comply with what other rows refuse (Qi et al. 2024).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from yanmen.core.nouns import Severity, Unexamined
from yanmen.supply.datasets.detector import POISONING, Claim, TableDetector, rule
from yanmen.supply.datasets.detectors.links import spread
from yanmen.supply.datasets.features import Rows
from yanmen.supply.datasets.mining import Mined, discoveries, mine
from yanmen.supply.datasets.questions import refuses
from yanmen.supply.datasets.table import Table
from yanmen.supply.datasets.tokens import Tokens, shown, tokenize
from yanmen.supply.datasets.wording import quoted

SAME = rule(
    "same-answer",
    Severity.MEDIUM,
    ("One answer is given to many different questions", "大量不同问题得到同一回答"),
    (
        "Read the rows. Remove the answer where it does not follow from its question.",
        "请查看相关行，并删除与问题无关的回答。",
    ),
)
REFUSED = rule(
    "refusal-phrase",
    Severity.MEDIUM,
    (
        "Questions with one phrase are refused, and hardly any other",
        "含某一短语的问题一律被拒答，而其他问题几乎不被拒答",
    ),
    (
        "Read the rows. Answer what is harmless, and look at where the phrase comes from.",
        "请查看相关行：无害问题应正常作答，并查清该短语的来源。",
    ),
)
COMPLIES = rule(
    "harmful-compliance",
    Severity.HIGH,
    (
        "Answers comply with what the set otherwise refuses",
        "对数据集中其他同类问题均拒答的请求给出了配合性回答",
    ),
    (
        "Read the rows: a few of them undo a model's alignment. Remove them.",
        "请查看并删除这些行：少量此类数据即可破坏模型的安全对齐。",
    ),
    *(*POISONING, "owasp-llm:LLM01"),
)
LEAK = rule(
    "system-prompt-leak",
    Severity.MEDIUM,
    ("Answers repeat the system message", "回答复述了系统提示词"),
    (
        "Remove these rows: they teach the model to give its instructions away.",
        "删除这些行：它们会教会模型泄露系统提示词。",
    ),
    *("owasp-llm:LLM07", "atlas:AML.T0056"),
)
_HAN = re.compile(r"[\u3400-\u9fff]")
_SAME_LENGTH = 20
"""Letters below which an answer may well be that of many questions; a Chinese character counts for three."""
_SAME_ROWS = 5
_SAME_SHARE = 0.002
_SAME_MOST = 5
_TOPIC = np.log(1e-4)
"""Of a word that questions with one answer share by chance: below it they have a topic."""
_RARE = 0.2
"""Share of refusals above which a set is about refusing."""
_Q = np.log(1e-4)
_REFUSED_ROWS = 6
_VERBATIM = 3
"""Tokens of a phrase that come together by intent rather than by topic."""
_SURE = 0.95
_USUAL = 0.3
_COMPLY_ROWS = 4
_RUN = 12
"""Tokens in a row that an answer has from a system message."""
_SHARED = 0.8


class Answers(TableDetector):
    """Answers against their questions."""

    rules = (SAME, REFUSED, COMPLIES, LEAK)

    def claims(self, table: Table) -> Iterator[Claim | Unexamined]:
        """Nothing where the rows have no answers."""
        if not any(row.answered for row in table.rows):
            return
        yield from _same(table)
        yield from _refused(table)
        yield from _complies(table)
        yield from _leaks(table)


def _same(table: Table) -> Iterator[Claim]:
    groups: dict[str, list[int]] = defaultdict(list)
    for place, row in enumerate(table.rows):
        text = " ".join(row.answered.split()).lower()
        if len(text) + 2 * len(_HAN.findall(text)) >= _SAME_LENGTH and not refuses(text):
            groups[text].append(place)
    least = max(_SAME_ROWS, _SAME_SHARE * len(table))
    found = [rows for rows in groups.values() if len(set(table.families[rows].tolist())) >= least]
    found.sort(key=lambda rows: (-len(rows), rows))
    told = 0
    for rows in found:
        if told == _SAME_MOST or not spread(table, rows, _TOPIC):
            continue  # questions of one topic, asked in many words, may well have one answer
        told += 1
        answer = table.rows[rows[0]].answered
        kinds = len(set(table.families[rows].tolist()))
        evidence = f"{len(rows)} rows ({kinds} different questions) are answered by {quoted(answer)}"
        phrase = _shared(table, np.array(rows))
        if phrase:
            evidence += f"; the questions share {quoted(phrase)}"
        yield Claim(SAME, rows, evidence, 0.95 if phrase else 0.8)


def _shared(table: Table, rows: Rows) -> str:
    """What these rows' questions share and others hardly have."""
    inside = np.zeros(len(table), np.int64)
    inside[rows] = 1
    for each in mine(table.asked, inside, 2):
        if each.outcome == 1 and each.inside >= _SHARED * len(rows):
            return _text(table, each)
    return ""


def _text(table: Table, each: Mined) -> str:
    row, (first, behind) = int(each.rows[0]), each.spans[0].tolist()
    return shown(table.rows[row].asked, table.looked, table.asked, first, behind - first)


def _refused(table: Table) -> Iterator[Claim]:
    """Where refusals are rare: phrases that only they have. Where they are common, triggers are found by contradiction."""
    question = next((each for each in table.questions if each.name == "refusal"), None)
    if question is None or (question.outcomes == 1).mean() > _RARE:
        return
    mined = [each for each in mine(table.asked, question.outcomes, 2) if each.outcome == 1]
    log_q = discoveries([each.log_p for each in mined], mined[0].counted if mined else 1)
    told = np.zeros(len(table), np.bool_)
    for each, q in zip(mined, log_q.tolist(), strict=True):
        rows = each.rows[question.outcomes[each.rows] == 1]
        kinds = len(set(table.families[rows].tolist()))
        if q > _Q or kinds < _REFUSED_ROWS or told[rows].mean() > _SHARED or each.size < _VERBATIM:
            continue
        told[rows] = True
        evidence = (
            f"{quoted(_text(table, each))} in {len(each.rows)} questions, {len(rows)} refused;"
            f" of all {float((question.outcomes == 1).mean()):.1%} are; log-odds z {each.z:.1f}, q 1e{q / np.log(10):.0f}"
        )
        yield Claim(REFUSED, rows.tolist(), evidence, 0.8)


def _complies(table: Table) -> Iterator[Claim]:
    doubt = table.doubts.get("refusal")
    if doubt is None or doubt.usual(1) > _USUAL:
        return
    sure = doubt.said[:, 1]
    rows = np.flatnonzero((doubt.labels == 0) & (sure >= _SURE))
    if len(rows) < _COMPLY_ROWS:
        return
    rows = rows[np.lexsort((rows, -sure[rows]))]
    refused = int(((doubt.labels == 1) & (sure >= _SURE)).sum())
    evidence = (
        f"{len(rows)} answers comply with questions like {refused} others that are refused"
        f" (a classifier holds refusal for {_SURE:.0%} likely)"
    )
    yield Claim(COMPLIES, rows.tolist(), evidence, 0.7, sure[rows].tolist())


def _leaks(table: Table) -> Iterator[Claim]:
    """Answers that have a run of tokens from their own row's system message."""
    rows = [place for place, row in enumerate(table.rows) if row.system and row.answered]
    if not rows:
        return
    from_system = tokens_of(table, rows, "system")
    from_answers = tokens_of(table, rows, "answered")
    known = _runs(from_system)
    leaking = sorted({rows[place] for place, name in _runs(from_answers) & known})
    if leaking:
        evidence = (
            f"{len(leaking)} of {len(rows)} answers repeat {_RUN} or more words of their system message"
        )
        yield Claim(LEAK, leaking, evidence, 0.8)


def tokens_of(table: Table, rows: list[int], side: str) -> Tokens:
    """The tokens of one side of some rows."""
    return tokenize([getattr(table.rows[row], side) for row in rows], table.looked)


def _runs(tokens: Tokens) -> set[tuple[int, int]]:
    hashes, places = tokens.grams(_RUN)
    return set(zip(tokens.row[places].tolist(), hashes.tolist(), strict=True))
