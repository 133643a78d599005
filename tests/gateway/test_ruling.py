"""By what a streamed answer is judged."""

from __future__ import annotations

import pytest

from yanmen.core.nouns import Finding, Phrase, Ref, Rule, Severity, Verdict
from yanmen.gateway.ruling import Ruler
from yanmen.guard.stream import Terms


@pytest.mark.parametrize("verdict", Verdict)
def test_a_sealed_text_passes_whole_or_not_at_all(verdict: Verdict) -> None:
    """What would be cut stops it, and nothing is put back into it."""
    rule = Rule(
        id="a.b", title=Phrase(en="x", zh="x"), severity=Severity.LOW, fix=Phrase(en="x", zh="x"), tags=()
    )
    finding = Finding(rule=rule, subject=Ref(kind="text", id="x"), confidence=1, evidence="")
    ruler = Ruler(lambda _: verdict, lambda _: verdict, Terms({"A": "b"}, frozenset())).sealed()

    assert ruler.finding(finding) is (Verdict.BLOCK if verdict is Verdict.REDACT else verdict)
    assert ruler.terms == Terms({}, frozenset())
