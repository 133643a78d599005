"""The rules of model files."""

from __future__ import annotations

from yanmen.core.nouns import Rule
from yanmen.supply.models import rules


def test_every_rule_is_listed_once() -> None:
    """So that the catalogue knows it."""
    written = [value for value in vars(rules).values() if isinstance(value, Rule)]

    assert sorted(rule.id for rule in written) == sorted({rule.id for rule in rules.RULES})
