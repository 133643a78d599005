"""Refusals have a stable code and a sentence in both languages."""

from __future__ import annotations

from typing import Any

import pytest

from yanmen.core.nouns import Decision, Reason, Ref, Verdict
from yanmen.gateway.commands import Call
from yanmen.gateway.errors import MESSAGES, STATUS, Refusal

CALL = Call("call_1", 2_000_000, "POST", "/x", [], "192.0.2.1")
DECISION = Decision(
    id="dec_1",
    at=1,
    subject=Ref(kind="call", id="c"),
    verdict=Verdict.BLOCK,
    because=(Reason(rule="unexamined", note="too-large"),),
)


@pytest.mark.parametrize("say", sorted(MESSAGES.keys() - {"unexamined", "operator"}))
@pytest.mark.parametrize("tongue", ["en", "zh"])
def test_every_message_can_be_said(say: str, tongue: str) -> None:
    """With all that it names filled in."""
    values: dict[str, Any] = {
        "limit": 1,
        "whose": "key",
        "what": "tokens",
        "remaining": 0,
        "requested": 2,
        "tokens": 3,
    }
    names: dict[str, Any] = {"mode": "m", "model": "m", "surface": "chat"}
    refusal = Refusal(say, decision=DECISION, detail="d", field="f", allow="GET", **values, **names)
    said = refusal.said(tongue, CALL, "m")

    assert (said.call, said.at, said.model, said.decision, said.param) == ("call_1", 2, "m", "dec_1", "f")
    assert said.code
    assert "{" not in said.message
    assert said.status == refusal.status == STATUS.get(say, 400)
    assert refusal.status not in {500, 501}


def test_what_could_not_be_judged_is_said_so() -> None:
    """With the reason."""
    message = Refusal("content_policy_violation", decision=DECISION).message("en")

    assert "could not be judged (too-large)" in message


def test_headers_say_when_to_come_back_and_which_decision() -> None:
    """And what may be asked for."""
    assert (b"retry-after", b"1") in Refusal("too_many_calls").headers()
    assert (b"x-yanmen-decision", b"dec_1") in Refusal("banned", decision=DECISION).headers()
    assert (b"allow", b"GET") in Refusal("method_not_allowed", allow="GET").headers()
    assert (b"www-authenticate", b"Bearer") in Refusal("invalid_api_key").headers()


def test_failures_are_told_from_refusals() -> None:
    """The upstream's fault, or ours, is nobody's verdict."""
    assert Refusal("upstream_timeout").failed
    assert not Refusal("banned").failed
