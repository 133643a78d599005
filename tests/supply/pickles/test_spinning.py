"""The opcodes that are done in the machine's turn itself, beside the methods of the same opcodes."""

from __future__ import annotations

import io
import pickle  # noqa: TID251  # streams of plain data to read
import random
from contextlib import suppress
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from yanmen.supply.pickles.expressions import express
from yanmen.supply.pickles.journal import Journal
from yanmen.supply.pickles.judge import Judge
from yanmen.supply.pickles.knowledge import knowledge
from yanmen.supply.pickles.machine import Machine, Stopped
from yanmen.supply.pickles.spinning import BY_METHOD, spin
from yanmen.supply.pickles.tape import BrokenStream
from yanmen.supply.pickles.work import MOST

_LEAF = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**40), 2**40), st.floats(allow_nan=False), st.text(max_size=20)
)
_DATA = st.recursive(
    _LEAF,
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text(max_size=4), inner),
)
_PIECES = [
    b"K\x01",
    b"M\x01\x02",
    b"J\x01\0\0\x80",
    b"G" + bytes(8),
    b"N",
    b"(",
    b"0",
    b"h\0",
    b"h\x01",
    b")",
    b"\x94",
    b"\x88",
    b"\x89",
]
_PIECES += [
    b"\x85",
    b"\x86",
    b"\x87",
    b"t",
    b"]",
    b"a",
    b"e",
    b"1",
    b"2",
    b"q\x02",
    b"}",
    b"s",
    b"u",
    b"\x8c\x01x",
    b".",
]


def _by_turn(machine: Machine) -> None:
    while True:
        spin(machine, machine.table, machine.border, 7)


def _by_method(machine: Machine) -> None:
    while True:
        if machine.at >= machine.limit:
            machine.border()
        machine.at += 1
        Machine.table[machine.data[machine.at - 1]](machine)


def _state(data: bytes, how: Any) -> list[Any]:
    machine = Machine(io.BytesIO(data), Judge(Journal(), knowledge()), lambda: None, size=len(data))
    ended = "stopped"
    try:
        with suppress(Stopped):
            how(machine)
    except (BrokenStream, IndexError) as error:
        ended = type(error).__name__
    return [
        ended,
        [express(each) for each in machine.stack],
        len(machine.below),
        machine.judge.journal.misses,
    ]


@given(_DATA, st.integers(0, pickle.HIGHEST_PROTOCOL))
def test_ordinary_streams_come_to_the_same(data: Any, protocol: int) -> None:
    """The stack, the marks, what was said."""
    whole = pickle.dumps(data, protocol)
    assert _state(whole, _by_turn) == _state(whole, _by_method)


def test_streams_in_any_disorder_come_to_the_same() -> None:
    """Whatever breaks them breaks both."""
    chance = random.Random(4)
    endings = set()
    for _ in range(3_000):
        whole = b"\x80\x04N\x94" + b"".join(chance.choices(_PIECES, k=chance.randint(1, 30)))
        by_turn = _state(whole, _by_turn)
        assert by_turn == _state(whole, _by_method)
        endings.add(by_turn[0])
    assert endings == {"stopped", "BrokenStream", "IndexError"}


def test_what_was_done_is_charged_and_no_more() -> None:
    """A short stream costs what it has, not a whole turn."""
    journal = Journal()
    data = b"\x80\x04NNN0."
    machine = Machine(io.BytesIO(data), Judge(journal, knowledge()), lambda: None, size=len(data))
    with suppress(Stopped):
        spin(machine, machine.table, machine.border, 2_048)
    assert journal.work.left == MOST - 6 - 2 * BY_METHOD
