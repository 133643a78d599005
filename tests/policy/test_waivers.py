"""Exceptions."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from yanmen.core.clock import DAY
from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Decision, Finding, Reason, Ref, Unexamined, Verdict
from yanmen.policy import Policy, Situation, Standing, exception_from
from yanmen.policy.standing import waives
from yanmen.policy.waivers import callers

NOW = 1_000_000_000_000_000
POLICY = 'rules:\n  - id: a\n    when: {rule: "*"}\n    then: block\n'


@pytest.fixture
def shadow(
    policy: Callable[[str], Policy], finding: Callable[..., Finding], situation: Callable[..., Situation]
) -> Decision:
    """A decision in shadow on two findings and one thing unexamined."""
    unread = Unexamined(subject=Ref(kind="text", id="t"), reason="too-large", detail="2 MB")
    found = [finding("prompt.x"), finding("secret.y")]
    made = policy(POLICY).judge(found, [unread], situation(shadow_until=NOW + 1), Standing()).shadow
    assert made is not None
    return made


@pytest.mark.parametrize("scope", ["key", "tenant", "all"])
def test_an_exception_lets_the_same_call_through(
    shadow: Decision,
    policy: Callable[[str], Policy],
    finding: Callable[..., Finding],
    situation: Callable[..., Situation],
    scope: str,
) -> None:
    """All its findings at once; other evidence is still judged."""
    chosen: Ref | str = scope
    made = exception_from(shadow, chosen, 14, "alice", "training", at=NOW)  # type: ignore[arg-type]  # words from a test
    standing, policy_ = Standing([made]), policy(POLICY)
    unread = Unexamined(subject=Ref(kind="text", id="t"), reason="too-large")
    same = [finding("prompt.x"), finding("secret.y")]

    assert made.until == NOW + 14 * DAY
    assert policy_.judge(same, [unread], situation(), standing).decision.verdict is Verdict.ALLOW
    assert policy_.judge(same, [], situation(at=made.until), standing).decision.verdict is Verdict.BLOCK
    other = finding("prompt.x", evidence="else")
    assert policy_.verdict(other, situation(), standing)[0] is Verdict.BLOCK


def test_an_exception_of_the_key_holds_for_no_other_key(
    shadow: Decision,
    policy: Callable[[str], Policy],
    finding: Callable[..., Finding],
    situation: Callable[..., Situation],
) -> None:
    """Nor, of a tenant, for another tenant."""
    made = exception_from(shadow, "key", 1, "alice", "training", at=NOW)
    other = situation(subjects=(Ref(kind="key", id="key_2"),))

    assert policy(POLICY).verdict(finding("prompt.x"), other, Standing([made]))[0] is Verdict.BLOCK


def test_a_whole_rule_can_be_excepted(
    shadow: Decision,
    policy: Callable[[str], Policy],
    finding: Callable[..., Finding],
    situation: Callable[..., Situation],
) -> None:
    """With any evidence; what could not be judged keeps its reason."""
    made = exception_from(shadow, "key", 1, "alice", "training", at=NOW, whole_rule=True)

    other = finding("prompt.x", evidence="else")
    assert policy(POLICY).verdict(other, situation(), Standing([made]))[0] is Verdict.ALLOW
    assert ("unexamined", "too-large") in waives(made)


def test_an_exception_can_be_made_of_one_finding(finding: Callable[..., Finding]) -> None:
    """For the subject that is named."""
    found = finding()

    made = exception_from(found, Ref(kind="key", id="key_9"), 1, "alice", "training", at=NOW)

    assert waives(made) == (("prompt.x", found.fingerprint),)
    assert str(made.subject) == "key:key_9"
    with pytest.raises(YanmenError, match="names no key"):
        exception_from(found, "key", 1, "alice", "training", at=NOW)


@pytest.mark.parametrize(
    ("days", "owner", "reason"), [(0, "a", "r"), (-1, "a", "r"), (366, "a", "r"), (1, " ", "r"), (1, "a", "")]
)
def test_an_exception_has_an_owner_a_reason_and_an_end(
    shadow: Decision, days: float, owner: str, reason: str
) -> None:
    """At most a year."""
    with pytest.raises(YanmenError):
        exception_from(shadow, "all", days, owner, reason, at=NOW)


def test_a_decision_without_findings_cannot_be_excepted() -> None:
    """A person's ban is lifted, not excepted; what is waived already is no ground."""
    because = (Reason(rule="operator", by="alice"), Reason(rule="x", by="waived:dec_1", fingerprint="f"))
    ban = Decision(
        id="dec_b", at=NOW, subject=Ref(kind="key", id="k"), verdict=Verdict.BLOCK, because=because
    )

    with pytest.raises(YanmenError, match="rests on no finding"):
        exception_from(ban, "all", 1, "alice", "training", at=NOW)


def test_callers_are_read_from_the_terms(shadow: Decision) -> None:
    """After the decision's own subject; nonsense in the terms is left out."""
    assert [str(caller) for caller in callers(shadow)] == ["call:call_1", "key:key_1", "tenant:default"]
    odd = Decision(
        id="d",
        at=0,
        subject=Ref(kind="a", id="b"),
        verdict=Verdict.BLOCK,
        terms={"subjects": [1, "x", ":", "k:"]},
    )
    assert callers(odd) == (odd.subject,)
