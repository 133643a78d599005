"""One requirement of npm."""

from __future__ import annotations

import pytest

from yanmen.supply.npm import asked


@pytest.mark.parametrize(
    ("constraint", "purl"),
    [
        ("^1.0.0", "pkg:npm/x"),
        ("1.0.0", "pkg:npm/x@1.0.0"),
        ("v1.0.0-rc.1", "pkg:npm/x@1.0.0-rc.1"),
        ("npm:real@1.0.0", "pkg:npm/real@1.0.0"),
        ("npm:@s/real", "pkg:npm/%40s/real"),
        ("github:o/r", "pkg:npm/x"),
    ],
)
def test_what_is_asked_for(constraint: str, purl: str) -> None:
    """A version only where it is one; of an alias the package behind it."""
    found = asked("x", constraint, "run", "")

    assert found is not None
    assert found.purl == purl


@pytest.mark.parametrize("constraint", ["file:../x", "workspace:*", "link:x", "./x"])
def test_ones_own(constraint: str) -> None:
    """Is asked of no registry."""
    assert asked("x", constraint, "run", "") is None
