"""Where a call comes from, and what policy says of that."""

from __future__ import annotations

from yanmen.core.nouns import Finding, Verdict
from yanmen.gateway.errors import Refusal
from yanmen.gateway.hearing import Hearing
from yanmen.intel.detectors.origins import ORIGIN, Origins

_LOOK = Origins()


def heed(hearing: Hearing) -> None:
    """Refusal where policy does not let callers from there in; nothing where no rule of it asks."""
    if not hearing.known.policy.names(ORIGIN.id):
        return
    findings = [one for one in _LOOK.detect(hearing.call.origin) if isinstance(one, Finding)]
    decision = hearing.decide(findings, (), hearing.situation("in"))
    if decision.verdict is Verdict.ALLOW:
        return
    hearing.report.found(findings, ())
    if decision.verdict is Verdict.CHALLENGE:
        raise Refusal("challenge_required", decision=decision, findings=findings)
    raise Refusal("banned", decision=decision)
