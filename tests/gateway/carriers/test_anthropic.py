"""Carriers of the surfaces of this file: what is planted is read by the surface's own codec."""

from __future__ import annotations

import pytest

from yanmen.gateway.carriers import anthropic
from yanmen.gateway.carriers.planted import Carriers
from yanmen.gateway.surfaces import find

TEXT = "some words, said here"
EACH = [anthropic.messages, anthropic.counted]


@pytest.mark.parametrize("carriers", EACH)
def test_each_request_is_read_and_the_text_in_it_found(carriers: Carriers) -> None:
    """Whole: none of it is passed over."""
    for one in carriers(TEXT):
        if one.method == "GET":
            continue
        codec = find(one.method, one.path).surface.codec
        request = codec.request(one.body, one.kind, depth=32, values=1_000)
        found = [text for text in request.texts if TEXT in text.text]
        assert bool(found) == (one.way == "request"), one.name
