"""Arguments that are written as text."""

from __future__ import annotations

import pytest

from yanmen.supply.pickles import literals
from yanmen.supply.pickles.literals import Divergent
from yanmen.supply.pickles.tape import BrokenStream


def test_the_one_spelling_that_all_take_alike() -> None:
    """Decimal digits, a sign, no more."""
    assert literals.integer(b"-12") == -12
    assert literals.floating(b"1e-05") == 1e-05
    assert literals.string(b"'a\\x00b'") == "a\0b"
    assert literals.unicode(b"\\u4e2d\xe9") == "中é"
    assert literals.long(b"\xff\x00") == 255


@pytest.mark.parametrize("line", [b"0x1f", b" 7", b"+7", b"1_000"])
def test_numbers_that_readers_differ_on(line: bytes) -> None:
    """With what the one in Python makes of it."""
    with pytest.raises(Divergent):
        literals.integer(line)


@pytest.mark.parametrize("line", [b"", b"x", b"1" * 5000, b"0x", b"1.5"])
def test_what_is_no_number(line: bytes) -> None:
    """Nor is one of more digits than the language takes; that one is zero, and said to differ."""
    with pytest.raises((BrokenStream, Divergent)):
        literals.integer(line)


def test_strings_with_an_odd_end() -> None:
    """White space behind the quotation mark, and bytes that are no text."""
    with pytest.raises(Divergent):
        literals.string(b"'a' ")
    with pytest.raises(Divergent):
        literals.string(b"'\xff'")
    with pytest.raises(BrokenStream):
        literals.string(b"'a")
    with pytest.raises(BrokenStream):
        literals.text(b"\xff")
