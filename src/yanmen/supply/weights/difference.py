"""Two versions of a model, tensor by tensor: which changed, and by how much."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from yanmen.supply.weights.digests import digest
from yanmen.supply.weights.numbers import known, numbers
from yanmen.supply.weights.tensors import Tensor, Weights

Pair = tuple[npt.NDArray[Any], npt.NDArray[Any]]


class Amount(NamedTuple):
    """How far two tensors of one shape are from each other."""

    largest: float
    """Largest difference of two elements; infinite or no number where one of them is."""
    relative: float
    """Frobenius norm of the difference by that of the first; infinite where the first is zero."""
    share: float
    """Part of the elements that differ, 0 to 1."""


class Change(NamedTuple):
    """What became of one tensor."""

    name: str
    kind: str
    """``same``, ``changed``, ``added``, ``removed``, ``shape``, ``type`` (numbers alike or not: see the amount), ``unread``."""
    before: str = ""
    """Type and shape, as ``F32 [2, 3]``."""
    after: str = ""
    amount: Amount | None = None


def said(tensor: Tensor) -> str:
    """Type and shape of a tensor as people write them."""
    return f"{tensor.dtype} [{', '.join(map(str, tensor.shape))}]"


def changes(first: Weights, second: Weights) -> Iterator[Change]:
    """Every tensor of either, by name."""
    for name in sorted({*first.tensors, *second.tensors}):
        one, other = first.tensors.get(name), second.tensors.get(name)
        if one is None and other is not None:
            yield Change(name, "added", after=said(other))
        elif other is None and one is not None:
            yield Change(name, "removed", before=said(one))
        elif one is not None and other is not None:
            yield _compared(name, one, other)


def _compared(name: str, one: Tensor, other: Tensor) -> Change:
    before, after = said(one), said(other)
    if one.shape != other.shape:
        return Change(name, "shape", before, after)
    if one.dtype == other.dtype and identical(one, other):
        return Change(name, "same", before, after)
    if not (known(one.dtype) and known(other.dtype)):
        return Change(name, "unread", before, after)
    kind = "changed" if one.dtype == other.dtype else "type"
    return Change(name, kind, before, after, amount(pairs(one, other)))


def identical(one: Tensor, other: Tensor) -> bool:
    """Whether two tensors of one type have the same bytes."""
    return one.size == other.size and digest(one).sha256 == digest(other).sha256


def amount(beside: Iterator[Pair]) -> Amount:
    """Of elements side by side, read once."""
    largest = squares = base = 0.0
    differing = count = 0
    for a, b in beside:
        with np.errstate(invalid="ignore", over="ignore"):
            difference = np.abs(a.astype(np.float64) - b.astype(np.float64))
            unlike = ~((a == b) | (np.isnan(a) & np.isnan(b)))
            difference = np.where(unlike, difference, 0.0)
            squares += float(np.sum(difference * difference))
            base += float(np.sum(np.square(a.astype(np.float64))))
        count += a.size
        differing += int(np.count_nonzero(unlike))
        top = float(np.max(difference, initial=0.0))
        largest = top if math.isnan(top) or top > largest else largest
    relative = math.sqrt(squares / base) if base > 0 else (math.inf if squares > 0 else 0.0)
    return Amount(largest, relative, differing / max(count, 1))


def pairs(one: Tensor, other: Tensor) -> Iterator[Pair]:
    """The elements of two tensors side by side; floats of eight bits and blocks as float32."""
    left: npt.NDArray[Any] = np.empty(0, np.float32)
    right = left
    first, second = one.opened(), other.opened()
    while True:
        if not left.size:
            left = _next(one, first)
        if not right.size:
            right = _next(other, second)
        size = min(left.size, right.size)
        if not size:
            return
        yield left[:size], right[:size]
        left, right = left[size:], right[size:]


def _next(tensor: Tensor, pieces: Iterator[bytes]) -> npt.NDArray[Any]:
    data = next(pieces, b"")
    return numbers(tensor.dtype, data) if data else np.empty(0, np.float32)
