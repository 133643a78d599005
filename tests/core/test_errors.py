"""The one error that a user can mend."""

from __future__ import annotations

from yanmen.core.errors import YanmenError


def test_an_error_says_where_before_what() -> None:
    """As compilers do, so that an editor can jump to it."""
    error = YanmenError("no such verdict", where="policy.yaml:7", hint="One of allow, block.")

    assert str(error) == "policy.yaml:7: no such verdict"
    assert error.hint == "One of allow, block."
    assert error.message == "no such verdict"


def test_an_error_without_a_place_is_its_message() -> None:
    """No stray colon."""
    assert str(YanmenError("the port is taken")) == "the port is taken"
