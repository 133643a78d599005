"""Patterns of personal data, as the engine wants them."""

from __future__ import annotations

from yanmen.guard.grading import load
from yanmen.guard.grammar import width
from yanmen.guard.personal.kinds import KINDS, rules
from yanmen.guard.personal.labelled import _KINDS
from yanmen.guard.personal.patterns import patterns
from yanmen.guard.scan import checked

HELD = 256


def test_every_pattern_compiles_and_holds_back_little() -> None:
    """A stream waits for no more than 256 characters."""
    for pattern in checked(patterns(rules(load()))):
        longest = width(pattern.node)[1] + (width(pattern.tree(pattern.back))[1] if pattern.back else 0)
        assert longest <= HELD, pattern.rule.id


def test_every_kind_has_a_pattern() -> None:
    """Some share the one whose label tells them apart."""
    named = {pattern.rule.id.removeprefix("personal.") for pattern in patterns(rules(load()))}

    assert named | {slug for _, slug, _ in _KINDS} == {kind.slug for kind in KINDS}
