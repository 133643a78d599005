"""Components that advisories speak of."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from yanmen.core.nouns import Finding, Phrase, Rule, Severity, Unexamined, Where
from yanmen.core.plugins import Detector
from yanmen.core.redaction import visible
from yanmen.intel.advisories import WHY, Hit
from yanmen.supply.assessed import Assessed, Path

VULNERABLE = Rule(
    id="component.vulnerable",
    title=Phrase(en="A component with a known vulnerability", zh="组件存在已知漏洞"),
    severity=Severity.HIGH,
    fix=Phrase(
        en="Upgrade to a fixed version. Where that is not possible, show that the vulnerable code cannot be reached, and say so"
        " in a VEX statement with an end.",
        zh="升级到已修复的版本。暂时无法升级时，请确认漏洞代码不可达，并以带截止日期的 VEX 声明说明。",
    ),
    tags=("owasp-llm:LLM03", "cwe:1395", "atlas:AML.T0010.001"),
)
MALICIOUS = Rule(
    id="component.malicious",
    title=Phrase(en="A component that is known to be malicious", zh="组件是已知的恶意软件包"),
    severity=Severity.CRITICAL,
    fix=Phrase(
        en="Remove it, treat every machine that installed it as taken over, and change the credentials that were on it.",
        zh="立即移除；凡安装过该组件的机器一律按已失陷处理，并更换其上的所有凭据。",
    ),
    tags=("owasp-llm:LLM03", "cwe:506", "atlas:AML.T0010.001"),
)
LIKELY = 0.95
"""EPSS percentile from which on a vulnerability is taken as grave, whatever its base score: one in twenty is at least as likely
to be exploited."""


class Advised(Detector[Assessed]):
    """What advisories say of a version; what they cannot tell."""

    rules = (VULNERABLE, MALICIOUS)

    def detect(self, target: Assessed) -> Iterator[Finding | Unexamined]:
        """One finding for each vulnerability, whatever number of databases names it."""
        component, match = target.component, target.match
        where = Where(part=component.where)
        for hit in match.found:
            yield found(target, hit)
        for doubt in match.doubts:
            why = WHY[doubt.why].en if doubt.why else ""
            yield Unexamined(
                subject=component.ref,
                reason="cannot-tell",
                detail=f"{visible(doubt.id)}: {why}",
                where=where,
            )
        if match.checked == "not-checked":
            yield Unexamined(
                subject=component.ref,
                reason="not-checked",
                detail=WHY[match.why].en if match.why else "",
                where=where,
            )


def found(target: Assessed, hit: Hit) -> Finding:
    """The finding of one vulnerability."""
    return Finding(
        rule=rated(hit),
        subject=target.component.ref,
        confidence=1.0,
        evidence=said(hit, target.paths.get(hit.id, Path())),
        where=Where(part=target.component.where),
    )


def rated(hit: Hit) -> Rule:
    """The rule with the severity of this one. What nobody rated counts as grave, and so does what is exploited or likely to be."""
    if hit.malicious:
        return MALICIOUS
    severity = hit.severity.severity
    if severity is None:
        return VULNERABLE
    exploited = not isinstance(hit.kev, str)
    likely = not isinstance(hit.epss, str) and hit.epss.percentile >= LIKELY
    least = Severity.HIGH if exploited or likely else Severity.INFO
    return msgspec.structs.replace(VULNERABLE, severity=max(severity, least))


def said(hit: Hit, path: Path) -> str:
    """Its names, how grave, how likely, exploited or not, what is reached, and the version that mends it."""
    score = hit.severity.score
    parts = [
        visible(hit.id) + (f" ({visible(', '.join(hit.aliases))})" if hit.aliases else ""),
        visible(hit.summary),
        f"CVSS {score}" if score is not None else "" if hit.severity.severity is not None else "not rated",
    ]
    if isinstance(hit.epss, str):
        parts.append("EPSS not checked")
    else:
        parts.append(f"EPSS {hit.epss.score:.3f} (above {hit.epss.percentile:.0%})")
    if hit.kev == "not-checked":
        parts.append("KEV not checked")
    elif not isinstance(hit.kev, str):
        parts.append(f"exploited since {hit.kev.added}" + (", ransomware" if hit.kev.ransomware else ""))
    parts.append(f"affects {visible(hit.because)}" if hit.because else "")
    parts.append(f"fixed in {visible(', '.join(hit.fixed))}" if hit.fixed else "no fixed version is known")
    parts.append(reached(path))
    return "; ".join(part for part in parts if part)


def reached(path: Path) -> str:
    """How the project's code gets to it, as far as somebody looked."""
    if not path.state:
        return ""
    steps = " → ".join(visible(step) for step in path.steps[:4])
    named = f" {visible(path.symbol)}" if path.symbol else ""
    tests = " from tests only" if path.tests_only else ""
    state = "whether it is reached is not known" if path.state == "unknown" else path.state
    return f"{state}{named}{tests}" + (f": {steps}" if steps else "")
