"""Patterns of names."""

from __future__ import annotations

import pytest

from yanmen.policy.globs import Names, is_exact, matches


@pytest.mark.parametrize(
    ("pattern", "name", "expected"),
    [
        ("prompt.*", "prompt.override", True),
        ("prompt.*", "prompt.", True),
        ("prompt.*", "prompts", False),
        ("prompt.*", "xprompt.a", False),
        ("*", "", True),
        ("secret.?i", "secret.ai", True),
        ("secret.[ab]i", "secret.ci", False),
        ("key.leaked", "key.leaked", True),
        ("key.leaked", "keyxleaked", False),
        ("a*b*c", "a\nb\nc", True),
    ],
)
def test_a_pattern_matches_the_whole_name(pattern: str, name: str, *, expected: bool) -> None:
    """``*`` any characters, line ends too; a dot is a dot."""
    assert matches(pattern, name) is expected
    assert Names(pattern).match(name) is expected


def test_several_patterns_match_when_one_does() -> None:
    """Exact names and wild ones together."""
    names = Names(["a.b", "c.*"])

    assert [names.match(name) for name in ("a.b", "c.d", "a.c")] == [True, True, False]


def test_a_name_is_named_only_when_written_out() -> None:
    """A pattern covers a name without naming it."""
    assert Names("yanmen.detector-failed").names("yanmen.detector-failed")
    assert not Names("yanmen.*").names("yanmen.detector-failed")
    assert is_exact("a.b")
    assert not is_exact("a.*")


def test_a_hostile_pattern_does_not_backtrack_for_ever() -> None:
    """Many stars against a long name without a match."""
    assert not matches("*a" * 60 + "b", "a" * 5_000)
