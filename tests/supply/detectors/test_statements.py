"""Statements that hold no more are said."""

from __future__ import annotations

from yanmen.core.nouns import Finding, Phrase
from yanmen.supply.detectors.statements import Lapsed
from yanmen.supply.vex import Idle, Statement


def test_a_statement_that_lapsed_is_a_finding_of_its_own() -> None:
    """With its file and why; the vulnerability itself is found again beside it."""
    statement = Statement(
        vulnerability="CVE-2020-1747", products=(), status="not_affected", at=0, where="yanmen.vex.json"
    )
    (said,) = Lapsed().detect(Idle(statement=statement, why=Phrase(en="expired on 2026-01-01", zh="已过期")))

    assert isinstance(said, Finding)
    assert (said.rule.id, said.where.part) == ("component.statement-lapsed", "yanmen.vex.json")
    assert "expired" in said.evidence
