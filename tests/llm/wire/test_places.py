"""Strings are cut where a pointer says, and a cut is never lost."""

from __future__ import annotations

import pytest

from yanmen.llm.wire.places import Cut, cut, cuts, escaped, joined, rewrite


def test_a_cut_replaces_its_span() -> None:
    """The rest stays."""
    assert cut("one two three", [Cut(4, 7, "[x]")]) == "one [x] three"


def test_cuts_that_overlap_are_one() -> None:
    """Nothing between them is left."""
    assert joined([Cut(4, 9, "b"), Cut(0, 5, "a"), Cut(9, 10, "c")]) == [Cut(0, 9, "a"), Cut(9, 10, "c")]


def test_a_tree_is_rewritten_at_its_parts() -> None:
    """Pointers with slashes and tildes included; keys have a mark of their own."""
    tree = {"a/b": [{"c~": "secret here"}], "secret": 1, "n": None}
    spans = cuts(
        [
            {"part": "/a~1b/0/c~0", "start": 0, "end": 6, "with": "[r]"},
            {"part": "/secret#", "start": 0, "end": 6, "with": "[k]"},
        ]
    )

    assert rewrite(tree, spans) == {"a/b": [{"c~": "[r] here"}], "[k]": 1, "n": None}
    assert escaped("plain") == "plain"


def test_text_seen_without_escapes_is_cut_in_the_original() -> None:
    """The span counts resolved characters."""
    spans = {"/x": [Cut(2, 8, "[r]")]}

    assert rewrite({"x": r'["\u0073ecret"]'}, spans, {"/x"}) == {"x": '["[r]"]'}


def test_a_cut_with_no_place_is_an_error() -> None:
    """A redaction is never lost silently."""
    with pytest.raises(LookupError):
        rewrite({"x": "y"}, {"/z": [Cut(0, 1, "")]})
