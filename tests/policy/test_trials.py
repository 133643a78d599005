"""Tests inside policy files."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from yanmen.core.errors import YanmenError
from yanmen.core.plugins import DETECTOR_FAILED
from yanmen.policy import Policy
from yanmen.policy.trials import checked, run, unknown_globs

RULE = """rules:
  - id: attack
    when: {rule: "prompt.*", confidence: 0.8}
    then: block
  - id: tried
    when: {rule: "trial.*"}
    then: redact
    shadow: true
fields: {refuse: [bad]}
"""


def test_the_built_in_policy_passes_its_own_tests() -> None:
    """Each of its rules is tried."""
    policy = checked()
    trial = run(policy)

    tried = {test.by for file in policy.parts.files for test in file.text.tests}
    assert trial.failures == ()
    assert {rule.id for rule in policy.parts.rules} <= tried


@pytest.mark.parametrize(
    "test",
    [
        "{given: {rule: prompt.x, confidence: 0.9}, expect: block, by: attack}",
        "{given: {rule: prompt.x, confidence: 0.7, severity: low}, expect: allow, by: default.low}",
        "{given: {rule: trial.x}, expect: allow, would: redact}",
        "{given: {rule: trial.x, span: false}, expect: allow, would: block}",
        "{given: {unexamined: too-large}, expect: block}",
        "{given: [{rule: trial.x}, {rule: prompt.x}], expect: block, would: block}",
        "{given: {field: bad}, expect: refuse}",
        "{given: {field: good}, expect: pass}",
    ],
)
def test_a_true_expectation_passes(written: Callable[..., Path], test: str) -> None:
    """Findings, the unexamined, several at once, shadow and fields."""
    assert run(Policy.load([written(f"{RULE}tests:\n  - {test}\n")])).failures == ()


@pytest.mark.parametrize(
    ("test", "says"),
    [
        ("{given: {rule: prompt.x}, expect: redact}", "expected redact, got block (by attack)"),
        ("{given: {rule: prompt.x}, expect: block, by: tried}", "was by attack"),
        ("{given: {rule: trial.x}, expect: allow, would: block}", "in shadow, got redact"),
        ("{given: {field: bad}, expect: strip}", "expected strip, got refuse"),
        ("{given: {rule: prompt.x}, expect: refuse}", "expected refuse, got block"),
    ],
)
def test_a_false_expectation_refuses_the_file_with_its_line(
    written: Callable[..., Path], test: str, says: str
) -> None:
    """The line of the test, not of the rule."""
    file = written(f"{RULE}tests:\n  - {{given: {{field: good}}, expect: pass}}\n  - {test}\n")

    with pytest.raises(YanmenError) as wrong:
        checked([file])

    assert says in wrong.value.message.en
    assert "1 of 2 tests" in wrong.value.message.en
    assert wrong.value.where == f"{file}:13"


def test_a_test_that_gives_nothing_is_no_test(written: Callable[..., Path]) -> None:
    """An empty ``given`` would pass for ever."""
    file = written("tests:\n  - {given: {severity: low}, expect: allow}\n")

    with pytest.raises(YanmenError, match="rule, unexamined or field"):
        checked([file])


def test_patterns_that_match_no_rule_are_found(written: Callable[..., Path]) -> None:
    """A misspelt pattern protects nobody."""
    policy = Policy.load([written(RULE)])
    known = {"prompt.x": DETECTOR_FAILED}

    ((where, pattern),) = unknown_globs(policy, known)

    assert pattern == "trial.*"
    assert where.endswith("policy.yaml:7")


PAGES = sorted((Path(__file__).parents[2] / "docs/howto").glob("write-a-policy*.md"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_policy_in_the_how_to_is_good(page: Path, tmp_path: Path) -> None:
    """As it stands there, its tests included; the same in both languages but for its comments."""
    examples = re.findall(r"```yaml\n(.*?)```", page.read_text("utf-8"), re.DOTALL)

    assert examples
    for number, example in enumerate(examples):
        file = tmp_path / f"{number}.yaml"
        file.write_text(example, "utf-8")
        assert run(checked([file])).count > 0


def test_a_test_can_ask_for_a_placeholder(written: Callable[..., Path]) -> None:
    """And fails where the policy cuts."""
    rule = "rules: [{id: m, when: {rule: 'personal.*'}, then: redact, mask: %s}]\n"
    test = "tests: [{given: {rule: personal.x}, expect: redact, masked: true}]\n"

    assert run(checked([written((rule % "true") + test)])).failures == ()
    with pytest.raises(YanmenError):
        checked([written((rule % "false") + test)])


def test_only_a_redaction_can_mask(written: Callable[..., Path]) -> None:
    """The line is named."""
    with pytest.raises(YanmenError) as caught:
        checked([written("rules:\n  - {id: m, when: {rule: 'personal.*'}, then: block, mask: true}\n")])
    assert "only a redaction can mask" in caught.value.message.en
