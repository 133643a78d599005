"""Views know where they came from."""

from __future__ import annotations

from yanmen.guard.decoding.view import AROUND, Edit, original, payload, rewritten, shifted, turned


def test_a_view_of_a_view_points_into_the_original() -> None:
    """Whatever the order of disguises."""
    text = "say: " + "cba"
    inner = payload(turned(original(text)), [Edit(0, 3, "hello")], "test")

    assert inner.ways == ("reversed", "test")
    assert inner.span(0, 5) == (5, 8)
    assert inner.span(2, 2) == (5, 8)


def test_what_is_rewritten_keeps_its_surroundings() -> None:
    """And leaves out what is far from every change."""
    text = "a" * 1_000 + "%41" + "b" * 1_000
    view = rewritten(original(text), [Edit(1_000, 1_003, "A")], "escapes")
    place = view.text.index("A")

    assert view.text == "\n" + "a" * AROUND + "A" + "b" * AROUND
    assert view.span(place, place + 1) == (1_000, 1_003)
    assert view.span(place - 2, place + 2) == (998, 1_004)


def test_each_piece_of_a_payload_has_its_own_place() -> None:
    """They read as words one after another."""
    view = payload(original("x" * 20), [Edit(2, 5, "one"), Edit(9, 12, "two")], "test")

    assert view.text == "one two"
    assert view.span(0, 3) == (2, 5)
    assert view.span(4, 7) == (9, 12)
    assert view.span(0, 7) == (2, 12)


def test_another_alphabet_moves_nothing() -> None:
    """Each letter has its place."""
    assert shifted(original("abc"), {97: 98}, "x").text == "bbc"
    assert shifted(original("abc"), {97: 98}, "x").span(1, 2) == (1, 2)
