"""Demands, raised."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet

from yanmen.supply.upgrades import ranges


@pytest.mark.parametrize(
    ("demanded", "target", "raised"),
    [
        ("==1.0", "1.2", "==1.2"),
        ("===1.0", "1.2", "===1.2"),
        ("", "1.2", ">=1.2"),
        (">=1.0", "1.2", ">=1.2"),
        (">=1.0,<2", "1.2", ">=1.2,<2"),
        (">=1.0,<2", "2.1", ">=2.1"),
        ("~=1.0.3", "1.0.9", "~=1.0.9"),
        ("~=1.0.3", "1.2.0", ">=1.2.0"),
        ("~=1.4", "1.6", "~=1.6"),
        ("==1.*", "1.2", ">=1.2,==1.*"),
        ("==1.*", "2.0", ">=2.0"),
        (">1,!=1.1,<3", "1.2", ">=1.2,!=1.1,<3"),
        ("<=1.0", "1.2", ">=1.2"),
    ],
)
def test_a_specifier_is_raised_as_little_as_may_be(demanded: str, target: str, raised: str) -> None:
    """An exact one stays exact, bounds above stay while they let the version in."""
    assert ranges.pep440(demanded, target) == raised


@pytest.mark.parametrize(
    ("demanded", "target", "raised"),
    [
        ("^1.0", "1.2", "^1.2"),
        ("~1.0", "2.0", "~2.0"),
        ("1.0", "1.2", "1.2"),
        ("*", "1.2", ">=1.2"),
        (">=1,<2", "1.2", ">=1.2,<2"),
    ],
)
def test_poetrys_signs_stay(demanded: str, target: str, raised: str) -> None:
    """Around the new version."""
    assert ranges.poetry(demanded, target) == raised


@pytest.mark.parametrize(
    ("demanded", "target", "raised"),
    [
        ("^1.0.0", "1.2.0", "^1.2.0"),
        ("~1.0.0", "1.2.0", "~1.2.0"),
        ("1.0.0", "1.2.0", "1.2.0"),
        (">=1.0.0", "1.2.0", ">=1.2.0"),
        ("1.x", "1.2.0", "^1.2.0"),
        ("*", "1.2.0", "^1.2.0"),
        ("", "1.2.0", "^1.2.0"),
        (">=1 <2", "1.2.0", "^1.2.0"),
        ("latest", "1.2.0", "^1.2.0"),
    ],
)
def test_npms_ranges_stay_of_their_kind(demanded: str, target: str, raised: str) -> None:
    """What is composed becomes a caret."""
    assert ranges.npm(demanded, target) == raised


@pytest.mark.parametrize(
    "demanded",
    ["git+https://x/y", "file:../a", "workspace:*", "npm:other@1", "user/repo", "./a", "https://x/y.tgz"],
)
def test_what_is_no_range_of_a_registry_is_left(demanded: str) -> None:
    """A version cannot be asked for there."""
    with pytest.raises(ValueError, match=r".+"):
        ranges.npm(demanded, "1.0.0")


_PARTS = st.lists(st.integers(0, 5), min_size=2, max_size=3).map(lambda parts: ".".join(map(str, parts)))
_CLAUSES = st.lists(
    st.tuples(st.sampled_from([">=", ">", "<", "<=", "!=", "==", "~="]), _PARTS).map("".join), max_size=3
)


@given(_CLAUSES, _PARTS, _PARTS)
def test_what_is_raised_lets_the_version_in_and_nothing_older(
    clauses: list[str], target: str, other: str
) -> None:
    """Whatever was demanded before."""
    raised = SpecifierSet(ranges.pep440(",".join(clauses), target))
    older = SpecifierSet(f"<{target}").contains(other)

    assert raised.contains(target)
    assert not (older and raised.contains(other))
