"""The strings of an answer that are no growing text: what stands below a node, keys that are no words of the surface included."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from yanmen.llm.wire.codec import Piece
from yanmen.llm.wire.places import KEY, escaped


class Pieces:
    """Gathers the pieces of one answer or event."""

    def __init__(self, keys: Collection[str], values: Collection[str]) -> None:
        """``keys`` and ``values``: the surface's own words, which say nothing by themselves."""
        self._keys = keys
        self._values = values
        self.pieces: list[Piece] = []

    def grown(self, text: str, path: str, part: str, group: str) -> None:
        """A piece of a text that grows."""
        self.pieces.append(Piece(path, part, text, True, group))

    def any(self, node: Any, path: str, part: str, group: str = "") -> None:
        """Every string below a node. The depth is bounded already."""
        kind = type(node)
        if kind is str:
            if node and node not in self._values:
                self.pieces.append(Piece(path, part, node, False, group))
        elif kind is dict:
            for key, child in node.items():
                self.member(key, child, path, part, group)
        elif kind is list:
            for position, child in enumerate(node):
                self.any(child, f"{path}/{position}", f"{part}/{position}", group)

    def member(self, key: str, value: Any, path: str, part: str, group: str = "") -> None:
        """A key, and what stands under it."""
        self.key(key, path, group)
        step = escaped(key)
        self.any(value, f"{path}/{step}", f"{part}/{step}", group)

    def key(self, key: str, path: str, group: str = "") -> None:
        """A key, where it is no word of the surface."""
        if key and key not in self._keys:
            place = f"{path}/{escaped(key)}{KEY}"
            self.pieces.append(Piece(place, place, key, False, group))
