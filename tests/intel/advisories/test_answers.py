"""What the matcher answers."""

from __future__ import annotations

from typing import get_args

from yanmen.core.nouns import Severity
from yanmen.intel.advisories.answers import WHY, Hit, Match, Rating, Why


def test_every_reason_is_said_in_both_languages() -> None:
    """But for the empty one, which gives none."""
    assert set(WHY) == set(get_args(Why)) - {""}
    assert all(said.en and said.zh for said in WHY.values())


def test_nothing_is_checked_unless_it_says_so() -> None:
    """An answer that was left empty is not a clean one."""
    assert (Match().checked, Match().malicious) == ("not-checked", "not-checked")
    assert (Hit(id="CVE-1").epss, Hit(id="CVE-1").kev) == ("not-checked", "not-checked")


def test_a_rating_without_a_grade_is_unknown() -> None:
    """Not low."""
    assert Rating().word == "unknown"
    assert Rating(severity=Severity.HIGH).word == "high"


def test_a_hit_names_the_best_first() -> None:
    """All its names."""
    assert Hit(id="CVE-1", aliases=("GHSA-2",)).ids == ("CVE-1", "GHSA-2")
