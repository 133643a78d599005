"""Rows as sparse vectors of hashed words, Chinese characters and their pairs, weighted by how rare they are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from yanmen.core.cached import cached_property
from yanmen.supply.datasets.tokens import Hashes, Tokens

WIDTH_BITS = 17
WIDTH = 1 << WIDTH_BITS
"""Columns. The last one is 1 in every row."""
Vector = NDArray[np.float32]
Rows = NDArray[np.int64]


class Features:
    """A sparse matrix: of row i ``columns[starts[i]:starts[i + 1]]``; every row has at least the last column."""

    def __init__(self, columns: Rows, values: Vector, starts: Rows) -> None:
        """As they stand."""
        self.columns = columns
        self.values = values
        self.starts = starts

    def __len__(self) -> int:
        return len(self.starts) - 1

    @cached_property
    def row(self) -> Rows:
        """The row of each value."""
        return np.repeat(np.arange(len(self)), np.diff(self.starts))

    def times(self, weights: Vector) -> Vector:
        """Rows times a matrix of WIDTH rows."""
        total = np.zeros((len(self), weights.shape[1]), np.float32)
        for place in range(weights.shape[1] if len(self) else 0):
            products = self.values * weights[:, place][self.columns]
            total[:, place] = np.add.reduceat(products, self.starts[:-1])
        return total

    def back(self, numbers: Vector) -> Vector:
        """The transpose times a matrix with a row for each row."""
        total = np.empty((WIDTH, numbers.shape[1]), np.float32)
        for place in range(numbers.shape[1]):
            weighed = self.values * numbers[:, place][self.row]
            total[:, place] = np.bincount(self.columns, weights=weighed, minlength=WIDTH)
        return total

    def take(self, rows: Rows) -> Features:
        """Some of the rows."""
        sizes = np.diff(self.starts)[rows]
        starts = np.concatenate(([0], np.cumsum(sizes)))
        places = np.arange(starts[-1]) - np.repeat(starts[:-1], sizes) + np.repeat(self.starts[rows], sizes)
        return Features(self.columns[places], self.values[places], starts)


def columns_of(hashes: Hashes) -> NDArray[np.int64]:
    """The column of each n-gram; the last column is left free."""
    return ((hashes >> np.uint64(64 - WIDTH_BITS)).astype(np.int64)) % (WIDTH - 1)


class Vocabulary:
    """How many rows each column is in, by which others are weighed."""

    def __init__(self, tokens: Tokens) -> None:
        """Count."""
        self.rows = len(tokens.starts) - 1
        row, column = _pairs(tokens)
        counts = np.bincount(column, minlength=WIDTH)
        self.idf = (np.log((1 + self.rows) / (1 + counts)) + 1).astype(np.float32)
        self.idf[counts < 2] = 0  # noqa: PLR2004 (what is in one row tells nothing of others)
        self.features = self._weighed(row, column, self.rows)

    def of(self, tokens: Tokens) -> Features:
        """New rows, weighed by the counts of the old ones."""
        return self._weighed(*_pairs(tokens), len(tokens.starts) - 1)

    def _weighed(self, row: Rows, column: Rows, count: int) -> Features:
        values = self.idf[column]
        kept = values > 0
        row, column, values = row[kept], column[kept], values[kept]
        lengths = np.sqrt(np.bincount(row, weights=values.astype(np.float64) ** 2, minlength=count))
        values = (values / np.maximum(lengths[row], 1e-6)).astype(np.float32)
        ends = np.searchsorted(row, np.arange(count), side="right")
        columns = np.insert(column, ends, WIDTH - 1)
        values = np.insert(values, ends, np.float32(1))
        starts = np.concatenate(([0], ends + np.arange(1, count + 1)))
        return Features(columns, values, starts)


def distinct(values: Rows) -> Rows:
    """Each once, in order. Sorting is quicker than numpy's hash table for what does not repeat much."""
    values = np.sort(values)
    return values[np.concatenate(([True], values[1:] != values[:-1]))] if len(values) else values


def _pairs(tokens: Tokens) -> tuple[Rows, Rows]:
    """Row and column of each thing that is in a row, once."""
    singles = distinct(tokens.row.astype(np.int64) * WIDTH + columns_of(tokens.hashes))
    hashes, places = tokens.grams(2)
    doubles = distinct(tokens.row[places].astype(np.int64) * WIDTH + columns_of(hashes))
    keys = distinct(np.concatenate((singles, doubles)))
    return keys // WIDTH, keys % WIDTH
