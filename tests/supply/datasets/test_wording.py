"""What the data says is shown without what should not be."""

from __future__ import annotations

from yanmen.supply.datasets.wording import quoted


def test_secrets_numbers_and_addresses_are_masked() -> None:
    """And control characters made visible."""
    said = quoted("AKIA2OGYBAH6STMMNXNN 13912345678 a@b.example \u202e")

    assert "AKIA2OGY" not in said
    assert "139123" not in said
    assert "a@b.example" not in said
    assert "\\u202e" in said


def test_a_long_phrase_says_how_long() -> None:
    """Forty-eight characters are shown."""
    assert quoted("x " * 50).endswith("(+52)")
    assert quoted("青山绿水") == "“青山绿水”"
