"""What a bill of materials says, from a report."""

from __future__ import annotations

import json

import msgspec

from yanmen.core.nouns import Finding, Ref, Severity, Unexamined
from yanmen.supply.bom import cyclonedx, spdx
from yanmen.supply.bom.contents import LARGEST_LIST, Contents, of_report, places
from yanmen.supply.detectors.advisories import MALICIOUS, VULNERABLE
from yanmen.supply.purls import python
from yanmen.supply.report import Report, Result, Waived


def test_findings_become_statements() -> None:
    """By the name they begin with; what somebody waived is said not to affect."""
    flask, click = python("flask", "3.0"), python("click", "8.1")
    finding = Finding(
        rule=VULNERABLE,
        subject=flask.ref,
        confidence=1.0,
        evidence="GHSA-1 (CVE-2, PYSEC-3); summary of CVE-9",
    )
    waived = Finding(rule=VULNERABLE, subject=click.ref, confidence=1.0, evidence="CVE-4; summary")
    evil = Finding(rule=MALICIOUS, subject=click.ref, confidence=1.0, evidence="MAL-5; summary")
    result = Result(
        path="/x/app",
        kind="project",
        components=(flask, click),
        findings=(finding, evil),
        waived=(Waived(finding=waived, reason="not called", by="alice", until="2027-01-01"),),
    )
    found = of_report(Report(at=0, version="0", threshold=Severity.HIGH, targets=(result,)))

    assert found.name == "app"
    assert [(one.purl, one.id, one.aliases, one.state) for one in found.statements] == [
        ("pkg:pypi/click@8.1", "CVE-4", (), "not_affected"),
        ("pkg:pypi/click@8.1", "MAL-5", (), "in_triage"),
        ("pkg:pypi/flask@3.0", "GHSA-1", ("CVE-2", "PYSEC-3"), "in_triage"),
    ]
    assert found.statements[0].detail == "not called (alice, until 2027-01-01)"


def test_what_could_not_be_read_is_not_what_could_not_be_checked() -> None:
    """The first makes the bill incomplete; the second is told of the component."""
    flask = python("flask", "3.0")
    result = Result(
        path="/x/app",
        kind="project",
        components=(flask,),
        unexamined=(
            Unexamined(subject=flask.ref, reason="not-checked", detail="no feed"),
            Unexamined(subject=Ref(kind="feed", id="pypa"), reason="stale"),
            Unexamined(subject=Ref(kind="file", id="x"), reason="malformed"),
        ),
    )
    found = of_report(Report(at=0, version="0", threshold=Severity.HIGH, targets=(result,)))
    document = json.loads(cyclonedx.written(found))

    assert [one.reason for one in found.unexamined] == ["malformed"]
    assert {"name": "yanmen:advisories", "value": "not-checked"} in document["components"][0]["properties"]
    assert "advisories=not-checked" in spdx.written(found).decode()


def test_gaps_are_bounded(whole: Contents) -> None:
    """Those that are not named are counted."""
    many = msgspec.structs.replace(whole, unexamined=whole.unexamined * (LARGEST_LIST + 5))

    assert len(many.gaps) == LARGEST_LIST + 1
    assert many.gaps[-1] == "and 5 more"


def test_places() -> None:
    """A path may hold what looks like a line."""
    assert places(python("x", where="a#L1/b#L7", facts={"also": "c#Lx"})) == [("a#L1/b", 7), ("c#Lx", 0)]
