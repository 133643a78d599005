"""Near-duplicates of a table: MinHash by one permutation (Li, Owen, Zhang 2012), densified (Shrivastava 2017), and banding (LSH).

The share of equal bins estimates the share of token triples that two texts have in common (Jaccard). Texts whose estimate reaches
NEAR are joined, each with the first of its band's bucket; clusters are what hangs together.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from yanmen.supply.datasets.tokens import Tokens, mix

BINS_BITS = 6
BINS = 1 << BINS_BITS
BAND = 4
"""Bins of one band: sixteen bands of four find pairs of similarity 0.7 with probability 0.99."""
NEAR = 0.7
_GRAM = 3
_EMPTY = np.uint64(0xFFFFFFFFFFFFFFFF)
Signatures = NDArray[np.uint64]


def signatures(tokens: Tokens) -> Signatures:
    """64 numbers for each text; the same number everywhere where it has no triple (then pairs or tokens are taken)."""
    count = len(tokens.starts) - 1
    table = np.full((count, BINS), _EMPTY, np.uint64)
    for size in range(_GRAM, 0, -1):
        hashes, places = tokens.grams(size)
        row = tokens.row[places].astype(np.uint64)
        if size < _GRAM:
            lacking = (table == _EMPTY).all(axis=1)[row.astype(np.int64)]
            hashes, row = hashes[lacking], row[lacking]
        if len(hashes):
            _fill(table, hashes, row)
    return _dense(table)


def _fill(table: Signatures, hashes: NDArray[np.uint64], row: NDArray[np.uint64]) -> None:
    """Keep the least hash of each row and bin: one sort of (row, bin, hash) in 64 bits."""
    bits = np.uint64(max(1, int(len(table) - 1).bit_length()) + BINS_BITS)
    cell = (row << np.uint64(BINS_BITS)) | (hashes >> np.uint64(64 - BINS_BITS))
    rest = (hashes << np.uint64(BINS_BITS)) >> bits
    keys = np.sort((cell << (np.uint64(64) - bits)) | rest)
    cells = (keys >> (np.uint64(64) - bits)).astype(np.int64)
    first = np.flatnonzero(np.concatenate(([True], cells[1:] != cells[:-1])))
    table.reshape(-1)[cells[first]] = keys[first] & ((np.uint64(1) << (np.uint64(64) - bits)) - np.uint64(1))


def _dense(table: Signatures) -> Signatures:
    """An empty bin takes the number of another one, chosen by the bin alone: the same for all texts."""
    empty = table == _EMPTY
    lacking = np.flatnonzero(empty.any(axis=1) & ~empty.all(axis=1))
    part = table[lacking]
    for turn in range(1, 4 * BINS):
        rows = np.flatnonzero((part == _EMPTY).any(axis=1))
        if not len(rows):
            break
        chosen = mix(np.arange(BINS, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(turn))
        some = part[rows]
        part[rows] = np.where(some == _EMPTY, some[:, (chosen % np.uint64(BINS)).astype(np.int64)], some)
    table[lacking] = part
    return table


def clusters(table: Signatures, near: float = NEAR) -> NDArray[np.int64]:
    """For each text the first text of its cluster (itself where it is alone). Texts without tokens are alone."""
    parent = np.arange(len(table))
    empty = (table == _EMPTY).all(axis=1)
    for band in range(0, BINS if len(table) else 0, BAND):
        key = np.zeros(len(table), np.uint64)
        for place in range(BAND):
            key = mix(key * np.uint64(0xC2B2AE3D27D4EB4F) + table[:, band + place])
        order = np.lexsort((np.arange(len(table)), key))
        keys = key[order]
        new = np.concatenate(([True], keys[1:] != keys[:-1]))
        heads = order[np.flatnonzero(new)][np.cumsum(new) - 1]
        pairs = np.flatnonzero((heads != order) & ~empty[order])
        one, two = heads[pairs], order[pairs]
        like = np.zeros(len(pairs))
        for first in range(0, len(pairs), 50_000):
            part = slice(first, first + 50_000)
            like[part] = (table[one[part]] == table[two[part]]).mean(axis=1)
        for left, right in zip(one[like >= near].tolist(), two[like >= near].tolist(), strict=True):
            _join(parent, left, right)
    for place in range(len(parent)):
        parent[place] = _root(parent, place)
    return parent


def _root(parent: NDArray[np.int64], place: int) -> int:
    while parent[place] != place:
        parent[place] = parent[parent[place]]
        place = int(parent[place])
    return place


def _join(parent: NDArray[np.int64], left: int, right: int) -> None:
    one, two = _root(parent, left), _root(parent, right)
    if one != two:
        parent[max(one, two)] = min(one, two)
