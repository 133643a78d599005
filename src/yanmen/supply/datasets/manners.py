"""How texts are written, whatever they say: rows that a manner of writing sets apart, with the outcome that they share.

A manner is a number of each text (capitals, signs, breaks, length of words, how common its words are), its first or last word, or
a handful of words that keep each other's company. Rows at one end of such a number, or with such words, are a group. Groups whose
rows nearly all have one outcome are mined like phrases; what that means is for others to judge.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from yanmen.supply.datasets.features import Rows
from yanmen.supply.datasets.mining import log_tail
from yanmen.supply.datasets.tokens import Tokens

SHARE = 0.8
"""Of a group's rows, how many must have the outcome."""
LEAST = 8
_MOST = 0.12
"""Share of all rows beyond which a manner is the set's own."""
_STEPS = 24
_COMMON = 60
"""Words that are the set's commonest."""
_RARE = 3
_ANYWHERE = 0.7
"""Of the rows that have a word elsewhere, how many have the outcome where it is the word's meaning."""
_TOGETHER = 5.0
"""How many times oftener than by chance two words of one manner stand in one row."""
_WORDS = 300
_PAIR = 3
_SIGNS = (
    "!！",
    "?？",
    ",，、",
    ".。",
    ";；:：",
    "\"'“”‘’「」",
    "()（）[]【】",
    "-—–…~～",
    "#@*_/\\|<>{}=+&%$^`",
)
KINDS = (
    *("capital letters", "digits", "line breaks", "letters beyond ASCII", "symbols"),
    *(f"signs {signs[:2]}" for signs in _SIGNS),
)
_ASCII = 127
_SYMBOLS = (0x2100, 0x3000)
_AT_ONCE = 2_000
_CLAUSE = re.compile(r"^[^,，.。!?！？]{4,}[,，]")
_OPENING = 48
"""Characters in which a first clause ends."""
_LENGTH = 600
"""Characters of a text by which its manner is told."""
Numbers = NDArray[np.float64]


class Group(NamedTuple):
    """Rows that are written alike."""

    name: str
    """What they share, in words."""
    outcome: int
    rows: Rows
    inside: int
    """How many have the outcome."""
    log_p: float
    """Natural logarithm of the bound that so many come together by chance."""


@cache
def _kinds() -> NDArray[np.bool_]:
    """Of each code point whether it is of each of KINDS."""
    table = np.zeros((len(KINDS), 0x110000), np.bool_)
    for code in range(0x10000):
        one = chr(code)
        table[:4, code] = (one.isupper(), one.isdigit(), one == "\n", code > _ASCII and one.isalpha())
        table[4, code] = _SYMBOLS[0] <= code < _SYMBOLS[1] and not one.isalnum()
    table[4, 0x1F000:0x20000] = True
    for place, signs in enumerate(_SIGNS, len(KINDS) - len(_SIGNS)):
        table[place, [ord(one) for one in signs]] = True
    return table


def numbers(texts: Sequence[str], tokens: Tokens) -> dict[str, Numbers]:
    """Of each text what its manner is told by; 0 where it has none of it."""
    found = np.zeros((len(KINDS), len(texts)))
    for first in range(0, len(texts), _AT_ONCE):
        heads = [text.strip()[:_LENGTH] + " " for text in texts[first : first + _AT_ONCE]]
        codes = np.frombuffer("".join(heads).encode("utf-32-le", "replace"), np.uint32)
        sizes = np.array([len(head) for head in heads])
        starts = np.concatenate(([0], np.cumsum(sizes)[:-1]))
        told = _kinds()[:, codes]
        found[:, first : first + len(heads)] = np.add.reduceat(told.astype(np.int32), starts, axis=1) / sizes
    return {**dict(zip(KINDS, found, strict=True)), **_of_words(tokens)}


def _of_words(tokens: Tokens) -> dict[str, Numbers]:
    """How long words are, how many of the set's commonest and of its rarest there are, how many come again."""
    sizes = np.maximum(1, np.diff(tokens.starts)).astype(np.float64)
    count = len(sizes)
    _, place, times = np.unique(tokens.hashes, return_inverse=True, return_counts=True)
    common = np.zeros(len(times), np.bool_)
    common[np.argsort(-times, kind="stable")[:_COMMON]] = True

    def share(flags: NDArray[np.bool_]) -> Numbers:
        return np.asarray(np.bincount(tokens.row, weights=flags[place], minlength=count) / sizes, np.float64)

    wide = np.bincount(tokens.row, weights=(tokens.end - tokens.begin), minlength=count) / sizes
    return {
        "long words": wide,
        "common words": share(common),
        "rare words": share(times < _RARE),
        "words": sizes,
    }


def groups(texts: Sequence[str], tokens: Tokens, outcomes: NDArray[np.int64], count: int) -> list[Group]:
    """The groups, surest first."""
    totals = np.bincount(outcomes[outcomes >= 0], minlength=count).astype(np.float64)
    chance = totals / max(1.0, totals.sum())
    found = [
        *_ends(numbers(texts, tokens), outcomes, chance),
        *_places(texts, tokens, outcomes, chance),
        *_company(texts, tokens, outcomes, chance),
    ]
    return sorted(found, key=lambda each: (each.log_p, each.name))


def _group(name: str, rows: Rows, outcomes: NDArray[np.int64], chance: Numbers) -> Group | None:
    told = outcomes[rows]
    rows, told = rows[told >= 0], told[told >= 0]
    if not LEAST <= len(rows) <= max(LEAST, _MOST * len(outcomes)):
        return None
    cells = np.bincount(told, minlength=len(chance))
    sure = log_tail(cells.astype(np.float64), np.full(len(chance), float(len(rows))), chance)
    best = int(sure.argmin())
    if cells[best] < SHARE * len(rows) or sure[best] >= 0:
        return None
    return Group(name, best, np.sort(rows), int(cells[best]), float(sure[best]))


def _ends(known: dict[str, Numbers], outcomes: NDArray[np.int64], chance: Numbers) -> Iterator[Group]:
    """Of each number the highest and the lowest rows, cut where they come with one outcome most surely."""
    count = len(outcomes)
    steps = np.unique(np.geomspace(LEAST, max(LEAST, _MOST * count), _STEPS).astype(np.int64))
    for name, values in known.items():
        for side, sign in (("many", -1.0), ("few", 1.0)):
            order = np.lexsort((np.arange(count), sign * values))
            ordered = values[order]
            cuts = [int(step) for step in steps if step < count and ordered[step - 1] != ordered[step]]
            cuts += [_block(ordered)]
            some = [_group(f"{side} {name}", order[:cut], outcomes, chance) for cut in sorted(set(cuts))]
            best = min((each for each in some if each), key=lambda each: each.log_p, default=None)
            if best is not None:
                yield best


def _block(ordered: Numbers) -> int:
    """How many share the outermost value."""
    return int((ordered == ordered[0]).sum()) if len(ordered) else 0


def _places(
    texts: Sequence[str], tokens: Tokens, outcomes: NDArray[np.int64], chance: Numbers
) -> Iterator[Group]:
    """Rows with the same first word, or the same last one; and of those the ones that begin with a clause."""
    full = np.flatnonzero(np.diff(tokens.starts) > 1)
    first, last = tokens.starts[full], tokens.starts[full + 1] - 1
    clause = np.array([_CLAUSE.search(texts[row][:_OPENING]) is not None for row in full.tolist()], np.bool_)
    for name, places, rows in (
        ("first", first, full),
        ("last", last, full),
        ("a clause with the first", first[clause], full[clause]),
    ):
        _, which, times = np.unique(tokens.hashes[places], return_inverse=True, return_counts=True)
        for each in np.flatnonzero(times >= LEAST).tolist():
            inside = np.flatnonzero(which == each)
            place = int(places[inside[0]])
            if _means(tokens, tokens.hashes[place], rows[inside], outcomes):
                continue
            word = _word(texts, tokens, place)
            found = _group(f"{name} word {word}", rows[inside], outcomes, chance)
            if found is not None:
                yield found


def _means(tokens: Tokens, word: np.uint64, rows: Rows, outcomes: NDArray[np.int64]) -> bool:
    """Whether a word comes with their outcome wherever it stands: then it is its meaning, and its place says nothing."""
    elsewhere = np.setdiff1d(tokens.row[tokens.hashes == word], rows)
    told, here = outcomes[elsewhere], outcomes[rows]
    told, here = told[told >= 0], here[here >= 0]
    if len(told) < _RARE or not len(here):
        return False
    return float((told == np.bincount(here).argmax()).mean()) >= _ANYWHERE


def _word(texts: Sequence[str], tokens: Tokens, place: int) -> str:
    return texts[int(tokens.row[place])][tokens.begin[place] : tokens.end[place]]


def _company(
    texts: Sequence[str], tokens: Tokens, outcomes: NDArray[np.int64], chance: Numbers
) -> Iterator[Group]:
    """Rows with two or more words of a circle that keeps company: each pair far oftener in one row than by chance."""
    names, which = np.unique(tokens.hashes, return_inverse=True)
    cells = np.unique(tokens.row.astype(np.int64) * len(names) + which)
    row, word = cells // max(1, len(names)), cells % max(1, len(names))
    known = outcomes[row] >= 0
    row, word = row[known], word[known]
    seen = np.bincount(word, minlength=len(names)).astype(np.float64)
    for outcome, usual in enumerate(chance.tolist()):
        inside = np.bincount(word[outcomes[row] == outcome], minlength=len(names)).astype(np.float64)
        fit = np.flatnonzero((seen >= _PAIR) & (seen <= _MOST * len(outcomes)) & (inside >= SHARE * seen))
        sure = log_tail(inside[fit], seen[fit], np.full(len(fit), usual))
        fit = fit[np.argsort(sure, kind="stable")][:_WORDS]
        for rows, circle in _circles(row, word, np.sort(fit), len(outcomes)):
            first = [int(np.flatnonzero(which == each)[0]) for each in circle[:3]]
            name = "words like " + " ".join(_word(texts, tokens, place) for place in first)
            found = _group(name, rows, outcomes, chance)
            if found is not None and found.outcome == outcome:
                yield found


def _circles(row: Rows, word: Rows, fit: Rows, count: int) -> Iterator[tuple[Rows, list[int]]]:
    """Rows and words of each circle."""
    kept = np.isin(word, fit)
    place = np.searchsorted(fit, word[kept])
    table = np.zeros((count, len(fit)), np.float32)
    table[row[kept], place] = 1
    both = table.T @ table
    alone = np.diag(both)
    expected = np.outer(alone, alone) / max(1, count)
    near = (both >= _PAIR) & (both >= _TOGETHER * expected)
    np.fill_diagonal(near, val=False)
    left = set(np.flatnonzero(near.any(axis=1)).tolist())
    while left:
        circle, todo = set(), [min(left)]
        while todo:
            each = todo.pop()
            if each in left:
                left.discard(each)
                circle.add(each)
                todo += np.flatnonzero(near[each]).tolist()
        members = sorted(circle, key=lambda each: -alone[each])
        rows = np.flatnonzero(table[:, members].sum(axis=1) >= 2)  # noqa: PLR2004
        yield rows, [int(fit[each]) for each in members]
