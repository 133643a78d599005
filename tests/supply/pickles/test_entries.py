"""What is known of a name."""

from __future__ import annotations

from yanmen.supply.pickles.knowledge import knowledge


def test_a_name_has_its_uses_and_a_reason() -> None:
    """A function is called in some forms only, and every entry says why that is harmless."""
    entry = knowledge().entry("numpy.core.multiarray", "_reconstruct")
    assert entry is not None
    assert entry.call
    assert not entry.is_class
    assert entry.why
