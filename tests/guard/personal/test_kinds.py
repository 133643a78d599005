"""Kinds and their rules."""

from __future__ import annotations

from yanmen.guard.grading import load
from yanmen.guard.personal.kinds import KINDS, rules


def test_each_kind_has_a_graded_rule() -> None:
    """In both languages, with class and level."""
    made = rules(load())

    assert len(made) == len(KINDS) == len({kind.slug for kind in KINDS})
    for kind in KINDS:
        rule = made[kind.slug]
        assert rule.id == f"personal.{kind.slug}"
        assert kind.zh in rule.title.zh
        assert "class:personal" in rule.tags
        assert sum(tag.startswith("level:") for tag in rule.tags) == 1


def test_the_built_in_scheme_names_every_kind() -> None:
    """None falls to the rest, and none is named that does not exist."""
    assert set(load().kinds) == {kind.slug for kind in KINDS}
