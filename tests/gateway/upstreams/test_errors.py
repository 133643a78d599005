"""What goes wrong on the way to the model."""

from __future__ import annotations

from yanmen.gateway.upstreams.errors import UpstreamError


def test_an_error_says_its_kind_and_what_happened() -> None:
    """In its fields and in its text."""
    error = UpstreamError("timeout", "nothing came within 5 s")

    assert (error.kind, error.detail) == ("timeout", "nothing came within 5 s")
    assert str(error) == "timeout: nothing came within 5 s"
