"""Why, for a person."""

from __future__ import annotations

import pytest

from yanmen.supply.reach import why


@pytest.mark.parametrize("reason", [*why.LOST, "malformed"])
def test_where_the_trail_is_lost_is_said_in_both_languages(reason: str) -> None:
    """With the place, and how many more there are."""
    said = why.lost(reason, "name", "a.py#L3", 4)

    assert all("a.py#L3" in text and "3" in text for text in (said.en, said.zh))
    assert "more" not in why.lost(reason, "name", "a.py", 1).en


def test_a_long_list_of_names_is_cut() -> None:
    """The sentence stays one."""
    assert why.imported(ids=True, listed=list("abcdefg")).en.endswith("a, b, c, d …")


def test_what_is_plain_comes_first() -> None:
    """Missing files before code that is made; what was not read last."""
    assert sorted(["malformed", "binary", "missing"], key=why.rank) == ["missing", "binary", "malformed"]
