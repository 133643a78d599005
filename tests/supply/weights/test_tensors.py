"""Tensors in pieces."""

from __future__ import annotations

import pytest

from yanmen.supply.targets import Artifact
from yanmen.supply.weights.tensors import PIECE, stretch


def test_pieces_are_of_whole_units() -> None:
    """And an end that comes too early is an error."""
    data = b"x" * (2 * PIECE + 18)
    sizes = [len(piece) for piece in stretch(Artifact.held("a", data), 0, len(data) // 18 * 18, 18)()]

    assert all(size % 18 == 0 for size in sizes)
    assert max(sizes) <= PIECE
    with pytest.raises(EOFError):
        list(stretch(Artifact.held("a", b"123"), 0, 9, 1)())
