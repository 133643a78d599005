"""Phrases that nearly always come with one outcome: document frequencies, log-odds with a Dirichlet prior, exact bounds.

The log-odds ratio with an informative Dirichlet prior, and its z score, are Monroe, Colaresi and Quinn's (2008, "Fightin' Words").
What is extreme is decided by Chernoff's bound of the binomial tail (1952), which holds for few rows too, and by Benjamini and
Hochberg's (1995) control of the false discovery rate over all phrases that were counted.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from yanmen.supply.datasets.features import Rows
from yanmen.supply.datasets.tokens import Tokens

SIZES = (1, 2, 3, 4, 5, 6)
"""Tokens of a phrase; longer ones are put together from these."""
SUPPORT = 4
"""Rows that a phrase must be in."""
SHARE = 0.85
"""Of a phrase's rows, how many must have the outcome."""
_MOST = 4_000
_PRIOR = 500.0
"""Rows that the prior stands for."""
_BITS = 22
_SAME = 0.9
_PROBES = 3
_TRIED = 50


class Mined(NamedTuple):
    """A phrase, where it is, and how surely it comes with an outcome."""

    outcome: int
    size: int
    rows: Rows
    """Every row that has it."""
    spans: NDArray[np.int64]
    """Of each row the tokens (among all): the first, and the one behind the last."""
    inside: int
    """How many rows have the outcome."""
    z: float
    """Of its log-odds."""
    log_p: float
    """Natural logarithm of the bound that so many come together by chance."""
    counted: int
    """Phrases of at least SUPPORT rows that were counted in all."""


def log_tail(
    hits: NDArray[np.float64], trials: NDArray[np.float64], chance: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Chernoff: the logarithm of a bound on the probability of at least so many hits."""
    share = hits / np.maximum(trials, 1)
    chance = np.clip(chance, 1e-9, 1 - 1e-9)
    with np.errstate(divide="ignore", invalid="ignore"):
        one = np.where(share > 0, share * np.log(share / chance), 0)
        other = np.where(share < 1, (1 - share) * np.log((1 - share) / (1 - chance)), 0)
    return np.where(share > chance, -trials * (one + other), 0.0)


def tail(hits: int, trials: int, chance: float) -> float:
    """The logarithm of the probability of at least so many hits, exactly; for few trials."""
    if hits <= trials * chance:
        return 0.0
    terms = (math.comb(trials, k) * chance**k * (1 - chance) ** (trials - k) for k in range(hits, trials + 1))
    return math.log(max(sum(terms), 1e-300))


def discoveries(
    log_p: Sequence[float], among: int, weights: Sequence[float] | None = None
) -> NDArray[np.float64]:
    """Benjamini and Hochberg's q values, in logarithms, of p values that are the least ``len(log_p)`` ones of ``among``.

    ``weights``: what speaks for each beforehand, and does not depend on its p value (Genovese, Roeder and Wasserman 2006).
    """
    values = np.asarray(log_p, np.float64)
    if weights is not None and len(values):
        values = values - np.log(np.asarray(weights) / np.mean(weights))
    order = np.argsort(values, kind="stable")
    scaled = values[order] + np.log(among) - np.log(np.arange(1, len(values) + 1))
    quiet = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 0) if len(values) else scaled
    out = np.empty(len(values))
    out[order] = quiet
    return out


def mine(tokens: Tokens, outcomes: NDArray[np.int64], count: int) -> list[Mined]:
    """The phrases, surest first; those in (nearly) the same rows are one. ``outcomes``: of each row, -1 where it has none."""
    totals = np.bincount(outcomes[outcomes >= 0], minlength=count).astype(np.float64)
    found: list[Mined] = []
    counted = 0
    for size in SIZES:
        grams = _grams(tokens, size)
        if grams is None:
            continue
        several, more = _extreme(grams, outcomes, totals, size)
        counted += several
        found += more
    found.sort(key=lambda each: (each.log_p, -each.size, each.rows.tolist()))
    return [each._replace(counted=max(counted, 1)) for each in _merged(found[:_MOST])]


class _Grams(NamedTuple):
    """The n-grams of one size that are in enough rows, sorted; each once for a row."""

    row: Rows
    place: Rows
    heads: Rows


def _grams(tokens: Tokens, size: int) -> _Grams | None:
    hashes, places = tokens.grams(size)
    bucket = (hashes >> np.uint64(64 - _BITS)).astype(np.int64)
    often = np.bincount(bucket, minlength=1 << _BITS)[bucket] >= SUPPORT
    hashes, places = hashes[often], places[often]
    order = np.argsort(hashes, kind="stable")
    hashes, places = hashes[order], places[order]
    row = tokens.row[places].astype(np.int64)
    first = np.ones(len(hashes), np.bool_)
    first[1:] = (hashes[1:] != hashes[:-1]) | (row[1:] != row[:-1])
    hashes, places, row = hashes[first], places[first], row[first]
    heads = (
        np.flatnonzero(np.concatenate(([True], hashes[1:] != hashes[:-1])))
        if len(hashes)
        else np.zeros(0, np.int64)
    )
    return _Grams(row, places, heads) if len(heads) else None


def _extreme(
    grams: _Grams, outcomes: NDArray[np.int64], totals: NDArray[np.float64], size: int
) -> tuple[int, list[Mined]]:
    """How many were counted, and those that nearly always come with one outcome."""
    sizes = np.diff(np.concatenate((grams.heads, [len(grams.row)])))
    group = np.repeat(np.arange(len(sizes)), sizes)
    told = outcomes[grams.row]
    width = len(totals)
    cells = np.bincount((group * width + told)[told >= 0], minlength=len(sizes) * width).reshape(-1, width)
    seen = cells.sum(axis=1).astype(np.float64)
    best = cells.argmax(axis=1)
    inside = cells[np.arange(len(cells)), best].astype(np.float64)
    enough = (inside >= SUPPORT) & (inside >= SHARE * seen)
    chance = totals[best] / max(1.0, totals.sum())
    log_p = log_tail(inside, seen, chance)
    z = _z(inside, seen, totals[best], float(totals.sum()))
    chosen = np.flatnonzero(enough & (log_p < 0))
    chosen = chosen[np.argsort(log_p[chosen], kind="stable")][:_MOST]
    found = []
    for each in chosen.tolist():
        part = slice(int(grams.heads[each]), int(grams.heads[each] + sizes[each]))
        rows, places = grams.row[part], grams.place[part]
        kept = outcomes[rows] >= 0
        spans = np.stack((places[kept], places[kept] + size), axis=1)
        found.append(
            Mined(
                int(best[each]),
                size,
                rows[kept],
                spans,
                int(inside[each]),
                float(z[each]),
                float(log_p[each]),
                0,
            )
        )
    return int((sizes >= SUPPORT).sum()), found


def _z(
    inside: NDArray[np.float64], seen: NDArray[np.float64], total: NDArray[np.float64], everything: float
) -> NDArray[np.float64]:
    """The z score of the log-odds ratio between the rows with the outcome and all others."""
    prior = np.maximum(_PRIOR * seen / max(everything, 1.0), 0.01)
    outside, rest = seen - inside, everything - total
    one = np.log((inside + prior) / np.maximum(total + _PRIOR - inside - prior, 0.5))
    other = np.log((outside + prior) / np.maximum(rest + _PRIOR - outside - prior, 0.5))
    return np.asarray((one - other) / np.sqrt(1 / (inside + prior) + 1 / (outside + prior)), np.float64)


def _merged(found: list[Mined]) -> list[Mined]:
    """One phrase for those in nearly the same rows: in each row it reaches from the first of them to the last."""
    kept: list[Mined] = []
    same: dict[bytes, int] = {}
    by_row: dict[int, list[int]] = {}
    for each in found:
        name = each.rows.tobytes() + bytes([each.outcome % 256])
        home = same.get(name)
        if home is None:
            home = _home(each, kept, by_row)
        if home is None:
            home = len(kept)
            for row in _probes(each):
                by_row.setdefault(row, []).append(home)
            kept.append(each)
        else:
            kept[home] = _joined(kept[home], each)
        same.setdefault(name, home)
    return kept


def _probes(each: Mined) -> list[int]:
    """A few of its rows, by a hash of their place: sets that are nearly the same nearly always share one."""
    spread = (each.rows * 2_654_435_761) % (1 << 32)
    return [int(row) for row in each.rows[np.argsort(spread, kind="stable")[:_PROBES]]]


def _home(each: Mined, kept: list[Mined], by_row: dict[int, list[int]]) -> int | None:
    places = {place for row in _probes(each) for place in by_row.get(row, ())}
    for place in sorted(places)[:_TRIED]:
        other = kept[place]
        sizes = len(each.rows), len(other.rows)
        if other.outcome != each.outcome or min(sizes) < _SAME * max(sizes):
            continue
        if len(np.intersect1d(each.rows, other.rows, assume_unique=True)) >= _SAME * max(sizes):
            return place
    return None


def _joined(one: Mined, other: Mined) -> Mined:
    rows, mine_at, theirs_at = np.intersect1d(one.rows, other.rows, assume_unique=True, return_indices=True)
    del rows
    first = np.minimum(one.spans[mine_at, 0], other.spans[theirs_at, 0])
    behind = np.maximum(one.spans[mine_at, 1], other.spans[theirs_at, 1])
    sizes = behind - first
    usual = int(np.median(sizes)) if len(sizes) else one.size
    near = (other.spans[theirs_at, 0] <= one.spans[mine_at, 1] + 1) & (
        one.spans[mine_at, 0] <= other.spans[theirs_at, 1] + 1
    )
    if not len(near) or near.mean() < _SAME:
        return one
    spans = one.spans.copy()
    spans[mine_at[near]] = np.stack((first, behind), axis=1)[near]
    return one._replace(spans=spans, size=usual)
