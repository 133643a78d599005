"""Stretches of a text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanmen.guard import stretches


@given(st.text(alphabet="ab", max_size=70), st.sampled_from([0, 2, 8, 10]), st.integers(1, 9))
def test_a_text_that_comes_in_pieces_is_cut_like_a_whole_one(text: str, size: int, step: int) -> None:
    """Whatever the pieces; every character is in a stretch."""
    whole = [(start, text[start:end]) for start, end in stretches.cut(len(text), size)]
    walk, seen, place = stretches.Walk(size), [], 0
    while size and place < len(text):
        end = min(place + step, walk.ends)
        seen.append(walk.feed(text[place:end]))
        place = min(end, len(text))
    seen.append(walk.finish())

    assert {place for start, piece in whole for place in range(start, start + len(piece))} == set(
        range(len(text))
    )
    if size:
        assert whole == [stretch for stretch in seen if stretch is not None]


@pytest.mark.parametrize("length", [0, 5])
def test_a_detector_of_the_whole_has_one_stretch(length: int) -> None:
    """All of it, even where there is nothing."""
    assert list(stretches.cut(length, 0)) == [(0, length)]
