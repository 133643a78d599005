"""The calls of a helper."""

from __future__ import annotations

from yanmen.supply.reach.facts import Dynamic, Value
from yanmen.supply.reach.handing import sites

HELPER = Dynamic("import", Value(parameters=("name",)), Value(), 1, 1, "load", False, 0)


def test_every_call_says_what_it_gives() -> None:
    """By place, by name, by its own parameter; left out is nothing."""
    found = sites(
        b"load('a')\nx.load(name='b')\ndef f(n):\n    load(n)\nload()\nload(*x)\n", HELPER, own=False
    )
    by_line = {one.line: one for one in found}

    assert by_line[1].value == Value(exact=("a",))
    assert (by_line[2].value, by_line[2].dotted) == (Value(exact=("b",)), "x.load")
    assert (by_line[4].value, by_line[4].function, by_line[4].position) == (Value(parameters=("n",)), "f", 0)
    assert by_line[5].value == Value()
    assert by_line[6].value.unknown


def test_a_helper_that_is_handed_on_may_be_called_with_anything() -> None:
    """Where it is named without being called."""
    (found,) = sites(b"map(load, names)\n", HELPER, own=False)

    assert found.value.unknown


def test_a_source_that_cannot_be_parsed_calls_nothing() -> None:
    """The graph says of it that it is broken."""
    assert sites(b"def (", HELPER, own=False) == []
