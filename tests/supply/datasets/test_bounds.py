"""The bounds are bounds."""

from __future__ import annotations

import msgspec
import pytest

from yanmen.supply.datasets.bounds import Bounds, Options


def test_what_is_held_stays_within_two_gigabytes() -> None:
    """Four bytes a character at most, and the numbers made of what is mined."""
    assert Bounds().characters * 4 < 2**31 / 4
    assert Bounds().rows * Bounds().text > Bounds().characters


def test_an_unknown_option_is_refused() -> None:
    """They are nouns."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"seeds": 1}, Options)
