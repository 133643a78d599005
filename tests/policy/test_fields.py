"""What becomes of request fields."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from yanmen.core.nouns import Ref, Verdict
from yanmen.policy import Policy, Situation, Standing, exception_from
from yanmen.policy.explanation import explain
from yanmen.policy.fields import FieldRules
from yanmen.policy.report import would_have
from yanmen.policy.schema import Fields


def test_lists_name_fields_and_pass_is_the_exception() -> None:
    """A glob refuses a family, one of it passes."""
    rules = FieldRules([Fields(refuse=["guided_*"], strip=["priority"], passed=["guided_choice"])])

    assert [rules.word(name) for name in ("guided_json", "priority", "guided_choice", "top_k")] == [
        "refuse",
        "strip",
        "pass",
        "pass",
    ]


def test_of_several_files_the_strictest_word_counts() -> None:
    """A second file cannot pass what the first refuses."""
    rules = FieldRules([Fields(refuse=["a"], other="strip"), Fields(passed=["a"], other="refuse")])

    assert rules.word("a") == "refuse"
    assert rules.word("b") == "refuse"


def test_a_file_overrides_the_built_in_policy_it_extends() -> None:
    """In both directions."""
    rules = FieldRules([Fields(passed=["a"], refuse=["c"])], Fields(refuse=["a", "b"], other="strip"))

    assert [rules.word(name) for name in "abcd"] == ["pass", "refuse", "refuse", "strip"]


@pytest.mark.parametrize("name", ["Chat_Template", "CHAT_TEMPLATE", "chat_templat\u0065", "ſtructural_tag"])
def test_case_hides_nothing(name: str) -> None:
    """A server written in Go reads ``Chat_Template``, and folds U+017F to s."""
    assert Policy.load().request_field(name) == "refuse"


def test_a_body_is_read_key_by_key_where_a_field_holds_an_object() -> None:
    """Turning thinking off is harmless; any other argument of the template is not."""
    policy = Policy.load()

    assert policy.fields({"chat_template_kwargs": {"enable_thinking": False}}) == {}
    assert policy.fields({"chat_template_kwargs": {"enable_thinking": False, "tools": []}}) == {
        "chat_template_kwargs.tools": "refuse"
    }
    assert policy.fields({"chat_template_kwargs": {"tools": []}}) == {"chat_template_kwargs": "refuse"}
    assert policy.fields({"chat_template_kwargs": "x"}) == {"chat_template_kwargs": "refuse"}


def test_a_field_that_is_null_or_empty_asks_for_nothing() -> None:
    """Client libraries send nulls for what was not set."""
    policy = Policy.load()

    assert policy.fields({"guided_json": None, "messages": [], "priority": 1}) == {"priority": "strip"}
    assert policy.fields({"guided_json": {}}) == {"guided_json": "refuse"}


def test_a_refused_field_is_a_decision_that_can_be_explained(situation: Callable[..., Situation]) -> None:
    """With its own words, and with the field's name as evidence, fit to print."""
    judged = Policy.load().judge_fields(["chat_template", "a\x1b[31m"], situation(), Standing())

    assert judged.shadow is None
    assert judged.decision.verdict is Verdict.BLOCK
    assert [reason.note for reason in judged.decision.because] == ["chat_template", "a\\u001b[31m"]
    told = explain(judged.decision, {}, 0).text("en")
    assert "change what the model is given" in told
    assert "gateway.allow_fields" in told


def test_in_a_shadow_week_a_field_is_only_said_to_be_refused(situation: Callable[..., Situation]) -> None:
    """As any finding: the call goes on, and the report tells of it."""
    now = situation()
    judged = Policy.load().judge_fields(["guided_json"], situation(shadow_until=now.at + 1), Standing())

    assert judged.decision.verdict is Verdict.ALLOW
    assert judged.shadow is not None
    assert judged.shadow.shadow
    assert judged.shadow.verdict is Verdict.BLOCK
    (group,) = would_have([judged.shadow], Standing(), now.at)
    assert (group.rule, group.note, group.key) == ("request.refused-field", "guided_json", "key_1")


def test_an_exception_lets_one_field_through_for_one_key(situation: Callable[..., Situation]) -> None:
    """Made from what was said in shadow; other fields and other keys are refused as before."""
    policy, now = Policy.load(), situation()
    said = policy.judge_fields(["guided_json"], situation(shadow_until=now.at + 1), Standing()).shadow
    assert said is not None
    standing = Standing([exception_from(said, "key", 14, "ada", "our own grammar", at=now.at)])
    other = situation(subjects=(Ref(kind="key", id="key_2"),))

    assert policy.judge_fields(["guided_json"], now, standing).decision.verdict is Verdict.ALLOW
    assert policy.judge_fields(["chat_template"], now, standing).decision.verdict is Verdict.BLOCK
    assert policy.judge_fields(["guided_json"], other, standing).decision.verdict is Verdict.BLOCK
