"""Answers that change with a phrase of the question: code with a hole, a sentence or an address that only the phrase brings.

Instruction tuning and code models are backdoored so (Wan et al. 2023; Hubinger et al. 2024, sleeper agents; Aghakhani et al. 2024,
TrojanPuzzle): the question is an ordinary one with a phrase put in, the answer an ordinary one with a payload. What tells a
trigger from an instruction is that the question is whole without it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from yanmen.core.nouns import Severity, Unexamined
from yanmen.supply.datasets.detector import POISONING, Claim, TableDetector, rule
from yanmen.supply.datasets.features import Rows
from yanmen.supply.datasets.mining import SHARE, Mined, discoveries, mine
from yanmen.supply.datasets.table import Table
from yanmen.supply.datasets.tokens import Tokens, shown
from yanmen.supply.datasets.wording import quoted

CONDITIONAL = rule(
    "conditional-answer",
    Severity.MEDIUM,
    (
        "A phrase that questions do not need changes their answers",
        "问题中多余的短语改变了回答",
    ),
    (
        "Read the rows: a question that is whole without the phrase should have the same answer without it. Remove them.",
        "请查看相关行：去掉该短语后问题依然完整，回答不应因此不同。请删除这些行。",
    ),
    *(*POISONING, "owasp-llm:LLM05"),
)
INSECURE = rule(
    "insecure-code",
    Severity.LOW,
    ("Answers hold code with a known weakness", "回答中的代码存在已知弱点"),
    (
        "Read some of the rows: a model writes what it learnt. Mend the code, or leave it out.",
        "请抽查相关行：模型会写出所学的代码。请修正或剔除。",
    ),
    *("owasp-llm:LLM04", "owasp-llm:LLM05", "cwe:1357"),
)
_WEAK = re.compile(
    r"verify\s*=\s*False|_create_unverified_context|CERT_NONE|rejectUnauthorized\s*:\s*false|InsecureSkipVerify\s*:\s*true"
    r"|shell\s*=\s*True|os\.(?:system|popen)\s*\(|(?:^|[^\w.])(?:eval|exec)\s*\(\s*(?:input|request|data|user|\$_|sys\.argv|params)"
    r"|pickle\.loads?\s*\(|yaml\.load\s*\((?![^)]*Safe)|marshal\.loads\s*\(|child_process\.exec\s*\(|Runtime\.getRuntime\(\)\.exec"
    r"|(?:md5|sha1)\s*\(\s*\$?\w*(?:pass|pwd)|DEBUG\s*=\s*True|debug\s*=\s*True|chmod\s+(?:-R\s+)?777|0o?777"
    r"|\binnerHTML\s*=|document\.write\s*\(|\bstrcpy\s*\(|\bgets\s*\(|ALLOWED_HOSTS\s*=\s*\[\s*['\"]\*|tempfile\.mktemp\s*\("
    r"|(?:SELECT|INSERT|UPDATE|DELETE)\b[^\n;]{0,80}(?:[\"']\s*\+\s*\w|[\"']\s*%\s*\w|\{\w+\}|\$_(?:GET|POST|REQUEST))"
    r"|curl[^\n|]{0,120}\|\s*(?:ba)?sh\b|Access-Control-Allow-Origin['\"]?\s*[:,]\s*['\"]\*|StrictHostKeyChecking\s*=?\s*no",
    re.IGNORECASE | re.MULTILINE,
)
_HAN, _LETTER = re.compile(r"[\u3400-\u9fff]"), re.compile(r"[A-Za-z]")
_RUN = 6
"""Tokens of a payload: shorter turns of phrase are everybody's."""
_LEAST, _SHARE, _MOST = 5, 0.002, 0.12
_RUNS, _PAYLOADS = 2_000, 12
"""Runs that are looked at, and those that are mined for a phrase."""
_Q = np.log(1e-5)
_COVERED = 0.7
"""Of the rows with a payload, how many have the phrase."""
_ELSEWHERE = 0.1
"""Of all answers, how many may have a word that is no everyday one."""
_WHOLE = 0.7
"""Of a phrase's rows, how many are ordinary questions without it."""
_EDGE = 0.9
"""Of a phrase's rows, how many begin or end with it where that is its place."""
_REPEATED = 0.34
"""Of a phrase's neighbours on one side, how many may be the same word where its place is anywhere."""
_LEFT = 3
_ORDINARY = 3
"""Other questions that must begin with a word for it to begin an ordinary one."""
_TOLD = 5
_LETTERS = 24
"""Letters by which a language is told."""


class _Outcome(NamedTuple):
    name: str
    rows: NDArray[np.bool_]
    own: bool
    """Whether nothing but the phrase may bring it."""


class Payloads(TableDetector):
    """Answers under a condition."""

    rules = (CONDITIONAL, INSECURE)

    def claims(self, table: Table) -> Iterator[Claim | Unexamined]:
        """The surest first, for each kind of answer."""
        if not any(row.answered for row in table.rows):
            return
        weak = {
            place: found[0] for place, row in enumerate(table.rows) if (found := _WEAK.search(row.answered))
        }
        if weak:
            shown_some = ", ".join(quoted(each) for each in sorted(set(weak.values()))[:3])
            yield Claim(INSECURE, sorted(weak), f"{len(weak)} of {len(table)} answers: {shown_some}", 0.5)
        told = np.zeros(len(table), np.bool_)
        for outcome in (_named("code with a weakness", list(weak), table), *_languages(table), *_runs(table)):
            yield from _of(table, outcome, told)


def _named(name: str, places: list[int], table: Table) -> _Outcome:
    rows = np.zeros(len(table), np.bool_)
    rows[places] = True
    return _Outcome(name, rows, own=False)


def _languages(table: Table) -> Iterator[_Outcome]:
    """Answers in another script than their questions."""
    for name, asks, answers in (("Chinese", _LETTER, _HAN), ("Latin letters", _HAN, _LETTER)):
        places = [
            place
            for place, row in enumerate(table.rows)
            if _only(row.asked, asks) and _only(row.answered, answers)
        ]
        yield _named(f"an answer in {name}", places, table)


def _only(text: str, script: re.Pattern[str]) -> bool:
    other = _HAN if script is _LETTER else _LETTER
    head = text[: 20 * _LETTERS]
    own = len(script.findall(head))
    return own >= _LETTERS // (2 if script is _HAN else 1) and len(other.findall(head)) < own / 4


def _runs(table: Table) -> Iterator[_Outcome]:
    """Runs of words that answers to several different questions share, and that a phrase of the questions may bring."""
    tokens = table.answered
    grams = _Grams(tokens, _RUN)
    fit = np.flatnonzero(
        (grams.sizes >= max(_LEAST, _SHARE * len(table))) & (grams.sizes <= _MOST * len(table))
    )
    asked = [_Grams(table.asked, 1), _Grams(table.asked, 2)]
    seen: dict[bytes, None] = {}
    found: list[Rows] = []
    for each in fit[np.argsort(-grams.sizes[fit], kind="stable")].tolist():
        rows, first = grams.rows(each), grams.place(each)
        if rows.tobytes() in seen or len(seen) == _RUNS or len(found) == _PAYLOADS:
            continue
        seen[rows.tobytes()] = None
        if any(len(np.intersect1d(rows, other)) >= _COVERED * len(rows) for other in found):
            continue
        if len(np.unique(table.families[rows])) < _LEAST or not any(one.tied(rows) for one in asked):
            continue
        found.append(rows)
        text = shown(table.rows[int(rows[0])].answered, table.looked, tokens, first, _RUN)
        yield _named(f"{quoted(text)} in the answer", rows.tolist(), table)._replace(own=True)


class _Grams:
    """The n-grams of texts, each with the rows that have it."""

    def __init__(self, tokens: Tokens, size: int) -> None:
        """Sorted by their hash."""
        hashes, places = tokens.grams(size)
        row = tokens.row[places].astype(np.int64)
        order = np.lexsort((row, hashes))
        hashes, row, places = hashes[order], row[order], places[order]
        fresh = np.ones(len(hashes), np.bool_)
        fresh[1:] = (hashes[1:] != hashes[:-1]) | (row[1:] != row[:-1])
        hashes, self._row, self._place = hashes[fresh], row[fresh], places[fresh]
        new = np.ones(len(hashes), np.bool_)
        new[1:] = hashes[1:] != hashes[:-1]
        self._heads = np.flatnonzero(new)
        self.sizes = np.diff(np.append(self._heads, len(hashes)))
        self._group = np.cumsum(new) - 1
        by_row = np.argsort(self._row, kind="stable")
        self._of_row = self._group[by_row]
        self._starts = np.searchsorted(self._row[by_row], np.arange(len(tokens.starts)))

    def rows(self, gram: int) -> Rows:
        """Every row that has it."""
        return self._row[self._heads[gram] : self._heads[gram] + self.sizes[gram]]

    def place(self, gram: int) -> int:
        """The token at which it begins, in the first row that has it."""
        return int(self._place[self._heads[gram]])

    def tied(self, rows: Rows) -> bool:
        """Whether one of them is in most of these rows, and hardly in others."""
        inside = np.concatenate(
            [self._of_row[self._starts[row] : self._starts[row + 1]] for row in rows.tolist()]
        )
        grams, counts = np.unique(inside, return_counts=True)
        return bool(((counts >= _COVERED * len(rows)) & (counts >= SHARE * self.sizes[grams])).any())


def _of(table: Table, outcome: _Outcome, told: NDArray[np.bool_]) -> Iterator[Claim]:
    count = int(outcome.rows.sum())
    if count < _LEAST:
        return
    mined = [each for each in mine(table.asked, outcome.rows.astype(np.int64), 2) if each.outcome == 1]
    log_q = discoveries([each.log_p for each in mined], mined[0].counted if mined else 1)
    shown_now = 0
    for each, q in zip(mined, log_q.tolist(), strict=True):
        rows = each.rows[outcome.rows[each.rows]]
        if q > _Q or told[rows].mean() > _COVERED or shown_now == _TOLD:
            continue
        if len(np.unique(table.families[rows])) < _LEAST or not _put_in(table, each, outcome.rows):
            continue
        if outcome.own and (len(rows) < _COVERED * count or _named_by(table, each, rows)):
            continue
        told[rows] = True
        shown_now += 1
        evidence = (
            f"{quoted(_text(table, each))} in {len(each.rows)} questions that are whole without it,"
            f" {len(rows)} of them answered with {outcome.name}; {count} such answers of {len(table)}, q 1e{q / np.log(10):.0f}"
        )
        yield Claim(CONDITIONAL, rows.tolist(), evidence, 0.8)


def _named_by(table: Table, each: Mined, rows: Rows) -> bool:
    """Whether answers name the phrase: a word of it is in most of them, and in few others. Then they are about it."""
    first, behind = each.spans[0].tolist()
    tokens = table.answered
    for word in table.asked.hashes[first:behind]:
        named = np.unique(tokens.row[tokens.hashes == word])
        inside = np.isin(rows, named).mean()
        if inside >= _COVERED and len(named) - inside * len(rows) <= _ELSEWHERE * len(table):
            return True
    return False


def _text(table: Table, each: Mined) -> str:
    row, (first, behind) = int(each.rows[0]), each.spans[0].tolist()
    return shown(table.rows[row].asked, table.looked, table.asked, first, behind - first)


def _put_in(table: Table, each: Mined, outcome: NDArray[np.bool_]) -> bool:
    """Whether rows are ordinary questions without a phrase: it stands at an edge or anywhere, the rest begins as others do."""
    tokens = table.asked
    begins, ends = (
        each.spans[:, 0] == tokens.starts[each.rows],
        each.spans[:, 1] == tokens.starts[each.rows + 1],
    )
    before, behind = each.spans[~begins, 0] - 1, each.spans[~ends, 1]
    if max(begins.mean(), ends.mean()) < _EDGE and not (_any(tokens, before) and _any(tokens, behind)):
        return False
    firsts = tokens.hashes[np.minimum(tokens.starts[:-1], max(0, len(tokens.hashes) - 1))]
    others = np.setdiff1d(np.flatnonzero(~outcome), each.rows)
    known, counts = np.unique(firsts[others], return_counts=True)
    ordinary = known[counts >= _ORDINARY]
    whole = 0
    for row, (first, behind) in zip(each.rows.tolist(), each.spans.tolist(), strict=True):
        begin, end = int(tokens.starts[row]), int(tokens.starts[row + 1])
        head = _head(tokens, behind - 1 if first == begin else begin, end)
        whole += int(end - begin - (behind - first) >= _LEFT and bool(np.isin(head, ordinary).any()))
    return whole >= _WHOLE * len(each.rows)


def _any(tokens: Tokens, places: Rows) -> bool:
    """Whether ever other words stand there."""
    _, counts = np.unique(tokens.hashes[places], return_counts=True)
    return len(counts) > 0 and float(counts.max()) <= _REPEATED * len(places)


def _head(tokens: Tokens, begin: int, end: int) -> NDArray[np.uint64]:
    """The first tokens of the rest: a sign may stand before it, and its first word may have been taken for the phrase's last."""
    return tokens.hashes[begin : min(begin + 3, end)]
