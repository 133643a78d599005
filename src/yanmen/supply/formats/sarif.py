"""A report as SARIF 2.1.0 (OASIS), for code-scanning pages."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import msgspec

from yanmen.core.clock import iso
from yanmen.core.nouns import Finding, Rule, Severity, Unexamined
from yanmen.supply.formats import words
from yanmen.supply.formats.document import place
from yanmen.supply.formats.sentences.rendering import said
from yanmen.supply.report import EXIT, Report, Result

_LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFO: "note",
}
_SCORES = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.0",
    Severity.LOW: "2.0",
    Severity.INFO: "0.0",
}
"""``security-severity``: a number within the word's CVSS range, as code-scanning pages sort by it."""


def written(report: Report, tongue: str) -> bytes:
    """The document. What could not be judged stands in it as notifications, so that no page takes it for clean."""
    rules: dict[str, Rule] = {}
    results = [_result(finding, result, rules, tongue) for result, finding in report.findings()]
    gaps = [_notification(one, result, tongue) for result in report.targets for one in report.open(result)]
    document = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "Yanmen",
                        "version": report.version,
                        "language": "zh-CN" if tongue == "zh" else "en-US",
                        "rules": [_rule(rule, tongue) for _, rule in sorted(rules.items())],
                    }
                },
                "invocations": [
                    {
                        "executionSuccessful": report.verdict != "could_not_judge",
                        "exitCode": EXIT[report.verdict],
                        "endTimeUtc": iso(report.at),
                        "toolExecutionNotifications": gaps,
                    }
                ],
                "columnKind": "unicodeCodePoints",
                "results": results,
            }
        ],
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


def _rule(rule: Rule, tongue: str) -> dict[str, Any]:
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.title.say(tongue)},
        "help": {"text": rule.fix.say(tongue)},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"tags": list(rule.tags), "security-severity": _SCORES[rule.severity]},
    }


def _result(finding: Finding, result: Result, rules: dict[str, Rule], tongue: str) -> dict[str, Any]:
    known = rules.get(finding.rule.id)
    if known is None or finding.rule.severity > known.severity:
        rules[finding.rule.id] = finding.rule
    named = f"{finding.subject}: " if finding.subject.kind == "pkg" else ""
    return {
        "ruleId": finding.rule.id,
        "level": _LEVELS[finding.rule.severity],
        "message": {"text": f"{finding.rule.title.say(tongue)} — {named}{said(finding.evidence, tongue)}"},
        "locations": [_location(finding.where.part or result.path)],
        "partialFingerprints": {"yanmen/v1": finding.fingerprint},
        "properties": {"confidence": finding.confidence, "severity": finding.rule.severity.word},
    }


def _notification(one: Unexamined, result: Result, tongue: str) -> dict[str, Any]:
    return {
        "level": "warning",
        "message": {
            "text": f"{one.subject}: {words.reason(tongue, one.reason)} {said(one.detail, tongue)}".strip()
        },
        "locations": [_location(one.where.part or result.path)],
        "descriptor": {"id": f"could-not-judge/{one.reason}"},
    }


def _location(part: str) -> dict[str, Any]:
    path, line = place(part)
    where: dict[str, Any] = {"artifactLocation": {"uri": quote(path.lstrip("/") or ".", safe="/!")}}
    if line:
        where["region"] = {"startLine": line}
    return {"physicalLocation": where}
