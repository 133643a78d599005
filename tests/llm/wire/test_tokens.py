"""Token estimates."""

from __future__ import annotations

import pytest

from yanmen.llm.wire.tokens import estimate


@pytest.mark.parametrize(
    ("text", "tokens"),
    [("", 0), ("word", 1), ("a" * 400, 100), ("你好" * 50, 100), ("你好, hello", 4), ("你" * 6000, 6000)],
)
def test_estimates_are_near_what_tokenizers_count(text: str, tokens: int) -> None:
    """A quarter of English characters; one for each Chinese one."""
    assert abs(estimate(text) - tokens) <= tokens * 0.35
