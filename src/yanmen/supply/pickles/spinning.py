"""The turn of the pickle machine: the opcodes that real streams consist of are done here, all others by the machine's methods.

A method for each opcode costs several times as much, and a file may be nothing but opcodes. What stands here does what the
methods of the same opcodes in ``constants`` and ``containers`` do (tests/supply/pickles/test_spinning.py compares them).
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from typing import Any

from yanmen.supply.pickles.state import State
from yanmen.supply.pickles.values import MISSING

Table = Sequence[Callable[[Any], None]]
"""The machine's method of each opcode."""

BY_METHOD = 5
"""Units of work that an opcode costs more when a method does it."""
_I4 = struct.Struct("<i").unpack_from
_F8 = struct.Struct(">d").unpack_from
_BININT1, _BININT2, _BININT, _BINFLOAT, _NONE, _MARK, _POP, _BINGET, _EMPTY_TUPLE = b"KMJGN(0h)"
_MEMOIZE, _NEWTRUE, _NEWFALSE, _TUPLE1, _TUPLE2 = 0x94, 0x88, 0x89, 0x85, 0x86


def spin(  # noqa: C901, PLR0912, PLR0915  # one turn: a call for each opcode is what it avoids
    machine: State, table: Table, border: Callable[[], None], steps: int
) -> None:
    """So many opcodes; ``border`` reads on where what is held ends.

    IndexError and struct.error where the stream ends within an argument, or its stack is empty.
    """
    dense, add = machine.memo.dense, machine.memo.add
    data, at, limit, stack = machine.data, machine.at, machine.limit, machine.stack
    by_method = done = 0
    try:
        for done in range(1, steps + 1):  # noqa: B007  # what was done is what is charged, however it ends
            if at >= limit:
                machine.at = at
                border()
                data, at, limit = machine.data, machine.at, machine.limit
            code = data[at]
            at += 1
            if code == _BININT1:
                stack.append(data[at])
                at += 1
            elif code == _BININT2:
                stack.append(data[at] | data[at + 1] << 8)
                at += 2
            elif code == _MEMOIZE:
                add(stack[-1])
            elif code == _BINGET:
                index = data[at]
                at += 1
                value = dense[index] if index < len(dense) else MISSING
                stack.append(machine.memo.get(index) if value is MISSING else value)
            elif code == _BINFLOAT:
                stack.append(_F8(data, at)[0])
                at += 8
            elif code == _NONE:
                stack.append(None)
            elif code == _MARK:
                machine.below.append(stack)
                stack = machine.stack = []
            elif code == _NEWFALSE:
                stack.append(False)
            elif code == _BININT:
                stack.append(_I4(data, at)[0])
                at += 4
            elif code == _EMPTY_TUPLE:
                stack.append(())
            elif code == _TUPLE2:
                stack[-2:] = [(stack[-2], stack[-1])]
            elif code == _POP and stack:
                del stack[-1]
            elif code == _TUPLE1:
                stack[-1] = (stack[-1],)
            elif code == _NEWTRUE:
                stack.append(True)
            else:
                by_method += 1
                machine.at = at
                try:
                    table[code](machine)
                finally:
                    data, at, limit, stack = machine.data, machine.at, machine.limit, machine.stack
    finally:
        machine.at = at
        machine.judge.journal.work.left -= done + BY_METHOD * by_method
