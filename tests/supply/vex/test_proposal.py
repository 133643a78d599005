"""What reachability proposes."""

from __future__ import annotations

import pytest

from yanmen.core.clock import DAY
from yanmen.core.nouns import Phrase
from yanmen.supply.reach import Reached
from yanmen.supply.vex.proposal import proposed

WHY = Phrase(en="nothing imports it", zh="没有导入")


def test_what_is_only_installed_may_be_stated() -> None:
    """With its reason, its author and its end: nothing stands by it before somebody takes it up."""
    found = proposed(
        Reached(state="installed-only", why=WHY),
        "pkg:pypi/x@1",
        ["CVE-1", "GHSA-1"],
        at=DAY,
        author="a",
        days=30,
    )

    assert found is not None
    assert (found.status, found.justification) == ("not_affected", "vulnerable_code_not_in_execute_path")
    assert (found.reason, found.expires) == (
        "vulnerable_code_not_in_execute_path: nothing imports it",
        31 * DAY,
    )


@pytest.mark.parametrize("state", ["called", "imported", "unknown"])
def test_nothing_else_is_proposed(state: str) -> None:
    """Least of all where nobody knows."""
    assert proposed(Reached(state=state, why=WHY), "pkg:pypi/x@1", ["CVE-1"], at=DAY, author="a") is None  # type: ignore[arg-type]
