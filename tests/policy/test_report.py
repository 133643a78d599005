"""What would have been blocked."""

from __future__ import annotations

from collections.abc import Callable

from yanmen.core.nouns import Decision, Finding, Ref, Verdict
from yanmen.policy import Policy, Situation, Standing, exception_from
from yanmen.policy.report import would_have

NOW = 1_000_000_000_000_000
POLICY = 'rules:\n  - id: a\n    when: {rule: "*"}\n    then: block\n    shadow: true\n'


def test_shadow_decisions_are_grouped_by_rule_evidence_and_key(
    policy: Callable[[str], Policy], finding: Callable[..., Finding], situation: Callable[..., Situation]
) -> None:
    """The most frequent first; each names the latest decision to except."""
    made = policy(POLICY)
    other_key = (Ref(kind="key", id="key_2"),)

    def judged(found: list[Finding], **how: object) -> Decision:
        shadow = made.judge(found, [], situation(**how), Standing()).shadow
        assert shadow is not None
        return shadow

    decisions = [
        judged([finding("prompt.x")], at=NOW),
        judged([finding("prompt.x"), finding("prompt.x"), finding("secret.y")], at=NOW + 5),
        judged([finding("prompt.x")], at=NOW + 3, subjects=other_key),
        made.judge([finding("prompt.x")], [], situation(), Standing()).decision,
    ]

    groups = would_have(decisions, Standing(), NOW)

    assert [(group.rule, group.key, group.count) for group in groups] == [
        ("prompt.x", "key_1", 2),
        ("secret.y", "key_1", 1),
        ("prompt.x", "key_2", 1),
    ]
    first = groups[0]
    assert (first.first, first.last, first.decision) == (NOW, NOW + 5, decisions[1].id)
    assert (first.by, first.verdict, first.tenant, first.excepted) == ("a", Verdict.BLOCK, "default", "")


def test_a_group_that_is_excepted_by_now_says_so(
    policy: Callable[[str], Policy], finding: Callable[..., Finding], situation: Callable[..., Situation]
) -> None:
    """Until the exception ends."""
    shadow = policy(POLICY).judge([finding()], [], situation(), Standing()).shadow
    assert shadow is not None
    made = exception_from(shadow, "key", 1, "alice", "training", at=NOW)

    (group,) = would_have([shadow], Standing([made]), NOW)
    (later,) = would_have([shadow], Standing([made]), made.until)

    assert group.excepted == made.id
    assert later.excepted == ""
