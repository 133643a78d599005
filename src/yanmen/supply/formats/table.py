"""A report for a terminal: what is found and how to mend it, then what nobody could judge, then how old the knowledge is."""

from __future__ import annotations

from yanmen.core.clock import iso
from yanmen.core.nouns import Finding
from yanmen.supply.formats import words
from yanmen.supply.formats.words import say
from yanmen.supply.report import Report, Result

MOST = 60
"""Findings, and targets, that are printed."""


def written(report: Report, tongue: str) -> bytes:
    """The text, without colours."""
    blocks = [
        [words.headline(report, tongue)],
        _findings(report, tongue),
        _gaps(report, tongue),
        _targets(report, tongue),
        _block(say(tongue, "waived"), words.waived(report, tongue)),
        _block(say(tongue, "accepted"), words.accepted(report, tongue)),
        _block(say(tongue, "feeds"), words.feeds(report, tongue)),
        _foot(report, tongue),
    ]
    return ("\n\n".join("\n".join(lines) for lines in blocks if lines) + "\n").encode()


def _findings(report: Report, tongue: str) -> list[str]:
    """By rule and subject: the same fix is said once."""
    lines: list[str] = []
    pairs = list(report.findings())
    last = ""
    for result, finding in pairs[:MOST]:
        fix = finding.rule.fix.say(tongue)
        if lines and fix != last:
            lines.append("      " + say(tongue, "fix", fix=last))
        last = fix
        lines.append(_finding(result, finding, tongue))
    if lines:
        lines.append("      " + say(tongue, "fix", fix=last))
    if len(pairs) > MOST:
        lines.append("  " + say(tongue, "more", count=len(pairs) - MOST))
    return _block(say(tongue, "findings"), lines, indent="")


def _finding(result: Result, finding: Finding, tongue: str) -> str:
    place = finding.where.part.replace("#L", ":") or result.path
    named = f"{finding.subject}  " if finding.subject.kind == "pkg" else ""
    head = f"  {finding.rule.severity.say(tongue):<9}{finding.rule.id}  {named}{place}"
    return f"{head}\n      {finding.rule.title.say(tongue)}: {finding.evidence}"


def _gaps(report: Report, tongue: str) -> list[str]:
    lines = [
        say(
            tongue,
            "gap_detail" if gap.detail else "gap",
            reason=gap.reason,
            count=gap.number,
            subject=gap.subject,
            **({"detail": gap.detail} if gap.detail else {}),
        )
        for gap in words.gaps(report)
    ]
    return _block(say(tongue, "gaps"), [say(tongue, "why_gaps"), *lines] if lines else [])


def _targets(report: Report, tongue: str) -> list[str]:
    lines = [_target(report, result, tongue) for result in report.targets[:MOST]]
    if len(report.targets) > MOST:
        lines.append(say(tongue, "more", count=len(report.targets) - MOST))
    return _block(say(tongue, "targets"), lines)


def _target(report: Report, result: Result, tongue: str) -> str:
    reason = report.reason_of(result)
    verdict = say(tongue, result.proof or report.verdict_of(result))
    return say(
        tongue,
        "target_reason" if reason else "target",
        path=result.path,
        kind=say(tongue, f"kind_{result.kind}"),
        verdict=verdict,
        **({"reason": reason} if reason else {}),
    )


def _foot(report: Report, tongue: str) -> list[str]:
    known = [say(tongue, "known")] if report.compared else []
    scanned = say(
        tongue,
        "scanned",
        at=iso(report.at),
        version=report.version,
        threshold=report.threshold.say(tongue),
    )
    return [*known, scanned]


def _block(title: str, lines: list[str], indent: str = "  ") -> list[str]:
    return [title, *(indent + line for line in lines)] if lines else []
