"""A report as JSON, in the shape that docs/reference/scan-report.schema.json demands."""

from __future__ import annotations

from typing import Any

import msgspec

from yanmen.core.clock import iso
from yanmen.core.nouns import Finding, Unexamined
from yanmen.supply.report import EXIT, SCHEMA, Report, Result, Tally
from yanmen.supply.targets import Component
from yanmen.supply.upgrades import Plan


def written(report: Report, tongue: str) -> bytes:
    """The document, indented; titles and fixes in a language (``en``, ``zh``)."""
    return msgspec.json.format(msgspec.json.encode(tree(report, tongue)), indent=2) + b"\n"


def tree(report: Report, tongue: str) -> dict[str, Any]:
    """The document's tree."""
    return {
        "schema": SCHEMA,
        "tool": {"name": "yanmen", "version": report.version},
        "at": iso(report.at),
        "language": tongue,
        "verdict": report.verdict,
        "exit_code": EXIT[report.verdict],
        "fail_on": report.threshold.word,
        "compared_with_baseline": report.compared,
        "targets": [_target(report, result) for result in report.targets],
        "findings": [
            {
                **claim(finding, result.path, tongue),
                "ways": [list(way) for way in result.ways.get(str(finding.subject), ())],
            }
            for result, finding in report.findings()
        ],
        "waived": [
            {
                **claim(waived.finding, result.path, tongue),
                "because": waived.reason,
                "by": waived.by,
                "until": waived.until,
            }
            for result in report.targets
            for waived in result.waived
        ],
        "risks": [
            {**msgspec.to_builtins(one), "target": result.path}
            for result in report.targets
            for one in result.risks
        ],
        "upgrades": [
            upgrade(result.plan, result.path, tongue) for result in report.targets if result.plan is not None
        ],
        "accepted_unchecked": [msgspec.structs.asdict(one) for one in report.accepted],
        "feeds": [msgspec.structs.asdict(one) for one in report.feeds],
        "components": [_component(one, result) for result in report.targets for one in result.components],
    }


def _target(report: Report, result: Result) -> dict[str, Any]:
    left = {id(one) for one in report.open(result)}
    said: dict[str, Any] = {
        "path": result.path,
        "kind": result.kind,
        "verdict": report.verdict_of(result),
        "reason": report.reason_of(result),
        "components": len(result.components),
        "findings": Tally.of(report.fresh(result))._asdict(),
        "unexamined": [{**gap(one), "accepted": id(one) not in left} for one in result.unexamined],
    }
    if result.proof is not None:
        said |= {"proof": result.proof, "format": result.format, "steps": list(result.steps)}
    if result.digests:
        said["digests"] = dict(result.digests)
    if result.facts:
        said["facts"] = dict(result.facts)
    if result.suspects:
        said["suspects"] = [
            {"path": one.file, "line": one.line, "score": one.score, "rules": list(one.rules)}
            for one in result.suspects
        ]
    return said


def claim(finding: Finding, target: str, tongue: str) -> dict[str, Any]:
    """A finding. ``component`` is a package URL, or nothing where it is about a file."""
    path, line = place(finding.where.part)
    rule = finding.rule
    return {
        "rule": rule.id,
        "title": rule.title.say(tongue),
        "severity": rule.severity.word,
        "confidence": round(finding.confidence, 3),
        "target": target,
        "path": path or target,
        "line": line,
        "component": str(finding.subject) if finding.subject.kind == "pkg" else "",
        "evidence": finding.evidence,
        "fix": rule.fix.say(tongue),
        "tags": list(rule.tags),
        "fingerprint": finding.fingerprint,
    }


def upgrade(plan: Plan, target: str, tongue: str) -> dict[str, Any]:
    """The smallest set of edits that takes findings away, and what it leaves."""
    return {
        "target": target,
        "edits": [
            {
                "path": edit.path,
                "line": edit.line,
                "name": edit.name,
                "before": edit.before,
                "after": edit.after,
                "ids": list(edit.ids),
                "notes": [note.say(tongue) for note in edit.notes],
            }
            for edit in plan.edits
        ],
        "patch": plan.patch,
        "cleared": [{"component": purl, "id": one} for purl, one in plan.cleared],
        "remaining": [
            {"component": one.purl, "ids": list(one.ids), "why": one.why.say(tongue)}
            for one in plan.remaining
        ],
        "resolved": plan.resolved,
        "why": plan.why.say(tongue),
    }


def gap(one: Unexamined) -> dict[str, Any]:
    """What could not be judged."""
    path, line = place(one.where.part)
    return {
        "subject": str(one.subject),
        "reason": one.reason,
        "detail": one.detail,
        "path": path,
        "line": line,
    }


def _component(one: Component, result: Result) -> dict[str, Any]:
    path, line = place(one.where)
    return {
        "purl": one.purl,
        "ecosystem": one.ecosystem,
        "name": one.name,
        "version": one.version,
        "how": one.how,
        "scope": one.scope,
        "direct": one.direct,
        "licences": list(one.licences),
        "target": result.path,
        "path": path,
        "line": line,
    }


def place(part: str) -> tuple[str, int | None]:
    """A shown path and its line: ``setup.py#L12`` gives ``("setup.py", 12)``."""
    path, mark, line = part.rpartition("#L")
    return (path, int(line)) if mark and line.isascii() and line.isdigit() else (part, None)
