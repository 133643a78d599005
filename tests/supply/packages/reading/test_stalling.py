"""Loops without an end."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Rules = Callable[..., set[str]]


@pytest.mark.parametrize(
    "code", ["for (let i = 6; i < Infinity; i++) { console.log('x'); }", "while (true) { console.log('x'); }"]
)
def test_a_loop_that_only_prints(code: str, rules_of: Rules) -> None:
    """Who loads it never gets on."""
    assert "sabotages" in rules_of(code, "npm", high=True)


@pytest.mark.parametrize(
    "code",
    [
        "let n = 0;\nfor (; n < text.length; n++) { if (text[n] === 'x') { break; } }",
        "while (true) { if (done()) { break; } }",
    ],
)
def test_a_loop_with_an_end(code: str, rules_of: Rules) -> None:
    """It breaks off."""
    assert not rules_of(code, "npm", high=True)
