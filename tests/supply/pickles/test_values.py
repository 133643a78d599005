"""Abstract values."""

from __future__ import annotations

import pytest

from yanmen.supply.pickles.values import LOOKED_AT, Grouped, Listed, Made, Mapped, concrete, is_plain


def test_plain_is_constants_all_the_way_down() -> None:
    """And all of it was kept."""
    assert is_plain((1, Listed(["a", Mapped([(b"", None)])])))
    assert not is_plain(Listed([], lost=True))
    assert not is_plain((1, Made(kind="unknown", by=None)))
    assert not is_plain(Listed([Listed() for _ in range(LOOKED_AT + 1)]))
    loop = Listed()
    loop.items.append(loop)
    assert is_plain(loop)


def test_plain_data_becomes_the_language_s_own() -> None:
    """What is not plain does not, nor what holds itself."""
    assert concrete(Mapped([("a", (1, Grouped([2], frozen=True)))])) == {"a": (1, frozenset({2}))}
    loop = Listed()
    loop.items.append(loop)
    for wrong in (loop, Made(kind="unknown", by=None), Listed([], lost=True)):
        with pytest.raises(ValueError, match="plain"):
            concrete(wrong)


def test_the_last_value_of_a_key_counts() -> None:
    """As in a dict."""
    assert Mapped([("a", 1), ("a", 2)]).get("a") == 2
    assert Mapped().get("a") is None
