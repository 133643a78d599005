"""Versions of gems."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from yanmen.intel.advisories.versions import rubygems


def test_every_case_of_others_agrees(judged: Callable[..., dict[str, list[str]]]) -> None:
    """RubyGems calls what is refused malformed."""
    found = judged("rubygems", rubygems.key)

    assert found["differs"] == []
    assert len(found["agrees"]) > 90
    assert found["refused"] == ["1 > 1beta", "1 > 1gamma"]


def test_zeros_before_a_word_do_not_count() -> None:
    """1.0.a is 1.a, and before 1."""
    assert rubygems.key("1.0.a") == rubygems.key("1.a") < rubygems.key("1")
    assert rubygems.key("1.a.0.b") < rubygems.key("1.a")


@pytest.mark.parametrize("text", ["1.0.0-x86_64-linux", "a", "1..2"])
def test_what_is_none_is_refused(text: str) -> None:
    """A platform is none of the version."""
    with pytest.raises(ValueError, match="no version"):
        rubygems.key(text)
