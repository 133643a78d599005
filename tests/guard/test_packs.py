"""Packs: the built-in ones keep their own promises, and bad ones are refused by line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from yanmen.core import catalogue
from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Finding, Text
from yanmen.guard.detector import SpanDetector
from yanmen.guard.packs import Entry, builtin, load
from yanmen.guard.spans import Pattern

ENTRIES = [entry for pack in builtin() for entry in pack.entries]
GOOD = """\
let:
  word: "(?:red|blue)"
rules:
  - id: own.words
    title: {en: A word, zh: 一个词}
    fix: {en: Mend it, zh: 修正}
    severity: low
    tags: ["owasp-llm:LLM01"]
    patterns:
      - 'the {word} word'
      - after: 'say '
        match: 'please'
    tests:
      finds: [the red word, say please]
      ignores: [the green word]
"""


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_a_rule_finds_and_ignores_what_it_says(entry: Entry, found: Callable[[str], list[Finding]]) -> None:
    """Its own examples, in both languages."""
    for text in entry.tests.finds:
        assert entry.id in [finding.rule.id for finding in found(text)], text
    for text in entry.tests.ignores:
        assert entry.id not in [finding.rule.id for finding in found(text)], text


def test_the_rules_of_packs_are_in_the_catalogue() -> None:
    """So policies and people can see them."""
    assert {entry.id for entry in ENTRIES} <= set(catalogue.rules())


def test_every_rule_has_examples_in_both_languages() -> None:
    """Marks between messages need no language."""
    for entry in ENTRIES:
        if entry.id != "prompt.quotes-roles":
            texts = entry.tests.finds
            assert any(text.isascii() for text in texts)
            assert any("\u4e00" <= character <= "\u9fff" for text in texts for character in text)


def test_a_pack_of_ones_own_is_read(tmp_path: Path) -> None:
    """Names, spaces and patterns behind others."""
    path = tmp_path / "own.yaml"
    path.write_text(GOOD, "utf-8")
    pack = load(path)

    class Own(SpanDetector):
        def patterns(self) -> tuple[Pattern, ...]:
            return pack.patterns

    for text in (*pack.entries[0].tests.finds, *pack.entries[0].tests.ignores):
        said = list(Own().detect(Text(text=text, role="user", trust="user")))
        assert bool(said) == (text in pack.entries[0].tests.finds)


@pytest.mark.parametrize(
    ("old", "new", "line", "what"),
    [
        ("severity: low", "severity: dire", 4, "dire"),
        ("severity: low", "severty: low", 4, "severty"),
        ("the {word} word", "the {wrod} word", 10, "wrod"),
        ("id: own.words", "id: OWN", 4, "regex"),
        ("tags: [", "tags: [[", 9, "YAML"),
        ("let:", "lett:", 1, "lett"),
        ("ignores: [the green word]", "ignores: []", 15, "length"),
        ("{en: A word, zh: 一个词}", "{en: A word}", 5, "zh"),
    ],
)
def test_a_bad_pack_is_refused_by_file_and_line(
    tmp_path: Path, old: str, new: str, line: int, what: str
) -> None:
    """With a hint."""
    path = tmp_path / "own.yaml"
    path.write_text(GOOD.replace(old, new), "utf-8")
    with pytest.raises(YanmenError) as refused:
        load(path)

    assert refused.value.where == f"{path}:{line}"
    assert what in refused.value.message.en + " YAML"
    assert refused.value.hint.en


def test_a_missing_pack_is_said(tmp_path: Path) -> None:
    """Not a traceback."""
    with pytest.raises(YanmenError, match="cannot read"):
        load(tmp_path / "none.yaml")
