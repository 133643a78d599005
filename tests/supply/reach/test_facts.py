"""What is kept of a file."""

from __future__ import annotations

import msgspec

from yanmen.supply.reach.facts import UNKNOWN, Facts, Value
from yanmen.supply.reach.reading import read


def test_either_of_two_values_is_both() -> None:
    """Each once; what is unknown in one is unknown in both."""
    one = Value(exact=("a", "b"), parameters=("p",))

    assert one | Value(exact=("b", "c")) == Value(exact=("a", "b", "c"), parameters=("p",))
    assert (one | UNKNOWN).unknown


def test_facts_are_kept_as_they_are() -> None:
    """Written and read again."""
    facts = read(b"import a as b\ndef f(x):\n    __import__(x)\n    b.c()\n")

    assert msgspec.msgpack.decode(msgspec.msgpack.encode(facts), type=Facts) == facts
