"""Abstract values."""

from __future__ import annotations

import pytest

from yanmen.supply.packages.reading.values import (
    HOLE,
    NOTHING,
    Scope,
    Value,
    all_tags,
    iterated,
    lifted,
    merged,
    plain,
)


def test_constants_lists_and_what_is_not_known() -> None:
    """A text with a hole is no constant."""
    assert plain(lifted([1, "a"])) == [1, "a"]
    assert not Value(f"a{HOLE}").known
    assert NOTHING.text == HOLE
    with pytest.raises(ValueError, match="not known"):
        plain(NOTHING)


def test_one_of_several_keeps_where_each_comes_from() -> None:
    """And every one of them."""
    both = merged([Value("a", tags=frozenset({"x"})), Value("b", tags=frozenset({"y"}))])

    assert [one.text for one in both.options()] == ["a", "b"]
    assert all_tags(Value(items=[both])) == {"x", "y"}
    assert [one.const for one in iterated(Value("ab")) or ()] == ["a", "b"]


def test_names_are_found_outward_and_put_where_they_belong() -> None:
    """Python binds here, JavaScript where the name is."""
    (outer,) = (Scope(),)
    outer.put("a", Value(1), outward=False)
    inner = Scope(outer)
    inner.put("a", Value(2), outward=True)
    inner.put("b", Value(3), outward=False)
    found = inner.find("a")

    assert found is not None
    assert found.const == 2
    assert outer.find("b") is None
