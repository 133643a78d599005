"""Every carrier of every surface."""

from __future__ import annotations

from yanmen.gateway.carriers.table import CARRIERS, planted
from yanmen.gateway.surfaces import PASSED, find

TEXT = "some words, said here"


def test_each_carrier_is_a_call_of_its_surface() -> None:
    """At an address of the table."""
    for name, carriers in CARRIERS.items():
        found = {find(one.method, one.path, ("/v1/rerank",)).surface.name for one in carriers(TEXT)}
        assert found == {name}, name
    assert PASSED in CARRIERS


def test_each_carrier_is_there_once_and_carries_the_text() -> None:
    """In the request or in the answer, whole or in pieces."""
    every = list(planted(TEXT))

    assert len({(one.surface, one.name) for one in every}) == len(every) > 80
    for one in every:
        where, other = (one.body, one.answer) if one.way == "request" else (one.answer, one.body)
        assert any(word in where for word in (b"some wo", b"u0073")), one.name
        assert b"some wo" not in other, one.name
