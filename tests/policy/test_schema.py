"""What a policy file may say."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Severity, Verdict
from yanmen.policy.schema import (
    Defaults,
    Fields,
    Given,
    OnUnexamined,
    PolicyText,
    RuleText,
    TrialText,
    When,
    load,
    severity,
    verdict,
)

RULE = "rules:\n  - id: a\n    when: {rule: x.*}\n    then: block\n"


def test_words_are_the_nouns(written: Callable[..., Path]) -> None:
    """Every verdict and severity by its word."""
    assert [verdict("allow"), verdict("redact"), verdict("challenge"), verdict("block")] == list(Verdict)
    assert severity("critical") is Severity.CRITICAL
    assert load(written(RULE)).text.rules[0].id == "a"


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        (RULE + "colour: red\n", 6, "unknown field `colour`"),
        (RULE.replace("then: block", "then: explode"), 5, "explode"),
        (RULE.replace("rule: x.*", "rules: x.*"), 4, "unknown field `rules`"),
        (RULE.replace("rule: x.*", "confidence: 2"), 4, "<= 1"),
        (RULE.replace("rule: x.*", "severity: grave"), 4, "grave"),
        (RULE.replace("    then: block\n", ""), 3, "then"),
        (RULE + "  - id: a\n    when: {}\n    then: allow\n", 6, "two rules"),
        ("fields:\n  refuse: [a]\n  strip:\n    - b\n    - a\n", 6, "listed twice"),
        ("tests:\n  - given: {rule: a}\n    expect: maybe\n", 4, "maybe"),
        ("on_unexamined: {in: redact}\n", 2, "redact"),
        ("default: {fatal: block}\n", 2, "unknown field `fatal`"),
    ],
)
def test_a_bad_file_is_told_with_its_line(
    written: Callable[..., Path], text: str, line: int, says: str
) -> None:
    """Unknown names, wrong words, double ids. Line 1 is ``version: 1``."""
    file = written(text)

    with pytest.raises(YanmenError) as wrong:
        load(file)

    assert says in wrong.value.message.en
    assert wrong.value.where == f"{file}:{line}"
    assert wrong.value.hint.en


def test_a_file_must_say_its_version(tmp_path: Path) -> None:
    """So that a later format can be told apart."""
    file = tmp_path / "p.yaml"
    file.write_text("rules: []\n", "utf-8")

    with pytest.raises(YanmenError, match="version"):
        load(file)


def test_the_reference_tells_of_every_name() -> None:
    """docs/reference/policy.md is written by hand, and nothing is left out of it."""
    page = (Path(__file__).parents[2] / "docs/reference/policy.md").read_text("utf-8")
    structs = (PolicyText, RuleText, When, Defaults, OnUnexamined, Fields, Given, TrialText)
    names = {field.encode_name for struct in structs for field in msgspec.structs.fields(struct)}

    assert {name for name in names if f"`{name}`" not in page} == set()
