"""The rules of the pickle family."""

from __future__ import annotations

from yanmen.core.nouns import Severity
from yanmen.supply.pickles.rules import BY_ID, RULES


def test_each_rule_says_itself_in_both_languages() -> None:
    """And what to do, with its place in the field's lists."""
    assert len(BY_ID) == len(RULES)
    for rule in RULES:
        assert rule.id.startswith("pickle.")
        assert rule.title.en
        assert rule.title.zh
        assert rule.fix.zh != rule.fix.en
        assert rule.severity > Severity.INFO
        assert "cwe:502" in rule.tags
