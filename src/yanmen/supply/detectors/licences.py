"""Components whose licence may not come in, or needs a person."""

from __future__ import annotations

from collections.abc import Iterator

from yanmen.core.nouns import Finding, Phrase, Rule, Severity, Unexamined, Where
from yanmen.core.plugins import Detector
from yanmen.core.redaction import visible
from yanmen.supply.assessed import Assessed

CONFLICT = Rule(
    id="licence.conflicts",
    title=Phrase(
        en="A licence that does not fit the project's own or its use", zh="许可证与项目自身的许可证或用途冲突"
    ),
    severity=Severity.HIGH,
    fix=Phrase(
        en="Replace the component, get another licence from its owner, or change what the project's licence or use is.",
        zh="更换组件，向权利人另行取得授权，或调整项目自身的许可证或用途。",
    ),
    tags=("owasp-llm:LLM03",),
)
DENIED = Rule(
    id="licence.denied",
    title=Phrase(en="A licence that the site's policy does not let in", zh="许可证不在本单位允许的范围内"),
    severity=Severity.HIGH,
    fix=Phrase(
        en="Replace the component, or have whoever owns the policy allow the licence.",
        zh="更换组件，或由策略负责人批准该许可证。",
    ),
    tags=("owasp-llm:LLM03",),
)
REVIEW = Rule(
    id="licence.needs-review",
    title=Phrase(en="A licence that a person must read", zh="许可证需要人工审核"),
    severity=Severity.MEDIUM,
    fix=Phrase(
        en="Read its terms for this use, then allow or deny it in the configuration.",
        zh="请结合实际用途阅读其条款，再在配置中允许或禁止。",
    ),
    tags=("owasp-llm:LLM03",),
)
_RULES = {"conflict": CONFLICT, "deny": DENIED, "review": REVIEW}


class Licences(Detector[Assessed]):
    """What policy says of a component's licence."""

    rules = (CONFLICT, DENIED, REVIEW)

    def detect(self, target: Assessed) -> Iterator[Finding | Unexamined]:
        """One finding at most, for the gravest word."""
        licence = target.licence
        if licence is None or licence.word == "allow":
            return
        owed = f"; demands {', '.join(licence.obligations)}" if licence.obligations else ""
        yield Finding(
            rule=_RULES[licence.word],
            subject=target.component.ref,
            confidence=1.0,
            evidence=f"{visible(licence.why)}; says {visible(licence.expression)}{owed}",
            where=Where(part=target.component.where),
        )
