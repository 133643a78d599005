"""A tensor of a model, whatever file holds it: name, type, shape, and its bytes in little-endian C order, piece by piece."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from yanmen.supply.models.bounds import Bounds
from yanmen.supply.targets import Artifact

PIECE = 4 << 20
"""Bytes of a tensor that are held at once, about."""


class Tensor(NamedTuple):
    """One tensor and where its bytes are."""

    name: str
    dtype: str
    """As safetensors spells it (``F32``, ``BF16``); of quantised ones ggml's name (``Q4_K``)."""
    shape: tuple[int, ...]
    block: int
    """Elements of a block; 1 where each element stands by itself."""
    size: int
    """Bytes."""
    opened: Callable[[], Iterator[bytes]]
    """Its bytes in pieces, each of whole blocks."""

    @property
    def elements(self) -> int:
        """How many it has."""
        count = 1
        for each in self.shape:
            count *= each
        return count


class Weights(NamedTuple):
    """The tensors of a model, by name in sorted order."""

    path: str
    format: str
    tensors: dict[str, Tensor]
    facts: dict[str, object]
    """What the file says of itself: head counts and the like."""


Reader = Callable[[Artifact, Bounds], tuple[list[Tensor], dict[str, object]]]
"""Gives a file's tensors and what it says of itself. Unjudged, or a fault of the file, where there are none to be read."""


def stretch(artifact: Artifact, start: int, size: int, unit: int) -> Callable[[], Iterator[bytes]]:
    """Bytes of a file in pieces of whole units. EOFError where it ends too early."""

    def pieces() -> Iterator[bytes]:
        step = max(PIECE // unit, 1) * unit
        left = size
        with artifact.open() as stream:
            stream.seek(start)
            while left > 0:
                data = stream.read(min(step, left))
                if len(data) < min(step, left):
                    raise EOFError(f"{artifact.name} ends within a tensor")
                left -= len(data)
                yield data

    return pieces
