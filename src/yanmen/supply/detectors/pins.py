"""Images and actions that are named by a tag: whoever owns the tag may put something else behind it."""

from __future__ import annotations

from collections.abc import Iterator

from yanmen.core.nouns import Finding, Phrase, Rule, Severity, Unexamined, Where
from yanmen.core.plugins import Detector
from yanmen.core.redaction import visible
from yanmen.supply.targets import Component

FLOATING = Rule(
    id="component.floating-tag",
    title=Phrase(en="An image or action is named by a tag that moves", zh="镜像或 Action 使用了会变动的标签"),
    severity=Severity.LOW,
    fix=Phrase(
        en="Name it by its digest (image@sha256:…) or commit, and let a bot raise that when there is a new one.",
        zh="改用摘要（image@sha256:…）或提交哈希来引用，有新版本时再由机器人提交更新。",
    ),
    tags=("owasp-llm:LLM03", "cwe:494", "cwe:829", "atlas:AML.T0010"),
)
_SURE = 1.0


class Pins(Detector[Component]):
    """Claims of every component that says it is named by a moving tag."""

    rules = (FLOATING,)

    def detect(self, target: Component) -> Iterator[Finding | Unexamined]:
        """One finding; the tag is the evidence."""
        tag = target.facts.get("tag")
        if tag and target.facts.get("kind") in {"image", "action"}:
            yield Finding(
                rule=FLOATING,
                subject=target.ref,
                confidence=_SURE,
                evidence=visible(
                    f"{target.name}:{tag}" if target.facts["kind"] == "image" else f"{target.name}@{tag}"
                ),
                where=Where(part=target.where),
            )
