"""Places among tokens."""

from __future__ import annotations

import pytest

from yanmen.supply.packages.reading.script import Script


def test_tokens_are_taken_and_brackets_passed_over() -> None:
    """One after another; the end stays the end."""
    cursor = Script("{ a (b) } c")
    cursor.braces()

    assert cursor.token.value == "c"
    assert cursor.accept("c")
    assert cursor.next().kind == cursor.next().kind == "end"


def test_depth_is_bounded() -> None:
    """ValueError beyond it."""
    cursor = Script("", deep=10_000)
    with pytest.raises(ValueError, match="nested"), cursor.deeper():
        pass
