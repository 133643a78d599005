"""Explanations."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from yanmen.core.clock import SECOND, iso
from yanmen.core.nouns import (
    FOREVER,
    Decision,
    Event,
    Finding,
    Reason,
    Ref,
    Unexamined,
    Verdict,
    finding_data,
)
from yanmen.policy import Policy, Situation, Standing, exception_from
from yanmen.policy.explanation import _MESSAGES, belongs, explain, explain_call

NOW = 1_000_000_000_000_000
POLICY = 'rules:\n  - id: attack\n    when: {rule: "prompt.*"}\n    then: block\n'


def test_a_block_is_explained_in_both_languages(
    policy: Callable[[str], Policy], finding: Callable[..., Finding], situation: Callable[..., Situation]
) -> None:
    """What, by which rule of which revision, on which masked evidence, and what to do."""
    made, found = policy(POLICY), finding()
    decision = made.judge([found], [], situation(), Standing()).decision

    it = explain(decision, {found.rule.id: found.rule}, NOW, policy_now=made.revision)
    english, chinese = it.text("en"), it.text("zh")

    for said in (
        decision.id,
        made.revision,
        "attack",
        "seen",
        "/messages/0/content",
        "prompt.x",
        "key:key_1",
    ):
        assert said in english
        assert said in chinese
    assert "blocked" in english
    assert "Mend it." in english
    assert "已拦截" in chinese
    assert "请修复。" in chinese
    assert it.state == "once"


def test_another_revision_in_force_is_told(
    policy: Callable[[str], Policy], finding: Callable[..., Finding], situation: Callable[..., Situation]
) -> None:
    """So that nobody looks for the rule in the wrong file."""
    decision = policy(POLICY).judge([finding()], [], situation(), Standing()).decision

    assert "in force now is abc" in explain(decision, {}, NOW, policy_now="abc").text("en")


def test_a_rule_no_longer_in_the_catalogue_is_still_explained(
    policy: Callable[[str], Policy], finding: Callable[..., Finding], situation: Callable[..., Situation]
) -> None:
    """The record outlives detectors."""
    decision = policy(POLICY).judge([finding()], [], situation(), Standing()).decision

    assert "no longer in the catalogue" in explain(decision, {}, NOW).text("en")


@pytest.mark.parametrize(
    "reason", ["too-large", "timed-out", "unsupported", "unreadable", "detector-failed", "new-word"]
)
def test_what_could_not_be_judged_has_its_own_advice(
    policy: Callable[[str], Policy], situation: Callable[..., Situation], reason: str
) -> None:
    """By its reason, in both languages."""
    unread = Unexamined(subject=Ref(kind="text", id="t"), reason=reason)
    decision = policy(POLICY).judge([], [unread], situation(), Standing()).decision

    (ground,) = explain(decision, {}, NOW).grounds

    assert ground.title.en == "Could not be judged"
    assert ground.fix.en
    assert ground.fix.zh != ground.fix.en


@pytest.mark.parametrize(
    ("lasts", "at", "state"),
    [(0, NOW, "once"), (60, NOW, "stands"), (60, NOW + 60 * SECOND, "ended"), (FOREVER, NOW * 2, "stands")],
)
def test_a_standing_decision_tells_whether_it_stands(lasts: int, at: int, state: str) -> None:
    """A person's ban: until when."""
    because = (Reason(rule="operator", by="alice", note="too many calls"),)
    ban = Decision(
        id="dec_b",
        at=NOW,
        subject=Ref(kind="key", id="k"),
        verdict=Verdict.BLOCK,
        because=because,
        policy="operator",
        lasts=lasts,
    )

    it = explain(ban, {}, at)

    assert it.state == state
    assert "Decided by a person" in it.text("en")
    assert "too many calls" in it.text("en")
    assert (it.until == ban.until and iso(ban.until) in it.text("en")) is (lasts == 60)


def test_a_lifted_decision_tells_who_lifted_it_and_why() -> None:
    """Even when it would have ended by itself."""
    ban = Decision(id="dec_b", at=NOW, subject=Ref(kind="key", id="k"), verdict=Verdict.BLOCK, lasts=60)
    lifted = Event(
        id="evt_1",
        at=NOW + SECOND,
        kind="decision.lifted",
        actor=Ref(kind="user", id="bob"),
        data={"decision": "dec_b", "reason": "mistake"},
    )

    text = explain(ban, {}, NOW + 100 * SECOND, lifted).text("en")

    assert "user:bob: mistake" in text


def test_shadow_and_exceptions_are_explained(
    policy: Callable[[str], Policy], finding: Callable[..., Finding], situation: Callable[..., Situation]
) -> None:
    """What would have been, what an exception removes, and which one removed a finding."""
    made = policy(POLICY)
    shadow = made.judge([finding()], [], situation(shadow_until=NOW + 1), Standing()).shadow
    assert shadow is not None
    waiver = exception_from(shadow, "key", 1, "alice", "training", at=NOW)
    allowed = made.judge([finding()], [], situation(), Standing([waiver])).decision
    held = made.judge([finding()], [], situation(shadow_until=NOW + 1), Standing()).decision

    assert "would have been blocked" in explain(shadow, {}, NOW).text("en")
    assert "It excepts: rule prompt.x" in explain(waiver, {}, NOW).text("en")
    assert "held back by shadow mode" in explain(held, {}, NOW).text("en")
    assert f"removed by exception {waiver.id}" in explain(allowed, {}, NOW).text("en")


def test_a_plain_allow_is_explained_from_its_call(finding: Callable[..., Finding]) -> None:
    """With what was found and let through."""
    found = finding()
    event = Event(
        id="evt_1",
        at=NOW,
        kind="call.allowed",
        subject=Ref(kind="call", id="call_1"),
        data={
            "decision_id": "dec_1",
            "verdict": "allow",
            "policy": "abc",
            "key": "key_1",
            "surface": "chat",
            "findings": [finding_data(found)],
        },
    )

    it = explain_call(event, {found.rule.id: found.rule})

    assert belongs(event, "dec_1")
    assert not belongs(event, "dec_2")
    for said in ("dec_1", "allowed", "abc", "key:key_1", "surface=chat", "prompt.x", "Mend it."):
        assert said in it.text("en")


def test_a_call_with_something_unexamined_is_never_called_clean() -> None:
    """Allowed by the policy all the same; a refusal without a finding is not called clean either."""
    unread = Unexamined(subject=Ref(kind="text", id="t"), reason="unsupported", detail="an image")
    data = {"verdict": "allow", "unexamined": [msgspec.to_builtins(unread)]}
    allowed = Event(id="evt_1", at=NOW, kind="call.allowed", subject=Ref(kind="call", id="call_1"), data=data)
    refused = Event(
        id="evt_2", at=NOW, kind="call.refused", data={"verdict": "allow", "error": "field_not_allowed"}
    )

    for text in (explain_call(allowed, {}).text("en"), explain_call(refused, {}).text("en")):
        assert "Nothing was found" not in text
    assert "unsupported: an image" in explain_call(allowed, {}).text("en")
    assert explain_call(allowed, {}).decision == "call_1"
    assert "error=field_not_allowed" in explain_call(refused, {}).text("en")
    assert "refused" in explain_call(refused, {}).text("en").splitlines()[0]


def test_an_allow_with_nothing_found_says_so() -> None:
    """Everything could be examined, and nothing was found."""
    event = Event(id="evt_1", at=NOW, kind="call.allowed", data={"decision_id": "dec_1", "verdict": "allow"})

    assert "Nothing was found" in explain_call(event, {}).text("en")
    assert "没有发现问题" in explain_call(event, {}).text("zh")


def test_redactions_are_counted(
    policy: Callable[[str], Policy], finding: Callable[..., Finding], situation: Callable[..., Situation]
) -> None:
    """How many places were taken out."""
    decision = (
        policy(POLICY.replace("block", "redact")).judge([finding()], [], situation(), Standing()).decision
    )

    assert "Places redacted: 1" in explain(decision, {}, NOW).text("en")


def test_every_message_is_of_a_known_family() -> None:
    """No key is left over from another time."""
    families = ("ended.", "verdict.", "shadow.", "policy.", "state.", "title.", "fix.")
    single = {
        *(
            "language",
            "at",
            "subject",
            "callers",
            "call",
            "waives",
            "redactions",
            "grounds",
            "no_grounds",
            "no_grounds_here",
        ),
        *("by", "held", "waived", "where", "evidence", "reason", "fix"),
    }

    assert {key for key in _MESSAGES.keys() if not key.startswith(families)} == single  # noqa: SIM118  # a method
