"""Installed packages whose files are not those that were installed."""

from __future__ import annotations

from collections.abc import Iterator

from yanmen.core.nouns import Finding, Phrase, Rule, Severity, Unexamined, Where
from yanmen.core.plugins import Detector
from yanmen.core.redaction import visible
from yanmen.supply.targets import Component

DIFFER = Rule(
    id="component.files-differ",
    title=Phrase(en="Files of an installed package are gone or changed", zh="已安装软件包的文件缺失或被改动"),
    severity=Severity.MEDIUM,
    fix=Phrase(
        en="Reinstall it from a source you trust and find out who changed it. A patch of your own belongs in a version of its own.",
        zh="从可信来源重新安装，并查明改动者。自行打的补丁应发布为单独的版本。",
    ),
    tags=("owasp-llm:LLM03", "cwe:353", "atlas:AML.T0010.001"),
)
_LIKELY = 0.8
"""A tool may have stripped or patched them with good reason."""


class Integrity(Detector[Component]):
    """Claims of what its RECORD contradicts, by size; what keeps its size is not seen."""

    rules = (DIFFER,)

    def detect(self, target: Component) -> Iterator[Finding | Unexamined]:
        """One finding for a package, with the first files."""
        if changed := target.facts.get("changed"):
            yield Finding(
                rule=DIFFER,
                subject=target.ref,
                confidence=_LIKELY,
                evidence=visible(changed),
                where=Where(part=target.where),
            )
