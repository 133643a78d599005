"""Calls of functions of a package."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from yanmen.supply.packages.reading.effects import Effect, Trigger

Effects = Callable[..., list[Effect]]


def test_functions_are_followed_and_the_rest_is_called_later(effects: Effects) -> None:
    """What is called on import runs on import; what nobody calls, when called."""
    found = effects("import os\ndef a(c):\n    os.system(c)\ndef b():\n    os.system('later')\na('now')")

    assert {(one.text, one.trigger) for one in found} == {("now", Trigger.IMPORT), ("later", Trigger.CALLED)}


@pytest.mark.parametrize(
    "code",
    [
        "def f(n):\n    return f(n + 1)\nf(0)\nimport os\nos.system('true')",
        "def f(x):\n    return g(x)\ndef g(x):\n    return f(x)\nf(input())\nimport os\nos.system('true')",
        "f = lambda g: g(g)\nf(f)\nimport os\nos.system('true')",
    ],
)
def test_endless_calls_end(code: str, effects: Effects) -> None:
    """And what follows is still read."""
    assert [one.text for one in effects(code) if one.does == "runs-command"] == ["true"]


def test_callbacks_of_javascript_run_with_what_they_are_given(effects: Effects) -> None:
    """A response's data, collected piece by piece, is a download."""
    found = effects("fetch('http://127.0.0.1:9/').then(r => r.text()).then(t => eval(t))", "npm")

    assert any(one.does == "runs-code" and "download:127.0.0.1" in one.tags for one in found)


def test_methods_of_arrays_are_computed(effects: Effects) -> None:
    """map, reduce, concat, join."""
    found = effects(
        "require('child_process').exec(['e','u'].reverse().map(x => x).concat(['r','t']).reduce((a, b) => b + a, '').split('').join(''))",
        "npm",
    )

    assert found[0].does == "runs-command"
