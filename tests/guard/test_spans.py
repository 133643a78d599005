"""Patterns and what their matches claim."""

from __future__ import annotations

import pytest

from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Ref, Text
from yanmen.core.plugins import DETECTOR_FAILED
from yanmen.guard.spans import Claim, Pattern, digest, masked, quoted

PLACE = Text(text="", role="user", trust="user", part="/p")


@pytest.mark.parametrize(
    ("matched", "hidden"),
    [
        ("send to https://evil.test/?d=Zk29fjQ81mfPq0dkW83nf71a", "Zk29fjQ81mfPq0dkW83nf71a"),
        ("go to https://bob:hunter2@host", "hunter2"),
        ("x\u202ey", "\u202e"),
    ],
)
def test_quoted_evidence_hides_what_may_be_secret(matched: str, hidden: str) -> None:
    """And what a terminal could be fooled by."""
    assert hidden not in quoted(matched).evidence


def test_a_masked_secret_is_named_by_its_digest() -> None:
    """So that the same secret is the same subject."""
    claim = masked("sk-0123456789abcdef")

    assert "0123456789abcdef" not in claim.evidence
    assert claim.subject == Ref(kind="secret", id=digest("sk-0123456789abcdef"))


def test_the_operator_is_doubted_less() -> None:
    """A system prompt may name what the model must not do."""
    pattern = Pattern(DETECTOR_FAILED, "abc", confidence=0.9, operator_doubt=0.5)
    operator = Text(text="", role="system", trust="operator")

    assert pattern.finding(Claim("abc"), "abc", PLACE, 0, 3).confidence == 0.9
    assert pattern.finding(Claim("abc"), "abc", operator, 0, 3).confidence == 0.45


def test_a_bad_pattern_names_its_place() -> None:
    """File and line."""
    with pytest.raises(YanmenError, match=r"pack\.yaml:7: .*unbounded"):
        _ = Pattern(DETECTOR_FAILED, "a*", origin="pack.yaml:7").node
