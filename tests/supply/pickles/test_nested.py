"""Pickles within strings."""

from __future__ import annotations

import base64

from tests.supply.pickles.assembly import PROTO2, STOP, blob, expression, old_name, pickled, text, tuple_of
from tests.supply.pickles.reading import proof, read, rules

_INNER = PROTO2 + old_name("os", "system") + tuple_of(text("id")) + b"R" + STOP


def test_ordinary_strings_are_no_pickles() -> None:
    """Whatever they begin with."""
    for value in (
        "gAbcdefghijk",
        "80020304",
        "cats and\ndogs and\n",
        "(in brackets)\nand so on",
        "K" * 40,
        "8" * 40,
        "0" * 40,
    ):
        assert proof(pickled(text(value))) == "proven_safe", value
    assert proof(pickled(blob(b"\x80\x03\x00\x00\x00\x00\x00\x00\x00"))) == "proven_safe"


def test_a_harmless_pickle_within_a_string_is_data() -> None:
    """It would make an ordinary value."""
    assert proof(pickled(blob(expression("collections.OrderedDict([('a', 1)])")))) == "proven_safe"


def test_strings_within_strings_have_an_end() -> None:
    """Three deep is looked into; what is deeper is not said to be clean."""
    data = _INNER
    for _ in range(2):
        data = pickled(blob(data))
    assert proof(pickled(blob(data))) == "unknown"
    for _ in range(5):
        data = pickled(text(base64.b64encode(data).decode()))
    journal, _ = read(data)
    assert journal.proof == "unknown"


def test_a_string_too_long_to_hold_that_begins_as_a_pickle() -> None:
    """It is not looked into, and that is said."""
    long = PROTO2 + b"c" + b"x" * 100_000
    journal, _ = read(pickled(blob(long)))
    assert journal.proof == "unknown"
    assert not rules(pickled(blob(long)))
