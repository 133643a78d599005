"""Texts that read otherwise than they are written."""

from __future__ import annotations

import pytest

from yanmen.guard.decoding.rewriting import escapes, folded, joined, leet
from yanmen.guard.decoding.view import original, rewritten


@pytest.mark.parametrize(
    "text",
    [
        "%69gnore %61ll",
        "&#105;gnore &#x61;ll",
        r"\u0069gnore \x61ll",
        r"\u{69}gnore \U00000061ll",
        r"\151gnore U+0061ll",
    ],
)
def test_escapes_are_resolved_where_they_stand(text: str) -> None:
    """Percent signs, entities, backslashes."""
    assert rewritten(original(text), list(escapes(text)), "escapes").text == "ignore all"


def test_escapes_of_several_bytes_are_one_character() -> None:
    """And what is no escape stays."""
    assert [edit.text for edit in escapes("%E5%BF%BD%E7%95%A5 &nosuch; 50% &amp")] == ["忽略", "&"]
    assert [edit.text for edit in escapes(r"\ud83d\ude00 \ud800")] == ["😀", "\ufffd"]


def test_digits_stand_for_letters_in_words_only() -> None:
    """Not in addresses, names and numbers."""
    assert [edit.text for edit in leet("1gn0r3 pr3v10us bob@x1y.com a_b1 2024 $5")] == ["ignore", "previous"]


def test_letters_set_apart_are_joined() -> None:
    """Spaces, signs, emphasis; two spaces end a word."""
    text = "i g n o r e  a l l  pre**vi**ous, 忽-略 之 前 *bold*"

    assert (
        rewritten(original(text), list(joined(text)), "joined").text
        == "ignore all  previous, 忽略之前 *bold*"
    )


def test_only_a_disguise_is_folded() -> None:
    """French and Russian are none."""
    assert folded(original("déjà vu, привет")) is None
    view = folded(original("Іgn\u200bоre"))

    assert view is not None
    assert view.text == "ignore"
    assert view.span(0, 6) == (0, 7)
