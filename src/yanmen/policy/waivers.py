"""Makes exceptions: standing decisions with an owner, a reason and an end, that remove named findings before the join."""

from __future__ import annotations

from typing import Literal

from yanmen.core.clock import DAY, SECOND
from yanmen.core.errors import YanmenError
from yanmen.core.ids import new_id
from yanmen.core.nouns import Decision, Finding, Phrase, Reason, Ref, Unexamined, Verdict
from yanmen.policy.standing import EVERYBODY, UNEXAMINED, identity

Scope = Literal["key", "tenant", "all"]
"""For whom an exception holds: the caller's key, the caller's tenant, or everybody."""
LONGEST_DAYS = 365
"""An exception is renewed by a person at least once a year."""


def exception_from(
    grounds: Decision | Finding | Unexamined,
    scope: Scope | Ref,
    days: float,
    owner: str,
    reason: str,
    *,
    at: int,
    whole_rule: bool = False,
) -> Decision:
    """A waiver of what a decision (usually one made in shadow) or one finding says.

    ``scope`` is a word, looked up among the decision's callers, or the Ref of one key or tenant. It waives the same
    claim with the same evidence only; with ``whole_rule`` every finding of those rules. Lasts ``days`` from ``at`` (µs).
    Raises YanmenError when there is nothing to waive, the scope is unknown, or owner, reason or end are missing.
    """
    if not owner.strip() or not reason.strip():
        raise YanmenError(
            Phrase(en="an exception needs an owner and a reason", zh="例外须有责任人和理由"),
            hint=Phrase(en="Say who answers for it, and why.", zh="请写明由谁负责，以及为什么。"),
        )
    if not 0 < days <= LONGEST_DAYS:
        raise YanmenError(
            Phrase(
                en=f"an exception cannot last {days:g} days",
                zh=f"例外的有效期不能是 {days:g} 天",
            ),
            hint=Phrase(
                en=f"An exception ends: say more than 0 and at most {LONGEST_DAYS} days.",
                zh=f"例外必须到期：天数须大于 0，且不超过 {LONGEST_DAYS}。",
            ),
        )
    pairs = _pairs(grounds, whole_rule=whole_rule)
    if not pairs:
        raise YanmenError(
            Phrase(en="this decision rests on no finding", zh="该决策不基于任何发现"),
            hint=Phrase(
                en="Only what rests on findings can be excepted.", zh="只有基于检测发现的决策才能设例外。"
            ),
        )
    (rule, fingerprint), *others = pairs
    waives: dict[str, object] = {"rule": rule, "fingerprint": fingerprint, "owner": owner, "reason": reason}
    if others:
        waives["also"] = [{"rule": other, "fingerprint": mark} for other, mark in others]
    if isinstance(grounds, Decision):
        waives["from"] = grounds.id
    return Decision(
        id=new_id("dec"),
        at=at,
        subject=_subject(grounds, scope),
        verdict=Verdict.ALLOW,
        because=(Reason(rule="operator", by=owner, note=reason),),
        policy="operator",
        lasts=max(1, int(days * DAY / SECOND)),
        terms={"waives": waives},
    )


def _pairs(grounds: Decision | Finding | Unexamined, *, whole_rule: bool) -> list[tuple[str, str]]:
    """What to waive: rule id and fingerprint, each once, in order."""
    if isinstance(grounds, Decision):
        found = [
            (reason.rule, reason.fingerprint)
            for reason in grounds.because
            if reason.rule != "operator" and not reason.by.startswith("waived:")
        ]
    else:
        found = [identity(grounds)]
    if whole_rule:
        found = [(rule, mark if rule == UNEXAMINED else "") for rule, mark in found]
    return list(dict.fromkeys(found))


def _subject(grounds: Decision | Finding | Unexamined, scope: Scope | Ref) -> Ref:
    if isinstance(scope, Ref):
        return scope
    if scope == "all":
        return EVERYBODY
    if isinstance(grounds, Decision):
        for subject in callers(grounds):
            if subject.kind == scope:
                return subject
    raise YanmenError(
        Phrase(en=f"the decision names no {scope}", zh=f"该决策未涉及 {scope}"),
        hint=Phrase(
            en="Choose another scope: key, tenant or all.", zh="请改用其他适用范围：key、tenant 或 all。"
        ),
    )


def callers(decision: Decision) -> tuple[Ref, ...]:
    """Who a decision concerned: its own subject and those written in its terms; what is no ``kind:id`` is left out."""
    written = decision.terms.get("subjects")
    parts = [str(name).partition(":") for name in written] if isinstance(written, list) else []
    return (decision.subject, *(Ref(kind=kind, id=name) for kind, _, name in parts if kind and name))
