"""What becomes of request fields."""

from __future__ import annotations

import pytest

from yanmen.policy import Policy
from yanmen.policy.fields import FieldRules
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
