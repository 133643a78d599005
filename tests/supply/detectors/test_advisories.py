"""Vulnerable and malicious components."""

from __future__ import annotations

import pytest

from yanmen.core.nouns import Finding, Severity, Unexamined
from yanmen.intel.advisories import Doubt, Epss, Hit, Kev, Match, Rating
from yanmen.supply.assessed import Assessed, Path
from yanmen.supply.detectors.advisories import MALICIOUS, Advised, rated, said
from yanmen.supply.targets import Component

JINJA = Component(
    purl="pkg:pypi/jinja2@2.4.1",
    ecosystem="PyPI",
    name="jinja2",
    version="2.4.1",
    where="requirements.txt#L3",
)
MEDIUM = Rating(score=5.3, severity=Severity.MEDIUM)
HIT = Hit(id="CVE-2014-1402", aliases=("PYSEC-2014-8",), severity=MEDIUM, fixed=("2.7.3",), because="< 2.7.3")


def test_a_vulnerability_is_told_with_all_that_is_known_of_it() -> None:
    """Where the component is said, what mends it, and what was not checked."""
    path = Path(state="called", steps=("app.py#L3 imports jinja2",), symbol="jinja2.FileSystemBytecodeCache")
    (finding,) = Advised().detect(
        Assessed(component=JINJA, match=Match(found=(HIT,), checked="checked"), paths={HIT.id: path})
    )

    assert isinstance(finding, Finding)
    assert (str(finding.subject), finding.where.part) == (JINJA.purl, "requirements.txt#L3")
    for word in (
        "CVE-2014-1402 (PYSEC-2014-8)",
        "CVSS 5.3",
        "fixed in 2.7.3",
        "EPSS not checked",
        "KEV not checked",
        "called",
    ):
        assert word in finding.evidence


@pytest.mark.parametrize(
    ("hit", "severity"),
    [
        (HIT, Severity.MEDIUM),
        (Hit(id="a", severity=Rating()), Severity.HIGH),
        (Hit(id="a", severity=MEDIUM, kev=Kev(added="2025-01-01")), Severity.HIGH),
        (Hit(id="a", severity=MEDIUM, epss=Epss(score=0.9, percentile=0.99, date="")), Severity.HIGH),
        (
            Hit(id="a", severity=MEDIUM, epss=Epss(score=0.1, percentile=0.5, date=""), kev="no"),
            Severity.MEDIUM,
        ),
        (Hit(id="a", severity=Rating(severity=Severity.CRITICAL)), Severity.CRITICAL),
        (Hit(id="MAL-1", malicious=True), Severity.CRITICAL),
    ],
)
def test_what_nobody_rated_or_everybody_exploits_is_grave(hit: Hit, severity: Severity) -> None:
    """A low score does not make it light."""
    assert rated(hit).severity == severity


def test_what_cannot_be_told_is_said() -> None:
    """An advisory about no version; an ecosystem that no feed covers."""
    match = Match(doubts=(Doubt(id="PYSEC-2025-73", why="no-range"),), checked="not-checked", why="no-feed")
    found = list(Advised().detect(Assessed(component=JINJA, match=match)))

    assert [one.reason for one in found if isinstance(one, Unexamined)] == ["cannot-tell", "not-checked"]
    assert len(found) == 2


def test_a_malicious_package_is_a_rule_of_its_own() -> None:
    """Whoever installed it is taken over."""
    (finding,) = Advised().detect(
        Assessed(component=JINJA, match=Match(found=(Hit(id="MAL-1", malicious=True),), checked="checked"))
    )

    assert isinstance(finding, Finding)
    assert finding.rule == MALICIOUS
    assert "\x1b" not in said(Hit(id="a", summary="\x1b[31m"), Path())
