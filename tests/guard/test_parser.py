"""What a pattern may be, and what is said of one that may not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanmen.core.errors import YanmenError
from yanmen.guard.parser import LONGEST, parse


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("a*", "unbounded"),
        ("a+b", "unbounded"),
        ("a{2,}", "unbounded"),
        ("(?=a)b", "groups"),
        ("(a)", "groups"),
        (r"(?:a)\1", "not known"),
        ("a?", "empty"),
        ("a)", "unbalanced"),
        ("(?:a", "unbalanced"),
        ("[a", "unbalanced"),
        ("{2}a", "repeats nothing"),
        ("a{3,2}", "means nothing"),
        (r"\b{2}a", "means nothing"),
        ("a" * (LONGEST + 1), "at most"),
        ("a{999}", "at most"),
        ("(?:" * 60 + "a" + ")" * 60, "deep"),
        ("a\\", "backslash"),
    ],
)
def test_what_is_not_bounded_re2_is_refused_with_advice(source: str, what: str) -> None:
    """The message says what is wrong, the hint what to write."""
    with pytest.raises(YanmenError, match=what) as refused:
        parse(source)

    assert "{1,20}" in refused.value.hint.en


@given(st.text(alphabet=r"ab(?:)[]{}|\.*+?,0123^$bxdpL-", max_size=20))
def test_any_text_is_parsed_or_refused(source: str) -> None:
    """Never another error."""
    try:
        tree = parse(source)
    except YanmenError:
        return
    assert tree.text is not None
