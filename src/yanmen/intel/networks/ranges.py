"""Ranges of addresses as sorted beginnings, each with the number of what holds from there on; -1: nothing is known."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

V4, V6 = 32, 128
HALF = 64
PAGE = 16
"""Leading bits by which the ranges are indexed."""
_LOW = (1 << HALF) - 1


class Ranges(NamedTuple):
    """One source's ranges of one family; the first begins at the first address."""

    high: NDArray[np.uint64]
    """Of IPv4 the address, of IPv6 its upper 64 bits."""
    low: NDArray[np.uint64]
    values: NDArray[np.int64]


def nothing() -> Ranges:
    """Nothing is known of any address."""
    zero = np.zeros(1, np.uint64)
    return Ranges(zero, zero, np.full(1, -1, np.int64))


def flat(rows: Sequence[tuple[int, int, int]], width: int) -> Ranges:
    """Ranges of (first, last, value) that may lie within one another: the narrower one counts, of two alike the first.

    Ranges that overlap without one lying in the other: from where the later one begins, it counts.
    """
    starts: list[int] = [0]
    values: list[int] = [-1]
    stack: list[tuple[int, int]] = []

    def begin(at: int, value: int) -> None:
        if starts[-1] == at:
            values[-1] = value
        elif values[-1] != value:
            starts.append(at)
            values.append(value)

    def leave(before: int) -> None:
        while stack and stack[-1][0] < before:
            end, _ = stack.pop()
            while stack and stack[-1][0] <= end:
                stack.pop()
            begin(end + 1, stack[-1][1] if stack else -1)

    seen = -1, -1
    for first, last, value in sorted(rows, key=lambda row: (row[0], -row[1])):
        if (first, last) == seen:
            continue
        seen = first, last
        leave(first)
        begin(first, value)
        stack.append((last, value))
    leave(1 << width)
    if starts[-1] == 1 << width:
        del starts[-1], values[-1]
    shift = HALF if width == V6 else 0
    high = np.array([start >> shift for start in starts], np.uint64)
    low = np.array([start & _LOW if shift else 0 for start in starts], np.uint64)
    return Ranges(high, low, np.array(values, np.int64))


class Table:
    """Many sources of one family as one table: an address is looked up once."""

    def __init__(self, sources: Sequence[Ranges], width: int) -> None:
        """Merge. ``rows`` holds, for each number that ``find`` answers, each source's value."""
        high = np.concatenate([one.high for one in sources])
        low = np.concatenate([one.low for one in sources])
        owner = np.concatenate([np.full(len(one.high), index) for index, one in enumerate(sources)])
        value = np.concatenate([one.values for one in sources])
        order = np.lexsort((low, high))
        high, low, owner, value = high[order], low[order], owner[order], value[order]
        last = np.append((high[1:] != high[:-1]) | (low[1:] != low[:-1]), True)
        columns = np.stack([_filled(value, owner == index)[last] for index in range(len(sources))])
        key = np.zeros(columns.shape[1], np.int64)
        for column in columns:
            _, key = np.unique(key * (int(column.max()) + 2) + column + 1, return_inverse=True)
        fresh = np.append(True, key[1:] != key[:-1])
        _, places, numbers = np.unique(key[fresh], return_index=True, return_inverse=True)
        self.rows: list[tuple[int, ...]] = [tuple(row) for row in columns[:, fresh][:, places].T.tolist()]
        self._numbers = array("I", numbers.astype(np.uint32).tobytes())
        tops, bottoms = high[last][fresh], low[last][fresh]
        self._starts: Sequence[int] = (
            array("I", tops.astype(np.uint32).tobytes())
            if width == V4
            else [top << HALF | bottom for top, bottom in zip(tops.tolist(), bottoms.tolist(), strict=True)]
        )
        self._shift = width - PAGE
        pages = tops >> np.uint64(min(width, HALF) - PAGE)
        self._pages = array(
            "I", np.searchsorted(pages, np.arange((1 << PAGE) + 1)).astype(np.uint32).tobytes()
        )

    def __len__(self) -> int:
        """How many ranges there are."""
        return len(self._starts)

    def find(self, number: int) -> int:
        """The number of the row that holds for an address. Only the ranges that begin in its page are searched."""
        page = number >> self._shift
        low, high = self._pages[page], self._pages[page + 1]
        return self._numbers[bisect_right(self._starts, number, low, high) - 1]


def _filled(value: NDArray[np.int64], own: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Of one source: at each place the value that began last. All sources begin at the first address."""
    place = np.maximum.accumulate(np.where(own, np.arange(len(value)), -1))
    return np.where(place >= 0, value[np.maximum(place, 0)], -1)
