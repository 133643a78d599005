"""How risky a component is, as a number that says what it is made of; and scans as events, so that it has a history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from yanmen.core.ids import new_id
from yanmen.core.nouns import Event, Finding, Ref, Severity
from yanmen.supply.assessed import Assessed
from yanmen.supply.detectors.advisories import LIKELY
from yanmen.supply.report import Report, Result, Risk, Tally
from yanmen.supply.upkeep import UNKNOWN, Known

KIND = "supply.scanned"
"""The event of one scan."""
KEPT = 500
"""Components, and models, of one event: the riskiest."""
WORST = 100
_SEVERITY = {
    Severity.CRITICAL: ("critical", 55),
    Severity.HIGH: ("high", 40),
    Severity.MEDIUM: ("medium", 20),
    Severity.LOW: ("low", 5),
}
_REACH = {"called": 15, "imported": 5, "installed-only": -15}
NONE: Mapping[str, int] = {}
NOTHING = Known(None)
_MANY = 5
"""Vulnerabilities from which on their number counts."""


def risks(
    assessed: Iterable[Assessed], findings: Iterable[Finding], upkeep: Known = NOTHING, at: int = 0
) -> tuple[Risk, ...]:
    """A target's components, the riskiest first. ``upkeep``: what indexes say of owners and releases, ``at`` a time."""
    about: dict[Ref, list[Finding]] = {}
    for finding in findings:
        about.setdefault(finding.subject, []).append(finding)
    found = (
        risk(one, about.get(one.component.ref, ()), upkeep.factors(one.component, at)) for one in assessed
    )
    return tuple(sorted((one for one in found if one), key=lambda one: (-one.score, one.purl)))


def risk(assessed: Assessed, mine: Sequence[Finding], kept_up: Mapping[str, int] = NONE) -> Risk | None:
    """Of a component with all that was found of it; None: nothing was.

    The points are Yanmen's own: they order components by what to look at first, and are no probability.
    """
    hits = assessed.match.found
    factors = {**_gravity(mine), **_reached(assessed), **kept_up}
    words = (
        ("exploited", 25, any(not isinstance(hit.kev, str) for hit in hits)),
        ("likely", 10, any(not isinstance(hit.epss, str) and hit.epss.percentile >= LIKELY for hit in hits)),
        ("unfixed", 5, any(not hit.fixed for hit in hits)),
        ("malicious", WORST, any(hit.malicious for hit in hits)),
        ("poisoned", 80, _grave(mine, "package.")),
        ("licence", 10, _grave(mine, "licence.")),
    )
    factors |= {word: points for word, points, holds in words if holds}
    if not factors.keys() - {UNKNOWN}:
        return None
    return Risk(
        purl=assessed.component.purl,
        score=max(0, min(WORST, sum(factors.values()))),
        factors=factors,
        ids=tuple(hit.id for hit in hits),
        fixed=tuple(dict.fromkeys(version for hit in hits for version in hit.fixed)),
    )


def _gravity(mine: Sequence[Finding]) -> dict[str, int]:
    """Of its vulnerabilities the gravest, and whether they are many."""
    grave = [one.rule.severity for one in mine if one.rule.id == "component.vulnerable"]
    factors = dict([_SEVERITY[max(grave)]]) if grave and max(grave) in _SEVERITY else {}
    return {**factors, "many": 5} if len(grave) >= _MANY else factors


def _reached(assessed: Assessed) -> dict[str, int]:
    """The nearest that the project's code gets to it."""
    states = {path.state for path in assessed.paths.values()}
    found = [(state, points) for state, points in _REACH.items() if state in states]
    return dict(found[:1])


def _grave(mine: Sequence[Finding], rules: str) -> bool:
    return any(one.rule.id.startswith(rules) and one.rule.severity >= Severity.HIGH for one in mine)


def scanned(report: Report, actor: Ref) -> Event:
    """The event of a scan: verdicts, the riskiest components, what was proven of models; no content of any file."""
    risks = sorted(
        (one for result in report.targets for one in result.risks), key=lambda one: (-one.score, one.purl)
    )
    models = [result for result in report.targets if result.proof is not None]
    data: dict[str, Any] = {
        "verdict": report.verdict,
        "targets": [_target(report, result) for result in report.targets if result.proof is None],
        "findings": Tally.of(finding for _, finding in report.findings())._asdict(),
        "could_not_judge": sum(len(report.open(result)) for result in report.targets),
        "components": sum(len(result.components) for result in report.targets),
        "risks": [
            {
                "purl": one.purl,
                "score": one.score,
                "factors": dict(one.factors),
                "ids": list(one.ids[:20]),
                "fixed": list(one.fixed[:5]),
            }
            for one in risks[:KEPT]
        ],
        "models": [
            {
                "path": one.path,
                "sha256": one.digests.get("sha256", ""),
                "proof": one.proof,
                "format": one.format,
            }
            for one in sorted(models, key=lambda one: (_PROOFS.index(one.proof or "unknown"), one.path))[
                :KEPT
            ]
        ],
        "feeds": [{"name": one.name, "date": one.date, "stale": one.stale} for one in report.feeds],
    }
    place = str(Path(report.targets[0].path if report.targets else ".").absolute())
    return Event(
        id=new_id("evt"),
        at=report.at,
        kind=KIND,
        actor=actor,
        subject=Ref(kind="scan", id=place),
        data=data,
    )


_PROOFS = ("unsafe", "unknown", "proven_safe")


def _target(report: Report, result: Result) -> dict[str, str]:
    return {
        "path": result.path,
        "kind": result.kind,
        "verdict": report.verdict_of(result),
        "reason": report.reason_of(result),
    }
