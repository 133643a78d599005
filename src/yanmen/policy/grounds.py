"""What a decision says of the findings it rests on: its grounds in words, and the places to redact."""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import Any

from yanmen.core.nouns import Finding, Reason, Unexamined, Verdict
from yanmen.policy.standing import identity

GROUNDS = 100
"""Grounds written into one decision, the strictest first; how many more there were stands in ``terms["more"]``."""

Judged = tuple[Finding | Unexamined, Verdict, str]
"""A claim, the verdict on it and the rule that gave it."""


def reasons(judged: Iterable[Judged]) -> tuple[Reason, ...]:
    """The grounds, strictest first, at equal verdict in the order found; the same at the same place once."""
    ordered = sorted(judged, key=lambda item: -item[1])
    return tuple(dict.fromkeys(_reason(claim, by) for claim, _, by in ordered))


def _reason(claim: Finding | Unexamined, by: str) -> Reason:
    rule, fingerprint = identity(claim)
    if isinstance(claim, Unexamined):
        note = f"{claim.reason}: {claim.detail}" if claim.detail else claim.reason
    else:
        note = claim.evidence
    return Reason(rule=rule, by=by, note=note, fingerprint=fingerprint, where=claim.where)


def redactions(judged: Iterable[Judged], masking: Container[str]) -> list[dict[str, Any]]:
    """The places to redact, each once, by part and start; those that a rule of ``masking`` took up say what they are.

    Of a place that is masked by one rule and cut by another, both stand there: doors cut it.
    """
    places = {
        (
            claim.where.part,
            claim.where.start,
            claim.where.end,
            claim.instead or f"[redacted:{claim.rule.id}]",
            claim.rule.id if by in masking else "",
        )
        for claim, verdict, by in judged
        if verdict is Verdict.REDACT and isinstance(claim, Finding)
    }
    return [
        {"part": part, "start": start, "end": end, "with": instead} | ({"mask": mask} if mask else {})
        for part, start, end, instead, mask in sorted(places)
    ]
