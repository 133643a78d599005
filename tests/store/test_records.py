"""Keys and their time."""

from __future__ import annotations

import pytest

from yanmen.store import SCOPES, Key


@pytest.mark.parametrize(
    ("expires", "revoked", "at", "usable"),
    [
        (0, 0, 10**18, True),
        (100, 0, 99, True),
        (100, 0, 100, False),
        (0, 50, 49, True),
        (0, 50, 50, False),
        (100, 50, 60, False),
    ],
)
def test_a_key_opens_until_it_ends(expires: int, revoked: int, at: int, *, usable: bool) -> None:
    """By its time or by a word."""
    key = Key(id="key_1", hash="00", name="n", created=1, expires=expires, revoked=revoked)

    assert key.usable(at) is usable


def test_a_key_may_call_unless_said_otherwise() -> None:
    """And nothing more."""
    assert Key(id="key_1", hash="00", name="n", created=1).scopes == ("call",)
    assert SCOPES == ("call", "guard", "intel", "admin")
