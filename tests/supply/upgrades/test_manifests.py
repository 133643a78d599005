"""What editors answer."""

from __future__ import annotations

import pytest

from yanmen.supply.upgrades.manifests import CROSSED, bounded, unchanged


def test_a_manifest_that_does_not_ask_is_unchanged() -> None:
    """Its text is what it was."""
    assert unchanged("x") == ("x", ())


@pytest.mark.parametrize(
    ("before", "after", "crossed"), [("x<2", "x>=3", True), ("x<2", "x>=1,<2", False), ("x", "x>=1", False)]
)
def test_a_bound_that_is_gone_is_noted(before: str, after: str, crossed: bool) -> None:
    """A person should look."""
    assert (bounded(before, after) == (CROSSED,)) is crossed
