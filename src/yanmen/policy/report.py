"""What would have been blocked: decisions made in shadow, grouped so that a person can read and except them."""

from __future__ import annotations

from collections.abc import Iterable

from yanmen.core.nouns import Decision, Noun, Reason, Verdict
from yanmen.policy.standing import Standing
from yanmen.policy.waivers import callers


class Group(Noun, frozen=True):
    """Shadow decisions on one claim about one caller."""

    rule: str
    """The finding's rule id."""
    fingerprint: str
    key: str
    """Id of the caller's key; empty where none is known."""
    tenant: str
    by: str
    """The policy rule that would have acted."""
    verdict: Verdict
    """The strictest that would have been answered."""
    note: str
    """The masked evidence."""
    count: int
    first: int
    """Microseconds, UTC."""
    last: int
    decision: str
    """Id of the latest of them: except this one."""
    excepted: str = ""
    """Id of the exception that covers it by now."""


def would_have(decisions: Iterable[Decision], standing: Standing, at: int) -> list[Group]:
    """Group shadow decisions by rule, fingerprint and key; the most frequent first.

    A decision on several findings counts once in the group of each. ``standing`` and ``at`` tell which are excepted.
    """
    groups: dict[tuple[str, str, str], Group] = {}
    for decision in decisions:
        if not decision.shadow:
            continue
        seen: set[tuple[str, str]] = set()
        for reason in decision.because:
            if (reason.rule, reason.fingerprint) in seen:
                continue
            seen.add((reason.rule, reason.fingerprint))
            one = _single(decision, reason, standing, at)
            place = (one.rule, one.fingerprint, one.key)
            groups[place] = _joined(groups[place], one) if place in groups else one
    return sorted(groups.values(), key=lambda group: (-group.count, -group.last, group.rule))


def _single(decision: Decision, reason: Reason, standing: Standing, at: int) -> Group:
    concerned = callers(decision)
    named = {ref.kind: ref.id for ref in concerned}
    waiver = standing.covering(reason.rule, reason.fingerprint, concerned, at)
    return Group(
        rule=reason.rule,
        fingerprint=reason.fingerprint,
        key=named.get("key", ""),
        tenant=named.get("tenant", ""),
        by=reason.by,
        verdict=decision.verdict,
        note=reason.note,
        count=1,
        first=decision.at,
        last=decision.at,
        decision=decision.id,
        excepted=waiver.id if waiver else "",
    )


def _joined(group: Group, one: Group) -> Group:
    latest = one if one.last >= group.last else group
    return Group(
        rule=group.rule,
        fingerprint=group.fingerprint,
        key=group.key,
        tenant=latest.tenant,
        by=latest.by,
        verdict=max(group.verdict, one.verdict),
        note=latest.note,
        count=group.count + one.count,
        first=min(group.first, one.first),
        last=latest.last,
        decision=latest.decision,
        excepted=group.excepted or one.excepted,
    )
