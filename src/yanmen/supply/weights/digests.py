"""A digest for each tensor, and one for the model: the same wherever the same tensors lie, whatever the file's format."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import NamedTuple

from yanmen.supply.weights.tensors import Tensor, Weights


class Digest(NamedTuple):
    """One tensor's."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    sha256: str
    """Of its bytes in little-endian C order; of a quantised tensor, of its blocks as they stand."""


def digest(tensor: Tensor) -> Digest:
    """Read it once. EOFError where the file ends within it."""
    whole = hashlib.sha256()
    for piece in tensor.opened():
        whole.update(piece)
    return Digest(tensor.name, tensor.dtype, tensor.shape, whole.hexdigest())


def digests(weights: Weights) -> Iterator[Digest]:
    """Of every tensor, by name."""
    return (digest(tensor) for tensor in weights.tensors.values())


def root(found: list[Digest]) -> str:
    """One digest over all: of the sorted lines of name (escaped as Python does), type, shape and digest, parted by tabs."""
    lines = sorted(
        f"{each.name.encode('unicode_escape').decode()}\t{each.dtype}\t{','.join(map(str, each.shape))}\t{each.sha256}\n"
        for each in found
    )
    return hashlib.sha256("".join(lines).encode()).hexdigest()
