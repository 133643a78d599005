"""What the door says when it does not let a call through; the shape is the surface's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from pathlib import Path

from yanmen.core.clock import SECOND
from yanmen.core.language import Messages
from yanmen.core.nouns import Decision, Finding
from yanmen.gateway.commands import Call
from yanmen.llm.wire.codec import Said

MESSAGES = Messages(Path(__file__).parent / "messages" / "calls")
STATUS = {
    "invalid_api_key": 401,
    "insufficient_scope": 403,
    "surface_not_allowed": 403,
    "address_not_allowed": 403,
    "model_not_priced": 403,
    "rate_limit_exceeded": 429,
    "request_exceeds_limit": 429,
    "too_many_concurrent_calls": 429,
    "insufficient_quota": 429,
    "output_limit_reached": 429,
    "usage_not_counted": 503,
    "banned": 403,
    "surface_switched_off": 403,
    "origin_refused": 403,
    "shed_by_mode": 429,
    "challenge_required": 403,
    "work_required": 403,
    "not_found": 404,
    "response_not_found": 404,
    "model_not_found": 404,
    "method_not_allowed": 405,
    "request_too_large": 413,
    "unsupported_media_type": 415,
    "too_many_calls": 429,
    "upstream_unreachable": 502,
    "upstream_garbage": 502,
    "upstream_broken": 502,
    "upstream_too_large": 502,
    "upstream_timeout": 504,
    "upstream_busy": 503,
    "store_unavailable": 503,
    "guard_overloaded": 503,
    "internal": 503,
}
"""HTTP status by code; every other code is 400."""
_MALFORMED = {
    "not-json": "invalid_json",
    "duplicate-key": "duplicate_key",
    "case-variant": "case_variant_key",
    "too-deep": "too_deep",
    "too-many-values": "too_many_values",
    "wrong-shape": "invalid_request",
    "not-form": "invalid_form",
}
_SPOKEN = {
    "work_required": "challenge_required",
    "answer_policy_violation": "content_policy_violation",
    **_MALFORMED,
}
"""Messages whose code on the wire has another name."""


class Refusal(Exception):  # noqa: N818  # not a mistake: an outcome, carried out of the depth of the door
    """A call is not let through."""

    def __init__(
        self,
        say: str,
        *,
        decision: Decision | None = None,
        findings: Sequence[Finding] = (),
        detail: str = "",
        **values: object,
    ) -> None:
        """``say`` is the message; ``detail`` is kept in the record and, where the message has a place for it, said."""
        super().__init__(say)
        self.say = say
        self.decision = decision
        self.findings = findings
        self.detail = detail
        self.values = values
        self.code = _SPOKEN.get(say, say)
        self.status = STATUS.get(say, 400)

    @property
    def failed(self) -> bool:
        """Whether this is the upstream's fault or ours, and nobody's verdict."""
        return self.status >= HTTPStatus.INTERNAL_SERVER_ERROR

    def message(self, tongue: str) -> str:
        """The sentence. It names the rule, never what the rule looks for."""
        values: dict[str, object] = {"detail": self.detail, **self.values}
        if self.decision is not None:
            values |= _grounds(self.decision, self.findings, tongue)
        return MESSAGES.say(self.say, tongue, **values)

    def said(self, tongue: str, call: Call, model: str = "") -> Said:
        """What is said, before it has the shape of a surface."""
        field = self.values.get("field")
        return Said(
            call=call.id,
            at=call.at // SECOND,
            model=model,
            status=self.status,
            code=self.code,
            message=self.message(tongue),
            param=None if field is None else str(field),
            decision=self.decision.id if self.decision else "",
        )

    def headers(self) -> list[tuple[bytes, bytes]]:
        """What the answer says beside its body."""
        found = [(b"content-type", b"application/json; charset=utf-8"), (b"cache-control", b"no-store")]
        if self.decision is not None:
            found.append((b"x-yanmen-decision", self.decision.id.encode()))
        again = self.values.get("retry_after")
        if again or self.status in {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}:
            found.append((b"retry-after", str(again or 1).encode()))
        if self.status == HTTPStatus.UNAUTHORIZED:
            found.append((b"www-authenticate", b"Bearer"))
        if isinstance(told := self.values.get("told"), list):
            found = [pair for pair in found if pair[0] != b"retry-after"] + told
        if "allow" in self.values:
            found.append((b"allow", str(self.values["allow"]).encode()))
        return found


def _grounds(decision: Decision, findings: Sequence[Finding], tongue: str) -> Mapping[str, object]:
    """The first reason of a decision: its rule and the rule's title."""
    rule, title = "operator", MESSAGES.say("operator", tongue)
    if decision.because:
        reason = decision.because[0]
        rule = reason.rule
        titles = {finding.rule.id: finding.rule.title for finding in findings}
        if rule in titles:
            title = titles[rule].say(tongue)
        elif rule == "unexamined":
            title = MESSAGES.say("unexamined", tongue, reason=reason.note)
    return {"rule": rule, "title": title, "decision": decision.id}
