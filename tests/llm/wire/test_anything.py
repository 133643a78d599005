"""Addresses of which nothing is known."""

from __future__ import annotations

import pytest

from yanmen.llm.wire.anything import ANYTHING
from yanmen.llm.wire.strict import Malformed


def test_every_string_is_a_strangers() -> None:
    """Values and unknown keys."""
    request = ANYTHING.request(
        b'{"model":"m","query":"hi","odd key":{"x":["y"]}}', "application/json", depth=9, values=99
    )

    assert {text.text for text in request.texts} >= {"hi", "odd key", "y", "m"}
    assert all(text.trust == "untrusted" for text in request.texts)
    assert request.model == "m"


def test_what_is_not_json_could_not_be_judged() -> None:
    """Nothing at all is nothing."""
    raw = ANYTHING.request(b"\x00\x01", "application/octet-stream", depth=9, values=99)

    assert [one.detail for one in raw.unexamined] == ["application/octet-stream"]
    assert raw.kind == "application/octet-stream"
    assert not ANYTHING.request(b"", "", depth=9, values=99).unexamined


def test_json_must_be_an_object() -> None:
    """Else there is nothing to cut it out of."""
    with pytest.raises(Malformed):
        ANYTHING.request(b"[1]", "application/json", depth=9, values=99)
