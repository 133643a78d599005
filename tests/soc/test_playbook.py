"""Playbooks as they are written."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Incident, Phrase, Severity
from yanmen.soc.playbook import built_in, filled, in_force, load, named, names

GOOD = """\
playbook: mine
title: {en: Mine, zh: 我的}
trigger: {cause: "a.*", severity: high}
approval: ask
automatic_from: critical
steps:
  - step: first
    act: ban
    args: {subject: "{subject}", for: 1h}
tests:
  - name: asks
    given: {cause: "a.b/key:key_1", severity: high, facts: {subject: "key:key_1"}}
    then: ask
    args: {first: {subject: "key:key_1"}}
"""


def written(tmp_path: Path, text: str) -> Path:
    """A playbook file."""
    file = tmp_path / "mine.yaml"
    file.write_text(text, "utf-8")
    return file


def test_the_built_in_playbooks_pass_their_own_tests() -> None:
    """Loading runs them."""
    assert [book.playbook for book in built_in()] == [
        "harvest",
        "leaked-key",
        "repeated-attack",
        "rotate-key",
        "tell",
    ]


def test_a_good_playbook_loads(tmp_path: Path) -> None:
    """And is found by name; another is not."""
    books = load([written(tmp_path, GOOD)])

    assert named(books, "mine").approval == "ask"
    with pytest.raises(YanmenError, match="no playbook yours"):
        named(books, "yours")


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("act: ban", "act: shell", 8, "no act shell"),
        ("{subject}", "{subject.__class__}", 9, "no such name"),
        ("{subject}", "{password}", 9, "no such name"),
        ("for: 1h", "until: 1h", 9, "until"),
        ("approval: ask", "approval: maybe", 4, "maybe"),
        ("severity: high}\napproval", "severity: hgih}\napproval", 3, "hgih"),
        ("then: ask", "then: nothing", 11, "'asks' fails: ask"),
        ('subject: "key:key_1"}}\n    then', 'subject: "key:key_2"}}\n    then', 11, "step first has"),
        ("trigger:", "triggers:", 1, "triggers"),
        ("steps:\n", "steps: [\n", 6, ""),
    ],
)
def test_whatever_is_wrong_is_told_with_its_line(
    tmp_path: Path, old: str, new: str, line: int, said: str
) -> None:
    """At load, before anything runs."""
    file = written(tmp_path, GOOD.replace(old, new, 1))
    with pytest.raises(YanmenError) as problem:
        load([file])

    assert said in problem.value.message.en
    if said:
        assert problem.value.where == f"{file}:{line}"


def test_an_installations_own_playbooks_stand_beside_or_in_place_of_the_built_in(tmp_path: Path) -> None:
    """And a changed file is read again."""
    folder = tmp_path / "playbooks"
    folder.mkdir()
    assert in_force(tmp_path) == built_in()

    file = folder / "mine.yaml"
    file.write_text(GOOD, "utf-8")
    assert named(in_force(tmp_path), "mine").approval == "ask"
    file.write_text(GOOD.replace("playbook: mine", "playbook: tell"), "utf-8")
    os.utime(file, ns=(1, 1))
    own = in_force(tmp_path)

    assert len(own) == len(built_in())
    assert named(own, "tell") != named(built_in(), "tell")


def test_two_playbooks_of_one_name_are_an_error(tmp_path: Path) -> None:
    """Which would run?"""
    other = tmp_path / "other.yaml"
    other.write_text(GOOD, "utf-8")
    with pytest.raises(YanmenError, match="two playbooks"):
        load([written(tmp_path, GOOD), other])


def test_what_is_filled_in_is_not_filled_again() -> None:
    """A key named ``{incident}`` is only a name."""
    assert filled({"a": ["{x}"], "b": 1}, {"x": "{y}", "y": "no"}) == {"a": ["{y}"], "b": 1}


def test_templates_know_a_closed_set_of_names() -> None:
    """All of them plain text."""
    incident = Incident(
        id="inc_1",
        opened=0,
        status="open",
        severity=Severity.LOW,
        cause="a/b:c",
        title=Phrase(en="t", zh="题"),
    )
    values = names(incident)

    assert values["incident"] == "inc_1"
    assert values["title_zh"] == "题"
    assert all(isinstance(value, str) for value in values.values())
