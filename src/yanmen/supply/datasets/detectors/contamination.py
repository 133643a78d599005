"""Benchmarks in the data: their questions, word for word or nearly so, make their scores worthless.

Overlap of n-grams, as Brown et al. (2020) and their successors count it: eight tokens (four times as many characters of
Chinese would be too many: a character is a token, so eight of them are four to six words).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from yanmen.core.nouns import Severity, Unexamined
from yanmen.supply.datasets.detector import Claim, TableDetector, rule
from yanmen.supply.datasets.table import Table
from yanmen.supply.datasets.tokens import Tokens, tokenize

CONTAMINATED = rule(
    "benchmark-contamination",
    Severity.MEDIUM,
    ("Rows hold questions of a benchmark", "数据中含有评测基准的题目"),
    ("Remove these rows, or do not report the benchmark's scores.", "删除这些行，或不再报告该基准的成绩。"),
    *("owasp-llm:LLM04", "cwe:1039"),
)
_GRAM = 8
_SHARE = 0.5
"""Of a question's n-grams, how many must be in the data."""


class Contamination(TableDetector):
    """Looks for the benchmarks that were given; without any it says nothing."""

    rules = (CONTAMINATED,)

    def claims(self, table: Table) -> Iterator[Claim | Unexamined]:
        """One claim, with the rows that hold questions."""
        if not table.against:
            return
        questions = tokenize(table.against, table.looked)
        size = min(_GRAM, max(2, int(np.median(np.diff(questions.starts)))))
        wanted, places = questions.grams(size)
        owner = questions.row[places]
        sides = [tokens.grams(size) for tokens in (table.asked, table.answered)]
        there = np.unique(np.concatenate([hashes for hashes, _ in sides]))
        hit = np.isin(wanted, there)
        count = np.bincount(owner, minlength=len(table.against))
        share = np.bincount(owner[hit], minlength=len(table.against)) / np.maximum(count, 1)
        found = np.flatnonzero((share >= _SHARE) & (count > 0))
        if not len(found):
            return
        named = np.unique(wanted[np.isin(owner, found)])
        rows = sorted(_rows(table.asked, size, named) | _rows(table.answered, size, named))
        evidence = f"{len(found)} of {len(table.against)} questions of the benchmark are in the data"
        yield Claim(CONTAMINATED, rows, evidence, 0.9)


def _rows(tokens: Tokens, size: int, named: np.ndarray[tuple[int], np.dtype[np.uint64]]) -> set[int]:
    hashes, places = tokens.grams(size)
    row = tokens.row[places]
    hits = np.bincount(row[np.isin(hashes, named)], minlength=len(tokens.starts) - 1)
    return {
        int(each)
        for each in np.flatnonzero(hits * 2 >= np.minimum(np.bincount(row, minlength=len(hits)), 8))
        if hits[each]
    }
