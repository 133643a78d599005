"""Harmful content in users' texts and answers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from yanmen.core.nouns import Finding, Role, Text, Trust
from yanmen.guard.detectors.content import HarmfulContent

ROWS = [
    json.loads(line)
    for line in (Path(__file__).parents[2] / "corpora/content.jsonl").read_text("utf-8").splitlines()
]


def said(text: str, role: Role = "assistant", trust: Trust = "untrusted") -> list[Finding]:
    """What the model says of a text."""
    found = HarmfulContent().detect(Text(text=text, role=role, trust=trust, part="/p"))
    return [one for one in found if isinstance(one, Finding)]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_the_sample_is_judged_as_it_was(row: dict[str, str | bool]) -> None:
    """What is found, what is missed and what is left alone: a guard against regressions, no measure."""
    assert bool(said(str(row["text"]))) == row["found"]


def test_texts_of_operators_and_documents_are_not_judged() -> None:
    """They may quote what must not be said."""
    harmful = next(str(row["text"]) for row in ROWS if row["label"] == "harmful" and row["found"])

    assert said(harmful)
    assert said(harmful, "system", "operator") == []
    assert said(harmful, "tool") == []


def test_english_is_left_to_words() -> None:
    """What the model says of it is not good enough."""
    assert (
        said("Sure! Here is how to go about laundering money: destroy the evidence so you are never caught.")
        == []
    )


def test_a_finding_names_its_class_and_quotes_nothing() -> None:
    """By a tag that policies can use."""
    row = next(row for row in ROWS if row["label"] == "harmful" and row["found"])
    (finding,) = said(str(row["text"]))

    assert finding.confidence >= 0.5
    assert any(tag.startswith("tc260:A") for tag in finding.rule.tags)
    assert str(row["text"])[:8] not in finding.evidence
