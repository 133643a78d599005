"""What a bill of materials says, whatever its form: components, what could not be judged, what is known of vulnerabilities."""

from __future__ import annotations

import os
import uuid
from pathlib import Path
from typing import Literal

from yanmen.core.clock import SECOND, iso
from yanmen.core.nouns import Finding, Noun, Unexamined
from yanmen.supply.report import Report, Waived
from yanmen.supply.targets import Component

State = Literal["exploitable", "in_triage", "not_affected", "resolved", "false_positive"]
"""CycloneDX's words of an impact analysis."""
LARGEST_LIST = 1_000
"""Of what could not be judged, how many are named; the rest is counted."""
_VULNERABLE = ("component.vulnerable", "component.malicious")
_SPACE = uuid.UUID("5f0a1f5b-6f4d-5c4e-9a39-0f3d3c7b9a51")


class Statement(Noun, frozen=True):
    """That a component has a vulnerability, and what that means here."""

    purl: str
    id: str
    """``CVE-2024-1``, ``GHSA-…``, ``MAL-…``."""
    aliases: tuple[str, ...] = ()
    severity: str = "unknown"
    """``critical``, ``high``, ``medium``, ``low``, ``info``, ``unknown``."""
    state: State = "in_triage"
    detail: str = ""


class Contents(Noun, frozen=True):
    """All of it."""

    name: str
    """Of what was looked at."""
    components: tuple[Component, ...]
    at: int
    """Microseconds since the epoch, UTC."""
    version: str
    """Of Yanmen."""
    unexamined: tuple[Unexamined, ...] = ()
    """What could not be read: the bill may lack it."""
    unchecked: frozenset[str] = frozenset()
    """Package URLs that no advisory could be asked about: that no vulnerability is told of them says nothing."""
    statements: tuple[Statement, ...] = ()

    @property
    def time(self) -> str:
        """In whole seconds, as both forms want it; SOURCE_DATE_EPOCH where the environment says one (reproducible-builds.org)."""
        said = os.environ.get("SOURCE_DATE_EPOCH", "")
        at = int(said) * SECOND if said.isdecimal() and len(said) <= 10 else self.at  # noqa: PLR2004  # until the year 2286
        return iso(at)[:19] + "Z"

    @property
    def gaps(self) -> tuple[str, ...]:
        """What could not be judged, one line each."""
        lines = [
            f"{one.where.part or one.subject.id}: {one.reason} {one.detail}".rstrip()
            for one in self.unexamined
        ]
        more = [f"and {len(lines) - LARGEST_LIST} more"] if len(lines) > LARGEST_LIST else []
        return (*lines[:LARGEST_LIST], *more)

    def serial(self, body: bytes) -> str:
        """A UUID that follows from what is written and when: the same bill has the same."""
        return str(uuid.uuid5(_SPACE, body.hex()))


def of_report(report: Report) -> Contents:
    """What a scan's report says of components; one of two targets that hold the same is told once, with both places."""
    found: dict[str, Component] = {}
    for target in report.targets:
        for one in target.components:
            found.setdefault(one.purl, one)
    statements: dict[tuple[str, str], Statement] = {}
    for target in report.targets:
        for waived in target.waived:
            _state(statements, waived.finding, waived)
        for finding in target.findings:
            _state(statements, finding, None)
    gaps = tuple(dict.fromkeys(one for target in report.targets for one in target.unexamined))
    return Contents(
        name=", ".join(
            dict.fromkeys(Path(target.path).absolute().name or "root" for target in report.targets)
        ),
        components=tuple(found[purl] for purl in sorted(found)),
        at=report.at,
        version=report.version,
        unexamined=tuple(one for one in gaps if one.subject.kind not in {"pkg", "feed"}),
        unchecked=frozenset(str(one.subject) for one in gaps if one.subject.kind == "pkg"),
        statements=tuple(statements[key] for key in sorted(statements)),
    )


def _state(known: dict[tuple[str, str], Statement], finding: Finding, waived: Waived | None) -> None:
    if finding.rule.id not in _VULNERABLE or finding.subject.kind != "pkg":
        return
    name, _, aliases = finding.evidence.partition(";")[0].partition(" (")
    purl = str(finding.subject)
    known[purl, name] = Statement(
        purl=purl,
        id=name,
        aliases=tuple(one for one in aliases.rstrip(")").split(", ") if one),
        severity=finding.rule.severity.word,
        state="not_affected" if waived else "in_triage",
        detail=f"{waived.reason} ({waived.by}, until {waived.until})" if waived else finding.evidence,
    )


def places(component: Component) -> list[tuple[str, int]]:
    """Every file that names it, and the line, 0 where that is unknown."""
    found = []
    for where in dict.fromkeys([component.where, *component.facts.get("also", "").split("\n")]):
        if where:
            path, _, line = where.rpartition("#L")
            found.append((path, int(line)) if path and line.isdecimal() else (where, 0))
    return found
