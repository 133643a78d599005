"""Strings of an answer, with where they stand."""

from __future__ import annotations

from yanmen.llm.wire.pieces import Pieces


def test_every_string_is_a_piece_but_the_surfaces_own_words() -> None:
    """Keys among them, with steps written as pointers write them."""
    found = Pieces({"content"}, {"assistant"})
    found.any({"content": ["a", "assistant", {"x/y": "b"}], "n": 3}, "/at", "/part", "group")
    found.grown("more", "/at/t", "/part/t", "group")

    assert [(piece.path, piece.part, piece.text, piece.grows) for piece in found.pieces] == [
        ("/at/content/0", "/part/content/0", "a", False),
        ("/at/content/2/x~1y#", "/at/content/2/x~1y#", "x/y", False),
        ("/at/content/2/x~1y", "/part/content/2/x~1y", "b", False),
        ("/at/n#", "/at/n#", "n", False),
        ("/at/t", "/part/t", "more", True),
    ]
    assert {piece.group for piece in found.pieces} == {"group"}
