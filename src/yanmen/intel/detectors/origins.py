"""Where a call comes from, as a finding that policy can take up."""

from __future__ import annotations

from collections.abc import Iterator

from yanmen.core.nouns import Finding, Phrase, Ref, Rule, Severity, Unexamined
from yanmen.core.plugins import Detector
from yanmen.intel.networks.origin import Origin

ORIGIN = Rule(
    id="network.origin",
    title=Phrase(en="Where a call comes from", zh="调用来源"),
    severity=Severity.INFO,
    fix=Phrase(
        en="Nothing is wrong by itself. To restrict, write a policy rule with `rule: network.origin` and `country`, `asn` or"
        " `network`.",
        zh="来源本身不是问题。如需限制，请在策略规则中写 `rule: network.origin`，并用 `country`、`asn` 或 `network` 说明范围。",
    ),
    tags=("cwe:284",),
)
"""Raised for each call where the policy names it; allowed by itself."""


class Origins(Detector[Origin]):
    """Says where a call comes from; an unknown origin is said as well, for a rule may let only known ones in."""

    rules = (ORIGIN,)

    def detect(self, target: Origin) -> Iterator[Finding | Unexamined]:
        """One finding about its network."""
        said = (target.country, target.asn, *target.networks)
        subject = Ref(kind="network", id=target.asn or target.country or "unknown")
        evidence = " ".join(filter(None, said)) or "unknown"
        yield Finding(rule=ORIGIN, subject=subject, confidence=1.0, evidence=evidence)
