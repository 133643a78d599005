"""Tools of MCP servers that are not what they were, are not alone under their name, or tell the model what to do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from yanmen.core.nouns import Finding, Phrase, Ref, Rule, Severity, Where
from yanmen.core.plugins import Detector
from yanmen.core.redaction import visible

CHANGED = Rule(
    id="mcp.tool-changed",
    title=Phrase(
        en="A tool is described otherwise than when it was first seen or approved",
        zh="工具的描述与首次出现或获批准时不一致",
    ),
    severity=Severity.HIGH,
    fix=Phrase(
        en="Read both descriptions. `yanmen mcp approve SERVER TOOL` trusts the new one; else ask whoever runs the server.",
        zh="请对照前后两版描述。确认无误后用 `yanmen mcp approve 服务器 工具` 信任新描述，否则请联系服务器的维护方。",
    ),
    tags=("owasp-llm:LLM03", "atlas:AML.T0010", "cwe:494"),
)
SHADOWED = Rule(
    id="mcp.tool-shadowed",
    title=Phrase(en="Two servers offer tools of the same name", zh="两个服务器提供同名工具"),
    severity=Severity.MEDIUM,
    fix=Phrase(
        en="A model may call the one and mean the other: rename one of them, or give them to different agents.",
        zh="模型可能误调同名工具：请给其中一个改名，或分配给不同的智能体。",
    ),
    tags=("owasp-llm:LLM06", "atlas:AML.T0053", "cwe:706"),
)
POISONED = Rule(
    id="mcp.poisoned-description",
    title=Phrase(
        en="A tool's description gives the model orders of its own", zh="工具描述中夹带了给模型的指令"
    ),
    severity=Severity.HIGH,
    fix=Phrase(
        en="Do not use the tool before somebody has read its description; report it to whoever runs the server.",
        zh="在有人审阅该描述之前不要使用此工具；并请通知服务器的维护方。",
    ),
    tags=("owasp-llm:LLM01", "owasp-llm:LLM03", "atlas:AML.T0051"),
)


class Offer(NamedTuple):
    """A tool as a server offers it, or as a caller calls it, with what is known of it."""

    server: str
    name: str
    part: str
    """Where it stands in the message."""
    digest: str
    """Of its description; of a call: of the one seen last."""
    trusted: str = ""
    """The digest that it is trusted by; nothing: it was not seen before."""
    others: tuple[str, ...] = ()
    """Further servers that offer a tool of its name."""
    claims: tuple[Finding, ...] = ()
    """What was found in its texts."""


class Tools(Detector[Offer]):
    """A change of its description, a name that another server's tool has, and words that attack the model."""

    rules = (CHANGED, SHADOWED, POISONED)

    def detect(self, target: Offer) -> Iterator[Finding]:
        """Of one tool."""
        if target.trusted and target.digest != target.trusted:
            yield _finding(CHANGED, target, 1.0, f"{target.trusted[:12]} -> {target.digest[:12]}")
        if target.others:
            yield _finding(SHADOWED, target, 1.0, ", ".join(target.others)[:200])
        attacks = [one for one in target.claims if one.rule.id.startswith(("prompt.", "text.hidden-"))]
        if attacks:
            worst = max(attacks, key=lambda one: one.confidence)
            evidence = f"{worst.rule.id}: {worst.evidence}"[:300]
            yield _finding(POISONED, target, worst.confidence, evidence)


def _finding(rule: Rule, target: Offer, confidence: float, evidence: str) -> Finding:
    """About the tool itself, by its server and its name."""
    subject = Ref(kind="tool", id=f"{target.server}/{visible(target.name)[:100]}")
    return Finding(
        rule=rule,
        subject=subject,
        confidence=confidence,
        evidence=evidence,
        where=Where(part=target.part),
    )
