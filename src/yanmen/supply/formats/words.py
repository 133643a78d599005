"""A report's words in a language, and what stands in both the table and the page: gaps by reason, the tally in words."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

from yanmen.core.language import Messages
from yanmen.core.nouns import Finding, Rule, Severity
from yanmen.core.redaction import visible
from yanmen.supply.datasets.report import LIMITS
from yanmen.supply.detectors.advisories import VULNERABLE
from yanmen.supply.report import Report, Result, Tally

_NAMED = 5
"""Names in one line of what to do first."""
_ROWS = 10
"""Rows of one data set that are listed."""
_REMAIN = 8
"""Ids of one component that remain."""
_MESSAGES = Messages(Path(__file__).parent / "messages")


class Gap(NamedTuple):
    """What could not be judged for one reason."""

    reason: str
    number: int
    subject: str
    """The first of them."""
    detail: str


class Group(NamedTuple):
    """Findings of one rule about one thing: they are mended together."""

    findings: tuple[Finding, ...]
    """The gravest first."""
    subject: str
    """A package URL; empty: the place says it."""
    place: str
    ways: tuple[tuple[str, ...], ...] = ()
    """How the component comes in, by package URLs from what the project asks for down to it."""

    @property
    def rule(self) -> Rule:
        """The gravest finding's."""
        return self.findings[0].rule


def say(tongue: str, key: str, **values: object) -> str:
    """A message."""
    return _MESSAGES.say(key, tongue, **values)


def reason(tongue: str, word: str) -> str:
    """A stable word for why something could not be judged, or several, or a rule's id, as a person reads it."""
    named = {one: f"reason_{one}" for one in word.split(", ")}
    return ("、" if tongue == "zh" else ", ").join(
        say(tongue, key) if key in _MESSAGES.keys() else one  # noqa: SIM118  # no dict
        for one, key in named.items()
    )


def tally(report: Report, tongue: str) -> str:
    """``2 critical, 1 high``; or that there are none."""
    counts = Tally.of(finding for _, finding in report.findings())
    named = [
        f"{count} {Severity[name.upper()].say(tongue)}" for name, count in counts._asdict().items() if count
    ]
    return ("、" if tongue == "zh" else ", ").join(named) or say(tongue, "none")


def gaps(report: Report) -> list[Gap]:
    """What could not be judged and is not accepted, by reason, the most frequent first."""
    found: dict[str, Gap] = {}
    for result in report.targets:
        for one in report.open(result):
            known = found.get(one.reason)
            first = known or Gap(one.reason, 0, one.where.part or str(one.subject), one.detail)
            found[one.reason] = first._replace(number=first.number + 1)
    return sorted(found.values(), key=lambda gap: (-gap.number, gap.reason))


def groups(report: Report) -> list[Group]:
    """New findings by rule and by what they are about, the gravest first."""
    found: dict[tuple[str, str], list[tuple[Result, Finding]]] = {}
    for result, finding in report.findings():
        subject = str(finding.subject) if finding.subject.kind == "pkg" else ""
        about = subject or finding.where.part.partition("#")[0] or result.path
        found.setdefault((finding.rule.id, about), []).append((result, finding))
    made = [
        Group(
            tuple(finding for _, finding in pairs),
            str(pairs[0][1].subject) if pairs[0][1].subject.kind == "pkg" else "",
            (pairs[0][1].where.part or pairs[0][0].path).replace("#L", ":"),
            pairs[0][0].ways.get(str(pairs[0][1].subject), ()),
        )
        for pairs in found.values()
    ]
    return sorted(made, key=lambda one: (-one.rule.severity, one.rule.id == VULNERABLE.id))


def came(group: Group, tongue: str) -> str:
    """How a component comes in, where others bring it: the shortest way; empty where nobody does, or nobody knows."""
    way = next((one for one in group.ways if len(one) > 1), ())
    if not way or any(len(one) == 1 for one in group.ways):
        return ""
    return say(tongue, "comes", way=" → ".join(visible(_short(purl)) for purl in way))


def first(report: Report, tongue: str) -> list[str]:
    """What to do first, in at most five lines: what must not be used, what one patch mends, what is left that is exploited."""
    lines: list[str] = []
    for key, named in (("first_models", _unsafe(report)), ("first_packages", _poisoned(report))):
        if named:
            more = say(tongue, "first_more", count=len(named) - _NAMED) if len(named) > _NAMED else ""
            lines.append(say(tongue, key, named=", ".join(map(visible, named[:_NAMED])) + more))
    lines += _mended(report, tongue)
    if exploited := _exploited(report):
        lines.append(say(tongue, "first_exploited", named=", ".join(exploited[:_NAMED])))
    if data := [
        one.path for one in report.targets if one.kind == "dataset" and report.verdict_of(one) == "found"
    ]:
        lines.append(say(tongue, "first_data", named=", ".join(map(visible, data[:_NAMED]))))
    return lines


def _unsafe(report: Report) -> list[str]:
    return [one.path for one in report.targets if one.proof == "unsafe"]


def _poisoned(report: Report) -> list[str]:
    """Packages that are malicious, or do what no package should."""
    found = (
        str(one.subject)
        for _, one in report.findings()
        if one.subject.kind == "pkg"
        and (one.rule.id == "component.malicious" or one.rule.id.startswith("package."))
        and one.rule.severity >= report.threshold
    )
    return list(dict.fromkeys(_short(purl) for purl in found))


def _mended(report: Report, tongue: str) -> list[str]:
    """How much the edits take away, of how much."""
    plans = [one.plan for one in report.targets if one.plan is not None]
    edits, cleared = sum(len(one.edits) for one in plans), sum(len(one.cleared) for one in plans)
    known = sum(finding.rule.id == VULNERABLE.id for _, finding in report.findings())
    return (
        [say(tongue, "first_upgrades", edits=edits, cleared=min(cleared, known), known=known)]
        if edits
        else []
    )


def _exploited(report: Report) -> list[str]:
    """What is exploited in the world and no edit of ours takes away."""
    return list(
        dict.fromkeys(
            _short(risk.purl)
            for result in report.targets
            for risk in result.risks
            if "exploited" in risk.factors
            and not (result.plan and {risk.purl} & {purl for purl, _ in result.plan.cleared})
        )
    )


def _short(purl: str) -> str:
    """Name and version of a package URL, as its users write them."""
    return unquote(purl.partition("?")[0].partition("/")[2])


def headline(report: Report, tongue: str) -> str:
    """The verdict with its figures, in one line."""
    return say(
        tongue,
        "summary",
        verdict=say(tongue, report.verdict),
        targets=len(report.targets),
        tally=tally(report, tongue),
        gaps=sum(gap.number for gap in gaps(report)),
    )


def upgrades(report: Report, tongue: str) -> list[str]:
    """A line for each edit that takes findings away, for what no edit takes away, and for what the resolver said."""
    lines: list[str] = []
    for result in report.targets:
        plan = result.plan
        if plan is None:
            continue
        lines += [
            say(
                tongue,
                "edit",
                place=f"{edit.path}:{edit.line}",
                before=edit.before or "–",
                after=edit.after,
                count=len(edit.ids),
            )
            for edit in plan.edits
        ]
        if plan.edits:
            lines.append(plan.why.say(tongue))
        lines += [
            say(
                tongue,
                "remains",
                subject=visible(_short(one.purl)),
                ids=", ".join(one.ids[:_REMAIN]) + (" …" if len(one.ids) > _REMAIN else ""),
                why=one.why.say(tongue),
            )
            for one in plan.remaining
        ]
    return lines


def limits(report: Report, tongue: str) -> list[str]:
    """What no examination of a data set excludes, where there was one."""
    examined = any(result.kind == "dataset" for result in report.targets)
    return [one.say(tongue) for one in LIMITS] if examined else []


def suspects(report: Report, tongue: str) -> list[str]:
    """The rows of data sets to look at first."""
    lines = []
    for result in report.targets:
        lines += [
            f"{visible(one.file)}:{one.line}  {one.score:.2f}  {', '.join(one.rules)}"
            for one in result.suspects[:_ROWS]
        ]
        if len(result.suspects) > _ROWS:
            lines.append(say(tongue, "more", count=len(result.suspects) - _ROWS))
    return lines


def feeds(report: Report, tongue: str) -> list[str]:
    """A line for each feed; that there is none."""
    lines = [
        say(
            tongue,
            "feed_stale" if one.stale else "feed",
            name=one.name,
            date=one.date or "?",
            age=one.age_days,
            records=one.records,
        )
        for one in report.feeds
    ]
    return lines or [say(tongue, "no_feeds")]


def accepted(report: Report, tongue: str) -> list[str]:
    """A line for each thing that the site lets in unchecked."""
    return [
        say(
            tongue,
            "accepted_lapsed" if one.lapsed else "accepted_one",
            what=one.what,
            by=one.by,
            until=one.until,
        )
        for one in report.accepted
    ]


def waived(report: Report, tongue: str) -> list[str]:
    """A line for each finding that somebody answers for."""
    return [
        say(
            tongue,
            "waived_one",
            rule=one.finding.rule.id,
            subject=one.finding.subject,
            reason=one.reason,
            by=one.by,
            until=one.until,
        )
        for result in report.targets
        for one in result.waived
    ]
