"""Derived ids."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from yanmen.soc.identity import derived_id

AT = 1_790_000_000_000_000


def test_the_same_cause_gives_the_same_id_and_another_gives_another() -> None:
    """The parts count one by one, not run together."""
    assert derived_id("inc", AT, "a", "bc") == derived_id("inc", AT, "a", "bc")
    assert derived_id("inc", AT, "a", "bc") != derived_id("inc", AT, "ab", "c")
    assert derived_id("inc", AT, "a") != derived_id("inc", AT + 1_000, "a")


@given(st.integers(0, 1 << 52), st.integers(0, 1 << 52))
def test_derived_ids_have_the_form_of_new_ids_and_sort_by_time(one: int, other: int) -> None:
    """To the millisecond."""
    first, second = derived_id("inc", one, "x"), derived_id("inc", other, "x")

    assert re.fullmatch(r"inc_[0-9a-hjkmnp-tv-z]{26}", first)
    assert (one // 1_000 < other // 1_000) <= (first < second)
