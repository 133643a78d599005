"""What a decision says of its findings."""

from __future__ import annotations

from collections.abc import Callable

from yanmen.core.nouns import Finding, Severity, Verdict
from yanmen.policy import Policy, Situation, Standing
from yanmen.policy.grounds import redactions

NOBODY = Standing()
RULES = """
rules:
  - id: attack
    when: {rule: "prompt.*"}
    then: block
  - id: secret
    when: {rule: "secret.*"}
    then: redact
"""


def test_a_flood_of_findings_is_told_in_part_and_redacted_whole(
    policy: Callable[[str], Policy], finding: Callable[..., Finding], situation: Callable[..., Situation]
) -> None:
    """The strictest grounds, the number of the others, every place."""
    found = [*(finding("secret.a", span=(number, number + 1)) for number in range(250)), finding("prompt.x")]

    decision = policy(RULES).judge(found, [], situation(), NOBODY).decision

    assert decision.because[0].rule == "prompt.x"
    assert len(decision.because) + decision.terms["more"] == 251
    assert len(decision.terms["redact"]) == 250


def test_redactions_accumulate_by_place(
    policy: Callable[[str], Policy], finding: Callable[..., Finding], situation: Callable[..., Situation]
) -> None:
    """Each place once, in the order of the text."""
    found = [
        finding("secret.b", span=(9, 12)),
        finding("secret.a", span=(2, 5)),
        finding("secret.a", span=(2, 5)),
    ]

    decision = policy(RULES).judge(found, [], situation(), NOBODY).decision

    part = "/messages/0/content"
    assert decision.verdict is Verdict.REDACT
    assert decision.terms["redact"] == [
        {"part": part, "start": 2, "end": 5, "with": "[redacted:secret.a]"},
        {"part": part, "start": 9, "end": 12, "with": "[redacted:secret.b]"},
    ]


def test_the_same_at_the_same_place_is_one_ground(
    policy: Callable[[str], Policy], finding: Callable[..., Finding], situation: Callable[..., Situation]
) -> None:
    """Two patterns of a detector may see one thing."""
    decision = policy(RULES).judge([finding(), finding(confidence=0.9)], [], situation(), NOBODY).decision

    assert len(decision.because) == 1


def test_a_masked_place_says_what_it_is(finding: Callable[..., Finding]) -> None:
    """By the rule's id; a place that another rule cuts says so beside it."""
    judged = [(finding("personal.x"), Verdict.REDACT, "mask"), (finding("secret.y"), Verdict.REDACT, "cut")]

    masked, cut = redactions(judged, {"mask"})

    assert masked["mask"] == "personal.x"
    assert "mask" not in cut


MASKING = """
rules:
  - id: mask
    when: {rule: "personal.*", level: 3}
    then: redact
    mask: true
  - id: cut
    when: {rule: "personal.*", direction: out}
    then: redact
"""


def test_to_cut_is_stricter_than_to_mask(
    policy: Callable[[str], Policy], finding: Callable[..., Finding], situation: Callable[..., Situation]
) -> None:
    """A rule that only masks never loosens one that cuts."""
    found, ruled = [finding("personal.mobile", tags=("level:3",))], policy(MASKING)

    inwards = ruled.judge(found, [], situation(direction="in"), NOBODY).decision
    outwards = ruled.judge(found, [], situation(direction="out"), NOBODY).decision

    assert inwards.terms["redact"][0]["mask"] == "personal.mobile"
    assert "mask" not in outwards.terms["redact"][0]
    assert outwards.because[0].by == "cut"


def test_what_may_be_cut_is_known_before_anything_is_found(
    policy: Callable[[str], Policy], finding: Callable[..., Finding]
) -> None:
    """By any rule, in any situation; streams hold back more for it."""
    ruled = policy(MASKING)

    assert ruled.may_cut(finding("personal.email").rule, "in")
    assert ruled.may_cut(finding("prompt.x").rule, "in")  # high: it is blocked by default, and ends a text
    assert not ruled.may_cut(finding("prompt.x", severity=Severity.LOW).rule, "in")


def test_what_may_be_cut_depends_on_the_way_a_text_goes(finding: Callable[..., Finding]) -> None:
    """The built-in policy blocks a prompt attack on its way in; in an answer it is only recorded, so nothing waits for it."""
    builtin = Policy.load()
    rules = (finding("prompt.extracts-instructions").rule, finding("secret.generic").rule)

    assert builtin.may_cut(rules[0], "in")
    assert not builtin.may_cut(rules[0], "out")
    assert builtin.cuts(rules, "out") == {"secret.generic"}
    assert builtin.cuts(rules, "out") is builtin.cuts(rules, "out")
