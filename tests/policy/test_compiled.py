"""Rules made ready to match."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from yanmen.core.nouns import Finding, Phrase, Ref, Rule, Severity, Unexamined
from yanmen.policy.compiled import Condition, PolicyRule, candidates
from yanmen.policy.schema import RuleText, VerdictWord, When
from yanmen.policy.situation import Situation


def made(
    then: VerdictWord = "block", *, unless: When | None = None, shadow: bool = False, **when: Any
) -> PolicyRule:
    """A rule with these conditions."""
    return PolicyRule(RuleText(id="r", when=When(**when), unless=unless, then=then, shadow=shadow))


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ({}, True),
        ({"rule": "prompt.*"}, True),
        ({"rule": ["a", "b"]}, False),
        ({"severity": "high"}, True),
        ({"severity": "critical"}, False),
        ({"confidence": 0.9}, True),
        ({"confidence": 0.91}, False),
        ({"direction": "in"}, True),
        ({"direction": "out"}, False),
        ({"part": "/messages/*"}, True),
        ({"part": "/tools/*"}, False),
        ({"tags": "owasp-llm:*"}, True),
        ({"tags": "cwe:*"}, False),
        ({"tenant": "def*"}, True),
        ({"tenant": ["a", "b"]}, False),
        ({"model": "m"}, True),
        ({"model": "n"}, False),
        ({"key": "key_1"}, True),
        ({"key": "key_2"}, False),
        ({"surface": "chat"}, True),
        ({"surface": "guard"}, False),
        ({"unexamined": "*"}, False),
    ],
)
def test_each_condition_that_is_written_must_hold(
    finding: Callable[..., Finding],
    situation: Callable[..., Situation],
    when: dict[str, Any],
    *,
    expected: bool,
) -> None:
    """Against one finding: prompt.x, high, 0.9 sure, in, /messages/0/content, key_1."""
    found = finding(confidence=0.9, tags=("owasp-llm:LLM01",))
    rule = made(**when)

    assert (rule.may_take(found.rule) and rule.takes(found, situation())) is expected


def test_unless_takes_a_finding_out_again(
    finding: Callable[..., Finding], situation: Callable[..., Situation]
) -> None:
    """Every condition of ``unless`` must hold for it."""
    rule = made(rule="prompt.*", unless=When(rule="prompt.x", tenant="lab"))

    assert rule.takes(finding("prompt.x"), situation())
    assert not rule.takes(finding("prompt.x"), situation(tenant="lab"))
    assert rule.takes(finding("prompt.y"), situation(tenant="lab"))


def test_what_could_not_be_judged_is_matched_by_its_reason(situation: Callable[..., Situation]) -> None:
    """And by nothing that speaks of findings."""
    unread = Unexamined(subject=Ref(kind="text", id="t"), reason="unsupported")
    rule = made("allow", unexamined="unsupported", unless=When(tenant="strict"))

    assert rule.takes_unexamined(unread, situation())
    assert not rule.takes_unexamined(unread, situation(tenant="strict"))
    assert not rule.takes_unexamined(Unexamined(subject=unread.subject, reason="too-large"), situation())
    assert not made("allow").takes_unexamined(unread, situation())


@pytest.mark.parametrize(("then", "shadow"), [("allow", False), ("block", True)])
def test_a_pattern_never_lets_a_failed_detector_through(
    rule: Callable[..., Rule], then: VerdictWord, *, shadow: bool
) -> None:
    """Neither by allowing nor by shadow; whoever wants that writes the id out."""
    failed = rule("yanmen.detector-failed", Severity.CRITICAL)

    assert not made(then, rule="*", shadow=shadow).may_take(failed)
    assert made(then, rule="yanmen.detector-failed", shadow=shadow).may_take(failed)
    assert made("block", rule="*").may_take(failed)


def test_candidates_are_asked_for_once_a_catalogue_rule(rule: Callable[..., Rule]) -> None:
    """Those that can never match are left out."""
    one, other = made(rule="prompt.*"), made(rule="secret.*")

    assert candidates([one, other], rule("prompt.x")) == (one,)


@pytest.mark.parametrize(("tags", "covered"), [(("level:4",), True), (("level:2",), False), ((), False)])
def test_a_level_is_a_least(tags: tuple[str, ...], covered: bool) -> None:
    """Data that nobody graded has none."""
    said = Phrase(en="x", zh="x")
    rule = Rule(id="personal.x", title=said, severity=Severity.LOW, fix=said, tags=tags)

    assert Condition(When(level=3)).covers(rule) is covered


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ({"country": ["DE", "FR"]}, True),
        ({"country": "CN"}, False),
        ({"asn": "AS644*"}, True),
        ({"network": "tor"}, True),
        ({"network": ["vpn", "host*"]}, True),
        ({"network": "vpn"}, False),
        ({"country": "DE", "network": "vpn"}, False),
    ],
)
def test_a_rule_may_ask_where_a_caller_is_from(
    rule: Callable[..., Rule], situation: Callable[..., Situation], when: dict[str, Any], *, expected: bool
) -> None:
    """Of several lists one must match; what is not known matches no name."""
    finding = Finding(
        rule=rule("network.origin"), subject=Ref(kind="network", id="x"), confidence=1.0, evidence=""
    )
    from_there = {"country": "DE", "asn": "AS64496", "network": ("hosting", "tor")}
    found = msgspec.structs.replace(situation(), **from_there)

    assert made(**when).takes(finding, found) is expected
    assert not made(**when).takes(finding, situation())


def test_a_rule_says_which_ids_it_writes_out() -> None:
    """Covered by a pattern is not written out."""
    assert made(rule="network.origin").names("network.origin")
    assert not made(rule="network.*").names("network.origin")
