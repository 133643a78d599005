"""Findings become one decision."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from yanmen.core.nouns import Decision, Finding, Phrase, Ref, Rule, Severity, Unexamined, Verdict, Where
from yanmen.policy import Policy, Situation, Standing
from yanmen.policy.assembly import Parts
from yanmen.policy.compiled import PolicyRule
from yanmen.policy.fields import FieldRules
from yanmen.policy.schema import RuleText, When
from yanmen.policy.trials import run

NOBODY = Standing()
UNREAD = Unexamined(subject=Ref(kind="text", id="t"), reason="too-large", detail="2 MB")
SOON = 1_000_000_000_000_001

RULES = """
rules:
  - id: attack
    when: {rule: "prompt.*", confidence: 0.8}
    then: block
  - id: doubt
    when: {rule: "prompt.*"}
    then: allow
  - id: secret
    when: {rule: "secret.*"}
    then: redact
  - id: tried
    when: {rule: "trial.*"}
    then: block
    shadow: true
  - id: images
    when: {unexamined: unsupported}
    then: allow
"""


def test_nothing_found_is_allowed(
    policy: Callable[[str], Policy], situation: Callable[..., Situation]
) -> None:
    """With the policy's revision on the decision."""
    made = policy(RULES)

    judgement = made.judge([], [], situation(), NOBODY)

    assert judgement.decision.verdict is Verdict.ALLOW
    assert judgement.decision.policy == made.revision
    assert judgement.decision.terms == {}
    assert judgement.shadow is None


def test_the_strictest_verdict_counts_and_grounds_are_told(
    policy: Callable[[str], Policy], finding: Callable[..., Finding], situation: Callable[..., Situation]
) -> None:
    """Strictest first, each with its rule, evidence and place."""
    found = [finding("secret.a"), finding("prompt.x"), finding("prompt.y", confidence=0.1)]

    decision = policy(RULES).judge(found, [], situation(), NOBODY).decision

    assert decision.verdict is Verdict.BLOCK
    assert [(reason.rule, reason.by) for reason in decision.because] == [
        ("prompt.x", "attack"),
        ("secret.a", "secret"),
        ("prompt.y", "doubt"),
    ]
    assert decision.because[0].note == "seen"
    assert decision.because[0].fingerprint == found[1].fingerprint
    assert decision.terms["subjects"] == ["key:key_1", "tenant:default"]


def test_what_has_no_place_cannot_be_redacted_and_is_blocked(
    policy: Callable[[str], Policy], finding: Callable[..., Finding], situation: Callable[..., Situation]
) -> None:
    """By a rule or by the default for its severity."""
    nowhere = finding("secret.a", span=(0, 0)), finding("other", span=(0, 0))
    made = policy(RULES + "default: {high: redact}\n")

    for found in nowhere:
        assert made.verdict(found, situation(), NOBODY)[0] is Verdict.BLOCK
    assert made.verdict(finding("other"), situation(), NOBODY) == (Verdict.REDACT, "default.high", False)


def test_unexamined_is_blocked_unless_the_policy_says_otherwise(
    policy: Callable[[str], Policy], situation: Callable[..., Situation]
) -> None:
    """And is written among the grounds even when allowed."""
    made = policy(RULES + "on_unexamined: {in: block, out: challenge}\n")
    image = Unexamined(subject=UNREAD.subject, reason="unsupported")

    blocked = made.judge([], [UNREAD], situation(), NOBODY).decision
    challenged = made.judge([], [UNREAD], situation(direction="out"), NOBODY).decision
    allowed = made.judge([], [image], situation(), NOBODY).decision

    assert (blocked.verdict, challenged.verdict) == (Verdict.BLOCK, Verdict.CHALLENGE)
    assert (blocked.because[0].rule, blocked.because[0].by) == ("unexamined", "on_unexamined")
    assert blocked.because[0].note == "too-large: 2 MB"
    assert allowed.verdict is Verdict.ALLOW
    assert [(reason.rule, reason.by) for reason in allowed.because] == [("unexamined", "images")]


def test_an_empty_policy_still_shuts_the_door(
    policy: Callable[[str], Policy], finding: Callable[..., Finding], situation: Callable[..., Situation]
) -> None:
    """An empty file blocks severe findings, failed detectors and what could not be judged."""
    made = policy("")

    failed = finding("yanmen.detector-failed", severity=Severity.INFO)
    assert made.verdict(finding(severity=Severity.CRITICAL), situation(), NOBODY)[0] is Verdict.BLOCK
    assert made.verdict(failed, situation(), NOBODY)[:2] == (Verdict.BLOCK, "on_unexamined")
    assert made.judge([], [UNREAD], situation(direction="out"), NOBODY).decision.verdict is Verdict.BLOCK


def test_a_rule_in_shadow_is_said_and_not_enforced(
    policy: Callable[[str], Policy], finding: Callable[..., Finding], situation: Callable[..., Situation]
) -> None:
    """It takes the finding up, so that the default does not block in its stead."""
    judgement = policy(RULES).judge([finding("trial.x")], [], situation(), NOBODY)

    assert judgement.decision.verdict is Verdict.ALLOW
    assert judgement.shadow is not None
    assert judgement.shadow.shadow
    assert judgement.shadow.verdict is Verdict.BLOCK
    assert [reason.by for reason in judgement.shadow.because] == ["tried"]
    assert judgement.shadow.id != judgement.decision.id
    assert policy(RULES).verdict(finding("trial.x"), situation(), NOBODY) == (Verdict.ALLOW, "shadow", True)


def test_shadow_is_silent_when_it_is_no_stricter(
    policy: Callable[[str], Policy], finding: Callable[..., Finding], situation: Callable[..., Situation]
) -> None:
    """The call was blocked anyhow."""
    judgement = policy(RULES).judge([finding("trial.x"), finding("prompt.x")], [], situation(), NOBODY)

    assert judgement.decision.verdict is Verdict.BLOCK
    assert judgement.shadow is None


def test_one_more_redaction_is_stricter(
    policy: Callable[[str], Policy], finding: Callable[..., Finding], situation: Callable[..., Situation]
) -> None:
    """Shadow tells of it though both verdicts are to redact."""
    text = RULES.replace("then: block\n    shadow", "then: redact\n    shadow")
    found = [finding("secret.a"), finding("trial.x", span=(9, 12))]

    judgement = policy(text).judge(found, [], situation(), NOBODY)

    assert len(judgement.decision.terms["redact"]) == 1
    assert judgement.shadow is not None
    assert len(judgement.shadow.terms["redact"]) == 2


def test_in_the_first_week_everything_is_in_shadow(
    policy: Callable[[str], Policy], finding: Callable[..., Finding], situation: Callable[..., Situation]
) -> None:
    """Until the hour it ends."""
    made = policy(RULES)

    during = made.judge([finding()], [UNREAD], situation(shadow_until=SOON), NOBODY)
    after = made.judge([finding()], [UNREAD], situation(at=SOON, shadow_until=SOON), NOBODY)

    assert during.decision.verdict is Verdict.ALLOW
    assert during.shadow is not None
    assert during.shadow.verdict is Verdict.BLOCK
    assert {reason.by for reason in during.shadow.because} == {"attack", "on_unexamined"}
    assert after.decision.verdict is Verdict.BLOCK
    assert after.shadow is None


def test_a_waived_finding_is_removed_before_the_join_and_named(
    policy: Callable[[str], Policy], finding: Callable[..., Finding], situation: Callable[..., Situation]
) -> None:
    """It blocks neither in truth nor in shadow; the record says which exception did it."""
    waiver = Decision(
        id="dec_w",
        at=0,
        subject=Ref(kind="all", id="*"),
        verdict=Verdict.ALLOW,
        lasts=9_000_000_000,
        terms={"waives": {"rule": "prompt.*", "owner": "alice", "reason": "training"}},
    )

    judgement = policy(RULES).judge([finding()], [], situation(), Standing([waiver]))

    assert judgement.decision.verdict is Verdict.ALLOW
    assert judgement.shadow is None
    assert judgement.decision.because[0].by == "waived:dec_w"


def test_the_policy_answers_for_request_fields(policy: Callable[[str], Policy]) -> None:
    """By name, or a whole body at once."""
    made = policy("fields: {refuse: [a], strip: [b]}\n")

    assert made.fields({"a": 1, "b": 2, "c": 3}) == {"a": "refuse", "b": "strip"}
    assert made.request_field("a") == "refuse"


# --- Laws, over any policy and any findings ----------------------------------------------------------------------------

NAMES = ("prompt.a", "prompt.b", "secret.a", "yanmen.detector-failed", "x")
words = st.sampled_from(["allow", "redact", "challenge", "block"])
severities = st.sampled_from(["info", "low", "medium", "high", "critical"])
shares = st.sampled_from([0.0, 0.3, 0.5, 0.8, 1.0])
whens = st.builds(
    When,
    rule=st.sampled_from(["*", "prompt.*", "secret.*", *NAMES]),
    severity=severities,
    confidence=shares,
    direction=st.sampled_from([None, "in", "out"]),
    unexamined=st.sampled_from([None, None, "*", "too-large"]),
)
rule_texts = st.builds(
    RuleText,
    id=st.sampled_from(["r1", "r2", "r3"]),
    when=whens,
    unless=st.none() | whens,
    then=words,
    shadow=st.booleans(),
)
findings = st.builds(
    Finding,
    rule=st.builds(
        Rule,
        id=st.sampled_from(NAMES),
        title=st.just(Phrase(en="", zh="")),
        severity=st.sampled_from(Severity),
        fix=st.just(Phrase(en="", zh="")),
        tags=st.just(()),
    ),
    subject=st.just(Ref(kind="text", id="t")),
    confidence=shares,
    evidence=st.sampled_from(["a", "b"]),
    where=st.builds(
        Where, part=st.sampled_from(["/a", "/b"]), start=st.integers(0, 3), end=st.integers(0, 6)
    ),
)
unexamined = st.builds(
    Unexamined, subject=st.just(Ref(kind="text", id="t")), reason=st.sampled_from(["too-large", "timed-out"])
)
waivers = st.builds(
    lambda rule: Decision(
        id="w",
        at=0,
        subject=Ref(kind="all", id="*"),
        verdict=Verdict.ALLOW,
        lasts=1000,
        terms={"waives": {"rule": rule, "owner": "o", "reason": "r"}},
    ),
    st.sampled_from(["*", "prompt.*", *NAMES]),
)


@st.composite
def policies(draw: st.DrawFn) -> tuple[Policy, Policy]:
    """A policy, and the same with nothing in shadow."""
    texts = draw(st.lists(rule_texts, max_size=4))
    default = {level: draw(st.sampled_from(Verdict)) for level in Severity}
    strict = Verdict.BLOCK, Verdict.CHALLENGE, Verdict.ALLOW
    unread = {"in": draw(st.sampled_from(strict)), "out": draw(st.sampled_from(strict))}

    def made(rules: list[RuleText]) -> Policy:
        parts = Parts(
            rules=tuple(PolicyRule(text) for text in rules),
            default=default,
            unexamined={"in": unread["in"], "out": unread["out"]},
            fields=FieldRules([]),
            revision="test",
            files=(),
        )
        return Policy(parts)

    open_texts = [
        RuleText(id=text.id, when=text.when, unless=text.unless, then=text.then, shadow=False)
        for text in texts
    ]
    return made(texts), made(open_texts)


situations = st.builds(
    Situation,
    at=st.just(10),
    subject=st.just(Ref(kind="call", id="c")),
    direction=st.sampled_from(["in", "out"]),
    shadow_until=st.sampled_from([0, 0, 0, 11]),
)
standings = st.lists(waivers, max_size=2).map(Standing)


def strength(decision: Decision) -> tuple[Verdict, set[tuple[Any, ...]]]:
    """How strict a decision is: its verdict and every place it redacts."""
    return decision.verdict, {tuple(sorted(place.items())) for place in decision.terms.get("redact", [])}


@given(
    policies(),
    st.lists(findings, max_size=4),
    st.lists(unexamined, max_size=2),
    findings,
    situations,
    standings,
)
def test_more_findings_never_loosen(
    both: tuple[Policy, Policy],
    few: list[Finding],
    unread: list[Unexamined],
    more: Finding,
    situation: Situation,
    standing: Standing,
) -> None:
    """Under any policy, waivers and shadow: the verdict only rises, and no redaction is lost."""
    before = strength(both[0].judge(few, unread, situation, standing).decision)
    after = strength(both[0].judge([*few, more], unread, situation, standing).decision)

    assert after[0] >= before[0]
    assert after[1] >= before[1]


@given(policies(), st.lists(findings, max_size=4), unexamined, situations, standings)
def test_what_could_not_be_judged_never_loosens(
    both: tuple[Policy, Policy],
    few: list[Finding],
    unread: Unexamined,
    situation: Situation,
    standing: Standing,
) -> None:
    """One more thing unexamined is never a reason to let more through, and is always written down."""
    before = both[0].judge(few, [], situation, standing).decision
    after = both[0].judge(few, [unread], situation, standing).decision

    assert after.verdict >= before.verdict
    assert "unexamined" in {reason.rule for reason in after.because}


@given(policies(), st.lists(findings, max_size=4), situations, standings)
def test_shadow_says_what_the_policy_would_do_were_nothing_in_shadow(
    both: tuple[Policy, Policy], few: list[Finding], situation: Situation, standing: Standing
) -> None:
    """The verdict said (or, where nothing is said, the one enforced) is that of the open policy."""
    opened = Situation(at=situation.at, subject=situation.subject, direction=situation.direction)
    shadowed, plain = both

    judgement = shadowed.judge(few, [], situation, standing)
    expected = plain.judge(few, [], opened, standing).decision

    failed = {found.rule.id for found in few} & {"yanmen.detector-failed"}
    if not failed:
        assert (judgement.shadow or judgement.decision).verdict == expected.verdict
    assert judgement.shadow is None or judgement.shadow.shadow


@given(policies(), st.lists(findings, min_size=1, max_size=5), situations, standings, st.randoms())
def test_the_order_of_findings_does_not_matter(
    both: tuple[Policy, Policy], few: list[Finding], situation: Situation, standing: Standing, random: Any
) -> None:
    """And one by one they give what they give together."""
    shuffled = list(few)
    random.shuffle(shuffled)
    together = both[0].judge(few, [], situation, standing).decision

    assert strength(both[0].judge(shuffled, [], situation, standing).decision) == strength(together)
    assert max(both[0].verdict(one, situation, standing)[0] for one in few) == together.verdict


@given(policies(), findings, situations, waivers)
def test_a_pattern_waives_no_failed_detector(
    both: tuple[Policy, Policy], found: Finding, situation: Situation, waiver: Decision
) -> None:
    """Under any policy: only a waiver that writes its id out changes the verdict on it."""
    pattern = waiver.terms["waives"]["rule"]
    if found.rule.id == "yanmen.detector-failed" and pattern != "yanmen.detector-failed":
        alone = both[0].verdict(found, situation, NOBODY)
        assert both[0].verdict(found, situation, Standing([waiver])) == alone


def test_only_callers_from_some_countries_are_let_in(policy: Callable[[str], Policy]) -> None:
    """Unknown origins are not among them; the file's own tests say the same."""
    made = policy(
        "rules:\n"
        "  - id: home\n    when: {rule: network.origin}\n    unless: {country: [DE, FR]}\n    then: block\n"
        "tests:\n"
        "  - {given: {rule: network.origin, severity: info, country: DE}, expect: allow}\n"
        "  - {given: {rule: network.origin, severity: info, country: CN}, expect: block, by: home}\n"
        "  - {given: {rule: network.origin, severity: info, network: [tor]}, expect: block}\n"
    )

    assert run(made).failures == ()
    assert made.names("network.origin")
    assert not made.names("network.other")
