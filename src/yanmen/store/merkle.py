"""The Merkle tree of RFC 6962, kept as a compact range: append in O(log n), prove inclusion and consistency. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence

HASH_BYTES = 32

Between = Callable[[int, int], bytes]
"""Answers the root over the leaves from one place (from 0) up to, not including, another."""


def leaf_hash(record: bytes) -> bytes:
    """Hash of a record's canonical bytes as a leaf (RFC 6962 §2.1)."""
    return hashlib.sha256(b"\x00" + record).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node (RFC 6962 §2.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def empty_root() -> bytes:
    """The root of a tree without leaves."""
    return hashlib.sha256(b"").digest()


class Frontier:
    """The roots of the full subtrees of a growing tree, left to right: all that an append needs to know.

    Holds one hash for each 1 bit of ``size``: at most 64 for any log there will ever be.
    """

    __slots__ = ("_peaks", "size")

    def __init__(self, size: int = 0, peaks: bytes = b"") -> None:
        """Take up a tree where ``bytes(frontier)`` left it; a ValueError where size and peaks do not belong together."""
        if size < 0 or len(peaks) != HASH_BYTES * size.bit_count():
            raise ValueError(
                f"a tree of {size} leaves has {max(size, 0).bit_count()} peaks of {HASH_BYTES} bytes"
            )
        self.size = size
        self._peaks = [peaks[start : start + HASH_BYTES] for start in range(0, len(peaks), HASH_BYTES)]

    def append(self, leaf: bytes) -> None:
        """Add a leaf hash on the right."""
        size, peaks = self.size, self._peaks
        while size & 1:
            leaf = node_hash(peaks.pop(), leaf)
            size >>= 1
        peaks.append(leaf)
        self.size += 1

    def peaks(self) -> list[tuple[int, int, bytes]]:
        """The full subtrees, left to right: first leaf (from 0), leaf after the last, root."""
        found, low = [], 0
        for bit, peak in zip(_bits(self.size), self._peaks, strict=True):
            found.append((low, low + bit, peak))
            low += bit
        return found

    def root(self) -> bytes:
        """The root of the whole tree."""
        if not self._peaks:
            return empty_root()
        root = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            root = node_hash(peak, root)
        return root

    def __bytes__(self) -> bytes:
        """The peaks, one after another."""
        return b"".join(self._peaks)


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The root over leaf hashes."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier.root()


def _bits(size: int) -> list[int]:
    """The powers of two that make up a size, largest first."""
    return [1 << place for place in reversed(range(size.bit_length())) if size >> place & 1]


def _split(size: int) -> int:
    """The largest power of two smaller than a size of two or more."""
    return 1 << ((size - 1).bit_length() - 1)


def inclusion_path(index: int, size: int, between: Between) -> list[bytes]:
    """The hashes that lead from leaf ``index`` (from 0) to the root, lowest first (RFC 6962 §2.1.1)."""
    if not 0 <= index < size:
        raise IndexError(f"no leaf {index} in a tree of {size}")
    path: list[bytes] = []
    low, high = 0, size
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            path.append(between(middle, high))
            high = middle
        else:
            path.append(between(low, middle))
            low = middle
    path.reverse()
    return path


def consistency_path(old: int, size: int, between: Between) -> list[bytes]:
    """The hashes that show a tree of ``size`` leaves to begin with its first ``old`` (RFC 6962 §2.1.2)."""
    if not 0 < old <= size:
        raise IndexError(f"no tree of {old} inside one of {size}")
    path: list[bytes] = []
    low, high, whole = 0, size, True
    while old != high:
        middle = low + _split(high - low)
        if old <= middle:
            path.append(between(middle, high))
            high = middle
        else:
            path.append(between(low, middle))
            low, whole = middle, False
    if not whole:
        path.append(between(low, high))
    path.reverse()
    return path


def included(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether a path proves that ``leaf`` is leaf ``index`` (from 0) of the tree with this root (RFC 9162 §2.1.3.2)."""
    if not 0 <= index < size:
        return False
    node, last, found = index, size - 1, leaf
    for step in path:
        if last == 0:
            return False
        if node & 1 or node == last:
            found = node_hash(step, found)
            while not node & 1 and node:
                node >>= 1
                last >>= 1
        else:
            found = node_hash(found, step)
        node >>= 1
        last >>= 1
    return last == 0 and found == root


def consistent(old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether a path proves that the newer tree begins with the older one (RFC 9162 §2.1.4.2)."""
    if not 0 < old <= new:
        return False
    if old == new:
        return not path and old_root == new_root
    steps = list(path)
    if old & (old - 1) == 0:
        steps.insert(0, old_root)
    if not steps:
        return False
    node, last = old - 1, new - 1
    while node & 1:
        node >>= 1
        last >>= 1
    first = second = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            first, second = node_hash(step, first), node_hash(step, second)
            while not node & 1 and node:
                node >>= 1
                last >>= 1
        else:
            second = node_hash(second, step)
        node >>= 1
        last >>= 1
    return last == 0 and first == old_root and second == new_root
