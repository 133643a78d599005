"""Schemes of classes and levels."""

from __future__ import annotations

from pathlib import Path

import pytest

from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Severity
from yanmen.guard.grading import load

WHOLE = """
name: own
title: {en: Own, zh: 自定义}
classes: {a: {en: A, zh: 甲}}
kinds: {mobile: {category: a, level: 6, sensitive: true}}
other: {category: a, level: 2}
"""


def written(folder: Path, text: str) -> Path:
    """A scheme in a file."""
    file = folder / "scheme.yaml"
    file.write_text(text, "utf-8")
    return file


def test_a_grade_becomes_tags_and_a_severity(tmp_path: Path) -> None:
    """Core data is critical; a kind that is not named has the grade of the rest."""
    scheme = load(written(tmp_path, WHOLE))

    assert scheme.grade("mobile").tags == ("data:a", "level:6", "data:sensitive")
    assert scheme.grade("mobile").severity is Severity.CRITICAL
    assert scheme.grade("anything").severity is Severity.LOW


def test_sensitive_personal_information_is_at_level_four() -> None:
    """In the built-in scheme, without exception."""
    for kind, grade in load().kinds.items():
        assert (grade.level == 4) is grade.sensitive, kind
        assert not grade.verified or grade.source


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name: [", "YAML"),
        (WHOLE.replace("level: 6", "level: 9"), "<= 6"),
        (WHOLE.replace("kinds: {mobile: {category: a", "kinds: {mobile: {category: b"), "no class b"),
        (WHOLE + "more: 1\n", "more"),
    ],
)
def test_what_is_no_scheme_is_refused(tmp_path: Path, text: str, says: str) -> None:
    """With the file, in both languages."""
    file = written(tmp_path, text)

    with pytest.raises(YanmenError) as caught:
        load(file)
    assert says in str(caught.value.message.en)
    assert str(file) in str(caught.value)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """As any other file of the configuration."""
    with pytest.raises(YanmenError):
        load(tmp_path / "none.yaml")
