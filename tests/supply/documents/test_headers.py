"""Paragraphs of headers."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from yanmen.supply.documents.headers import HEADERS, first, headers, paragraphs


def test_values_go_on_and_repeat() -> None:
    """The body after an empty line is none of it; UNKNOWN is nothing."""
    found = headers(
        "Name: x\nClassifier: a\nClassifier: b\nLicense: one\n  two\nAuthor: UNKNOWN\r\n\nName: y\n"
    )

    assert found["classifier"] == ["a", "b"]
    assert found["license"] == ["one\ntwo"]
    assert (first(found, "name"), first(found, "author"), first(found, "none")) == ("x", "", "")


def test_a_paragraph_without_end_is_cut() -> None:
    """Its further lines are passed by; the next is read."""
    one, two = paragraphs("\n".join(["a: b"] * (HEADERS + 5)) + "\n\nc: d")

    assert (len(one["a"]), two) == (HEADERS, {"c": ["d"]})


def test_a_value_of_many_lines() -> None:
    """Is joined once."""
    assert len(first(headers("a: b\n" + " c\n" * 15_000), "a").split("\n")) == 15_001


@given(st.text(max_size=100))
def test_any_text_is_paragraphs(text: str) -> None:
    """Names are in lower case."""
    for one in paragraphs(text):
        assert all(name == name.lower() or not name.islower() for name in one)
