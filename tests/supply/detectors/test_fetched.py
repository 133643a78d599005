"""Findings of what is fetched."""

from __future__ import annotations

import pytest

from yanmen.core.nouns import Finding, Severity
from yanmen.supply.detectors.fetched import EXTRA, RUNS, SOURCE, TRANSPORT, UNVERIFIED, Fetched
from yanmen.supply.fetches.naming import of_fetch
from yanmen.supply.fetches.reading import Fetch, Risk
from yanmen.supply.purls import python


@pytest.mark.parametrize(
    ("risk", "rule"),
    [
        ("runs-remote", RUNS),
        ("unverified", UNVERIFIED),
        ("no-transport", TRANSPORT),
        ("extra-index", EXTRA),
        ("not-pinned", SOURCE),
    ],
)
def test_each_risk_is_a_finding_at_its_line(risk: Risk, rule: object) -> None:
    """With the command as evidence."""
    (found,) = Fetched().detect(of_fetch(Fetch(risk, "https://host/x", "curl x", 0), "a.sh#L3", "script"))

    assert isinstance(found, Finding)
    assert (found.rule, found.where.part, found.evidence) == (rule, "a.sh#L3", "curl x")


def test_code_in_the_clear_is_graver() -> None:
    """Anybody on the way may put something else in its place."""
    (found,) = Fetched().detect(
        of_fetch(Fetch("runs-remote", "http://host/x", "curl x", 0), "a.sh", "script")
    )

    assert isinstance(found, Finding)
    assert (found.rule.id, found.rule.severity) == (RUNS.id, Severity.HIGH)


def test_other_components_are_none_of_it() -> None:
    """Whatever they say."""
    assert list(Fetched().detect(python("x", facts={"fetch": "no such"}))) == []
