"""Rules of packages."""

from __future__ import annotations

from yanmen.core.nouns import Rule, Severity
from yanmen.supply.packages import rules


def test_what_can_only_be_called_is_never_high() -> None:
    """Honest packages can do it, too."""
    called = [
        rule for rule in vars(rules).values() if isinstance(rule, Rule) and rule.id.endswith("-when-called")
    ]

    assert called
    assert all(rule.severity <= Severity.LOW for rule in called)
