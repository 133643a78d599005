"""Ranges of versions as statements write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanmen.supply.vex.ranges import order_of, parsed


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("vers:pypi/>=1.0|<2.0", ["1.0", "1.0.0", "1.10", "1.0+cu124", "2.0rc1"], ["2.0", "0.9", "1.0rc1"]),
        ("vers:pypi/<2.0|>=1.0", ["1.5"], ["2.0", "0.9"]),
        ("vers:npm/<1.2.3|>=2.0.0|<2.1.0", ["1.2.2", "2.0.9", "0.1.0"], ["1.2.3", "1.9.0", "2.1.0"]),
        ("vers:npm/>1.0.0", ["1.0.1", "9.0.0"], ["1.0.0", "1.0.0-rc.1"]),
        ("vers:npm/1.0.0|2.0.0", ["1.0.0", "2.0.0"], ["1.5.0"]),
        ("vers:npm/>=1.0.0|!=1.5.0|<2.0.0", ["1.4.0", "1.6.0"], ["1.5.0", "2.0.0"]),
        ("vers:npm/!=1.5.0", ["1.4.0", "1.6.0"], ["1.5.0"]),
        ("vers:npm/=3.0.0|<2.0.0", ["3.0.0", "1.0.0"], ["2.5.0"]),
        ("vers:deb/<1%3A2.0", ["0.9", "5.0", "1:1.9"], ["1:2.0", "2:0"]),
        ("vers:maven/*", ["1.0", "2.0-SNAPSHOT"], []),
        ("VERS:PyPI/ <2 | ", ["1"], ["2"]),
        ("vers:pypi/<=2", ["2.0"], ["2.0.post1"]),
        ("vers:pypi/<2", [], ["nonsense", ""]),
    ],
)
def test_a_range_holds_versions(text: str, inside: list[str], outside: list[str]) -> None:
    """As their ecosystem orders them; one that cannot be compared is in none."""
    found = parsed(text)

    assert found is not None
    assert [version for version in inside + outside if found.holds(version)] == inside


@pytest.mark.parametrize(
    "text",
    [
        "", "1.0", "vers:", "vers:pypi", "vers:pypi/", "vers:pypi/|", "vers:nobody/1.0", "vers:pypi/nonsense^", "vers:pypi/**",
        "vers:pypi/*|1.0", "vers:pypi/<2|<3", "vers:pypi/>=1|>2", "vers:pypi/1.0|1.0.0", "vers:pypi/<1||<2", "vers:pypi/><1",
        "vers:npm/<" + "1" * 20_000,
    ],
)  # fmt: skip
def test_what_is_no_plain_range_is_none(text: str) -> None:
    """Nothing is taken away by what cannot be read for certain."""
    assert parsed(text) is None


@given(
    st.sampled_from(["npm", "pypi", "deb", "maven"]),
    st.lists(st.integers(0, 9), min_size=2, max_size=2, unique=True),
    st.integers(0, 9),
)
def test_two_bounds_hold_what_lies_between(scheme: str, ends: list[int], version: int) -> None:
    """In whatever order they are written."""
    low, high = sorted(ends)
    for text in (f"vers:{scheme}/>={low}.0.0|<{high}.0.0", f"vers:{scheme}/<{high}.0.0|>={low}.0.0"):
        found = parsed(text)
        assert found is not None
        assert found.holds(f"{version}.0.0") is (low <= version < high)


@given(st.text(max_size=60))
def test_no_text_breaks_it(text: str) -> None:
    """Nor any version."""
    for said in (text, f"vers:npm/{text}", f"vers:pypi/>={text}"):
        found = parsed(said)
        assert found is None or found.holds(text) in {True, False}


def test_types_without_an_order_have_none() -> None:
    """A container image is not compared."""
    assert order_of("oci") is None
    assert order_of("pypi") is not None
