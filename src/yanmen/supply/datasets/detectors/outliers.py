"""Words that do not look like the others and stand in any context: rare-word triggers without a label to give them away.

ONION (Qi et al. 2021) takes a word for a trigger when a language model finds the text more natural without it. Here the
model is one of characters (three of them), trained on the distinct words of the same data; a word is judged by it without
its own counts, and must stand beside ever different words, as what was put at random places does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from yanmen.core.nouns import Severity, Unexamined
from yanmen.supply.datasets.detector import Claim, TableDetector, rule
from yanmen.supply.datasets.table import Table
from yanmen.supply.datasets.tokens import shown
from yanmen.supply.datasets.wording import quoted

OUTLIER = rule(
    "outlier-words",
    Severity.LOW,
    ("Words that fit nowhere stand at random places", "存在与上下文无关、位置随机的异常词"),
    (
        "Read the rows. Remove the words, or the rows, unless they are names.",
        "请查看相关行；除专有名词外，请删除该词或相关行。",
    ),
)
_LEAST, _MOST = 5, 0.05
"""Rows that a word must be in, and the share of all rows that it may be in."""
_WORDS = 20_000
"""Distinct words that are judged."""
_FREE = 0.6
"""Of its neighbours on either side, the share that must be different from each other."""
_STRANGE = 3.0
"""Standard deviations above the mean surprise of the words."""
_LETTERS = 4
"""Of a shorter word the letters say too little."""
_TOLD = 5
_SEEN = 0.1
"""What is added to each count."""


class Outliers(TableDetector):
    """Strange words in free context."""

    rules = (OUTLIER,)

    def claims(self, table: Table) -> Iterator[Claim | Unexamined]:
        """All of them in one claim."""
        words = _words(table)
        strange = surprise(words)
        if len(strange) < _LEAST * _LEAST:
            return
        values = np.array(list(strange.values()))
        middle, spread = float(values.mean()), float(values.std()) or 1.0
        found = [
            (word, words[word])
            for word, value in strange.items()
            if value >= middle + _STRANGE * spread and _free(table, words[word])
        ]
        found.sort(key=lambda each: (-len(each[1]), each[0]))
        if found:
            rows = sorted({int(table.asked.row[place]) for _, places in found[:_TOLD] for place in places})
            named = ", ".join(f"{quoted(word)} in {len(places)} rows" for word, places in found[:_TOLD])
            yield Claim(OUTLIER, rows, named, 0.6)


def _words(table: Table) -> dict[str, list[int]]:
    """Words of Latin letters that are in some rows and not in many, each with the tokens where a row has it first."""
    tokens = table.asked
    order = np.lexsort((tokens.row, tokens.hashes))
    hashes, rows = tokens.hashes[order], tokens.row[order]
    fresh = np.ones(len(order), np.bool_)
    fresh[1:] = (hashes[1:] != hashes[:-1]) | (rows[1:] != rows[:-1])
    order, hashes = order[fresh], hashes[fresh]
    heads = (
        np.flatnonzero(np.concatenate(([True], hashes[1:] != hashes[:-1])))
        if len(hashes)
        else np.zeros(0, np.int64)
    )
    sizes = np.diff(np.concatenate((heads, [len(hashes)])))
    chosen = np.flatnonzero((sizes >= _LEAST) & (sizes <= max(_LEAST, _MOST * len(table))))[:_WORDS]
    found = {}
    for each in chosen.tolist():
        places = order[heads[each] : heads[each] + sizes[each]]
        first = int(places[0])
        word = shown(table.rows[int(tokens.row[first])].asked, table.looked, tokens, first, 1).lower()
        if word.isalpha() and word.isascii() and len(word) >= _LETTERS:
            found[word] = [int(place) for place in places]
    return found


def surprise(words: dict[str, list[int]]) -> dict[str, float]:
    """Of each word how rare its triples of characters are among all other words: the mean of their information, in bits."""
    triples = Counter(triple for word in words for triple in _triples(word))
    total = sum(triples.values())
    return {
        word: float(np.mean([-np.log2((triples[triple] - 1 + _SEEN) / total) for triple in _triples(word)]))
        for word in words
    }


def _triples(word: str) -> list[str]:
    padded = f" {word} "
    return [padded[place : place + 3] for place in range(len(padded) - 2)]


def _free(table: Table, places: list[int]) -> bool:
    tokens = table.asked
    for step in (-1, 1):
        near = np.array(places) + step
        near = near[(near >= 0) & (near < len(tokens.hashes))]
        if len(near) and len(np.unique(tokens.hashes[near])) < _FREE * len(near):
            return False
    return True
