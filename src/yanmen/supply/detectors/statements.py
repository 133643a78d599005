"""VEX statements that suppress nothing any more."""

from __future__ import annotations

from collections.abc import Iterator

from yanmen.core.nouns import Finding, Phrase, Ref, Rule, Severity, Unexamined, Where
from yanmen.core.plugins import Detector
from yanmen.core.redaction import visible
from yanmen.supply.vex import Idle

LAPSED = Rule(
    id="component.statement-lapsed",
    title=Phrase(en="A VEX statement that suppresses nothing", zh="VEX 声明未生效"),
    severity=Severity.LOW,
    fix=Phrase(
        en="Look at the vulnerability again; then state it anew with a reason and an end, or take the statement out.",
        zh="请重新评估该漏洞，再补充理由和截止日期重新声明，或删除该声明。",
    ),
    tags=("owasp-llm:LLM03",),
)


class Lapsed(Detector[Idle]):
    """Says which, and why."""

    rules = (LAPSED,)

    def detect(self, target: Idle) -> Iterator[Finding | Unexamined]:
        """One finding."""
        statement = target.statement
        yield Finding(
            rule=LAPSED,
            subject=Ref(kind="statement", id=visible(statement.vulnerability)),
            confidence=1.0,
            evidence=f"{visible(statement.vulnerability)}: {target.why.en}",
            where=Where(part=statement.where),
        )
