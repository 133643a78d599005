"""Licences that may not come in."""

from __future__ import annotations

import pytest

from yanmen.core.nouns import Finding
from yanmen.supply.assessed import Assessed, Licensed
from yanmen.supply.detectors.licences import Licences
from yanmen.supply.targets import Component

GPL = Component(purl="pkg:pypi/x@1", ecosystem="PyPI", name="x", version="1", where="a")


@pytest.mark.parametrize(
    ("word", "rule"),
    [("conflict", "licence.conflicts"), ("deny", "licence.denied"), ("review", "licence.needs-review")],
)
def test_each_word_is_a_rule(word: str, rule: str) -> None:
    """With what the licence says and what it demands."""
    licence = Licensed(
        expression="GPL-3.0-only",
        word=word,  # type: ignore[arg-type]
        why="incompatible GPL-3.0-only ≠ MIT",
        obligations=("share-source",),
    )
    (finding,) = Licences().detect(Assessed(component=GPL, licence=licence))

    assert isinstance(finding, Finding)
    assert finding.rule.id == rule
    assert "GPL-3.0-only" in finding.evidence
    assert "share-source" in finding.evidence


def test_what_is_allowed_or_was_not_asked_is_no_finding() -> None:
    """Nor is it clean: nobody asked."""
    assert not list(Licences().detect(Assessed(component=GPL, licence=Licensed(expression="MIT"))))
    assert not list(Licences().detect(Assessed(component=GPL)))
