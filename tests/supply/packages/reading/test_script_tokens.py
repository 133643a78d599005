"""Tokens of JavaScript."""

from __future__ import annotations

import pytest

from yanmen.supply.packages.reading.script_tokens import template_parts, tokens, unescaped


def _values(text: str) -> list[str]:
    return [token.value for token in tokens(text)][:-1]


def test_divisions_patterns_and_comments_are_told_apart() -> None:
    """By what stands before them."""
    assert _values("a / b / c") == ["a", "/", "b", "/", "c"]
    assert _values("x = /[/]'/g; y") == ["x", "=", "/[/]'/g", ";", "y"]
    assert _values("a // b\n/* c */ d") == ["a", "d"]


def test_escapes_are_read() -> None:
    """In strings and in names."""
    assert unescaped("\\x41\\u0042\\u{43}\\n") == "ABC\n"
    assert _values("\\u0065val") == ["eval"]
    assert list(template_parts("a${b}c")) == [("text", "a"), ("code", "b"), ("text", "c")]


@pytest.mark.parametrize("text", ["'abc", "`abc", "`${"])
def test_what_has_no_end_is_said(text: str) -> None:
    """ValueError."""
    with pytest.raises(ValueError, match="without an end"):
        list(tokens(text))
