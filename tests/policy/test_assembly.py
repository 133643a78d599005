"""Several files become one policy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Severity, Verdict
from yanmen.policy.assembly import BUILT_IN, UNSAID, assemble

ONE = 'rules:\n  - id: one\n    when: {rule: "a.*"}\n    then: block\n'
TWO = ONE.replace("one", "two")


def test_no_file_is_the_built_in_policy() -> None:
    """Which is a file like any other."""
    parts = assemble([])

    assert parts.revision == assemble([BUILT_IN]).revision
    assert "prompt-attack" in {rule.id for rule in parts.rules}


def test_of_several_files_the_strictest_default_counts(written: Callable[..., Path]) -> None:
    """Unsaid values come from the documented ones."""
    first = written("default: {low: block, high: allow}\non_unexamined: {in: allow}\n", "a.yaml")
    second = written("default: {low: allow, high: challenge}\non_unexamined: {in: challenge}\n", "b.yaml")

    parts = assemble([first, second])

    assert parts.default == {**UNSAID, Severity.LOW: Verdict.BLOCK, Severity.HIGH: Verdict.CHALLENGE}
    assert parts.unexamined == {"in": Verdict.CHALLENGE, "out": Verdict.BLOCK}


def test_an_extending_file_replaces_built_in_rules_by_id(written: Callable[..., Path]) -> None:
    """And overrides what it says; all else stays."""
    text = (
        "extends: default\ndefault: {high: allow}\non_unexamined: {out: allow}\n"
        'rules:\n  - id: prompt-attack\n    when: {rule: "prompt.*"}\n    then: challenge\n'
    )

    parts = assemble([written(text)])

    (mine,) = [rule for rule in parts.rules if rule.id == "prompt-attack"]
    assert mine.verdict is Verdict.CHALLENGE
    assert "secret" in {rule.id for rule in parts.rules}
    assert parts.default[Severity.HIGH] is Verdict.ALLOW
    assert parts.default[Severity.CRITICAL] is Verdict.BLOCK
    assert parts.unexamined == {"in": Verdict.BLOCK, "out": Verdict.ALLOW}


def test_two_files_cannot_use_one_id(written: Callable[..., Path]) -> None:
    """The second is told, with its line."""
    first, second = written(ONE, "a.yaml"), written(f"# more\n{ONE}", "b.yaml")

    with pytest.raises(YanmenError, match="already") as wrong:
        assemble([first, second])

    assert wrong.value.where == f"{second}:4"


def test_the_revision_is_a_hash_of_all_content(written: Callable[..., Path]) -> None:
    """A comment changes it, the file's name does not."""
    first, same = written(ONE, "a.yaml"), written(ONE, "b.yaml")
    changed, other = written(f"{ONE}# note\n", "c.yaml"), written(TWO, "d.yaml")

    revisions = [assemble([file]).revision for file in (first, same, changed)]

    assert revisions[0] == revisions[1] != revisions[2]
    assert len(revisions[0]) == 12
    assert assemble([first, other]).revision != assemble([other, first]).revision
