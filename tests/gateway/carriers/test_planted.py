"""One call with a text planted in one place."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from yanmen.gateway.carriers.planted import SIZE, Surface, event, pieces, spelt


@given(st.text(max_size=40).filter(lambda text: not any("\ud800" <= sign <= "\udfff" for sign in text)))
def test_a_text_is_cut_and_spelt_without_loss(text: str) -> None:
    """Pieces put together, or escapes resolved, are the text."""
    assert "".join(pieces(text)) == text
    assert all(len(piece) <= SIZE for piece in pieces(text))
    assert json.loads(f'"{spelt(text)}"') == text


def test_an_event_is_named_by_its_type_where_it_has_a_name() -> None:
    """Else it is data alone."""
    assert event({"type": "a.b"}, named=True) == b'event: a.b\ndata: {"type":"a.b"}\n\n'
    assert event({"type": "a.b"}) == b'data: {"type":"a.b"}\n\n'


def test_a_carrier_says_where_its_text_is() -> None:
    """As the self-test does."""
    surface = Surface("s", "/p", b"{}")

    assert surface.request("user", {"a": 1}).name == "request user"
    assert surface.stream("content", {}, [b"x", b"y"]).answer == b"xy"
