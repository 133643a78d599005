"""A report for a terminal: what is found and how to mend it, then what nobody could judge, then how old the knowledge is."""

from __future__ import annotations

from yanmen.core.clock import iso
from yanmen.supply.formats import words
from yanmen.supply.formats.sentences.rendering import said
from yanmen.supply.formats.words import Group, say
from yanmen.supply.report import Report, Result

MOST = 60
"""Groups of findings, and targets, that are printed."""
EACH = 5
"""Findings of one group that are printed."""


def written(report: Report, tongue: str) -> bytes:
    """The text, without colours."""
    blocks = [
        [words.headline(report, tongue)],
        _block(say(tongue, "first"), words.first(report, tongue)),
        _block(say(tongue, "upgrades"), words.upgrades(report, tongue)),
        _findings(report, tongue),
        _gaps(report, tongue),
        _targets(report, tongue),
        _block(say(tongue, "suspects"), words.suspects(report, tongue)),
        _block(say(tongue, "limits"), words.limits(report, tongue)),
        _block(say(tongue, "waived"), words.waived(report, tongue)),
        _block(say(tongue, "accepted"), words.accepted(report, tongue)),
        _block(say(tongue, "feeds"), words.feeds(report, tongue)),
        _foot(report, tongue),
    ]
    return ("\n\n".join("\n".join(lines) for lines in blocks if lines) + "\n").encode()


def _findings(report: Report, tongue: str) -> list[str]:
    groups = words.groups(report)
    lines = [line for group in groups[:MOST] for line in _group(group, tongue)]
    if len(groups) > MOST:
        lines.append("  " + say(tongue, "more", count=len(groups) - MOST))
    return _block(say(tongue, "findings"), lines, indent="")


def _group(group: Group, tongue: str) -> list[str]:
    rule = group.rule
    named = "  ".join(filter(None, (rule.id, group.subject, group.place)))
    lines = [f"  {rule.severity.say(tongue):<9}{named}", f"      {rule.title.say(tongue)}"]
    lines += [f"      - {said(finding.evidence, tongue)}" for finding in group.findings[:EACH]]
    if len(group.findings) > EACH:
        lines.append("      " + say(tongue, "more", count=len(group.findings) - EACH))
    if way := words.came(group, tongue):
        lines.append("      " + way)
    return [*lines, "      " + say(tongue, "fix", fix=rule.fix.say(tongue))]


def _gaps(report: Report, tongue: str) -> list[str]:
    lines = [
        say(
            tongue,
            "gap_detail" if gap.detail else "gap",
            reason=words.reason(tongue, gap.reason),
            count=gap.number,
            subject=gap.subject,
            **({"detail": said(gap.detail, tongue)} if gap.detail else {}),
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
    reason = words.reason(tongue, report.reason_of(result))
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
