"""What stands out among a model's weights: hints for a person, with numbers, and no verdict.

Tensors of one role (the same name but for its numbers) are like one another in most models. One whose size (root mean square) or
whose tails (kurtosis) are far from its siblings' may have been changed by itself; it may also be as training left it. Values that
are no numbers, and rows of an embedding that nothing ever trained, are told as well.
"""

from __future__ import annotations

import math
import re
import statistics
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from yanmen.supply.weights.numbers import known, numbers
from yanmen.supply.weights.tensors import Tensor, Weights

_SIBLINGS = 6
"""Fewer tell nothing of what is usual."""
_FAR = 12.0
"""Times the median absolute deviation; with 1.4826 of it a standard deviation, about eight of those."""
_TIMES = 2.0
"""And at least so many times the median, or so small a part of it."""
_EMBEDDING = re.compile(r"embed|token_embd|wte|word_embeddings|lm_head|^output\.weight$")
_FLOOR = 1e-6
"""A row is unused where its size is below this part of the median row's."""


class Measures(NamedTuple):
    """What one pass over a tensor gives."""

    size: float
    """Root mean square of its finite elements."""
    tails: float
    """Excess kurtosis of its finite elements: 0 for a bell curve."""
    not_numbers: int
    infinite: int
    elements: int


class Hint(NamedTuple):
    """Something that stands out."""

    tensor: str
    kind: str
    """``size``, ``tails``, ``not-numbers``, ``infinite``, ``unused-rows``, ``constant``."""
    value: float
    usual: float
    """The median of its siblings, or what is usual."""
    among: int
    """How many siblings, or rows, it was compared with."""


def measure(tensor: Tensor) -> Measures:
    """One pass; KeyError where its type is not known."""
    sums = np.zeros(5)
    bad = infinite = 0
    for data in tensor.opened():
        values = numbers(tensor.dtype, data).astype(np.float64)
        infinite += int(np.count_nonzero(np.isinf(values)))
        bad += int(np.count_nonzero(np.isnan(values)))
        values = values[np.isfinite(values)]
        square = values * values
        with np.errstate(over="ignore"):
            sums += (
                values.size,
                values.sum(),
                square.sum(),
                (square * values).sum(),
                (square * square).sum(),
            )
    return Measures(*_moments(sums), bad, infinite, tensor.elements)


def _moments(sums: np.ndarray[tuple[int], np.dtype[np.float64]]) -> tuple[float, float]:
    count, first, second, third, fourth = (float(each) for each in sums)
    if not count:
        return 0.0, 0.0
    mean = first / count
    variance = second / count - mean * mean
    if not math.isfinite(fourth) or variance <= 0:
        return math.sqrt(second / count), 0.0
    central = fourth / count - 4 * mean * third / count + 6 * mean**2 * second / count - 3 * mean**4
    return math.sqrt(second / count), central / variance**2 - 3.0


def hints(weights: Weights) -> Iterator[Hint]:
    """Of all tensors whose type is known; the strangest are not first, but in order of their names."""
    found: dict[str, Measures] = {}
    for name, tensor in weights.tensors.items():
        if not known(tensor.dtype):
            continue
        found[name] = measured = measure(tensor)
        if measured.not_numbers:
            yield Hint(name, "not-numbers", measured.not_numbers, 0, measured.elements)
        if measured.infinite:
            yield Hint(name, "infinite", measured.infinite, 0, measured.elements)
        if measured.size == 0 and measured.elements > 1 and name.endswith("weight"):
            yield Hint(name, "constant", 0, 0, measured.elements)
        if _EMBEDDING.search(name) and len(tensor.shape) == 2:  # noqa: PLR2004 (a matrix)
            yield from _unused(tensor)
    yield from _outliers(found)


def unmeasured(weights: Weights) -> list[str]:
    """Tensors whose type is not read as numbers: nothing is said of them."""
    return [name for name, tensor in weights.tensors.items() if not known(tensor.dtype)]


def _outliers(found: dict[str, Measures]) -> Iterator[Hint]:
    """Against siblings: the same name but for its numbers."""
    roles: dict[str, list[str]] = defaultdict(list)
    for name in found:
        roles[re.sub(r"\d+", "N", name)].append(name)
    for names in roles.values():
        if len(names) < _SIBLINGS:
            continue
        sizes = {name: math.log(max(found[name].size, 1e-30)) for name in names}
        tails = {name: math.log(max(found[name].tails + 3.0, 1e-3)) for name in names}
        for kind, values in (("size", sizes), ("tails", tails)):
            middle = statistics.median(values.values())
            spread = max(statistics.median(abs(value - middle) for value in values.values()), 0.01)
            for name in names:
                away = abs(values[name] - middle)
                if away > _FAR * spread and away > math.log(_TIMES):
                    shown = found[name].size if kind == "size" else found[name].tails
                    usual = math.exp(middle) - (0.0 if kind == "size" else 3.0)
                    yield Hint(name, kind, shown, usual, len(names))


def _unused(tensor: Tensor) -> Iterator[Hint]:
    """Rows of an embedding that are next to nothing beside the others."""
    columns = tensor.shape[1]
    sizes = []
    held = np.empty(0, np.float64)
    for data in tensor.opened():
        held = np.concatenate([held, numbers(tensor.dtype, data).astype(np.float64)])
        whole = held.size // columns * columns
        rows = held[:whole].reshape(-1, columns)
        held = held[whole:]
        sizes.append(np.sqrt(np.mean(np.square(rows), axis=1)))
    every = np.concatenate(sizes) if sizes else np.empty(0)
    if every.size < _SIBLINGS:
        return
    middle = float(np.median(every))
    unused = int(np.count_nonzero(every <= middle * _FLOOR))
    if unused and middle > 0:
        yield Hint(tensor.name, "unused-rows", unused, 0, int(every.size))
