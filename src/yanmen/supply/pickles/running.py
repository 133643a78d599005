"""Whether bytes would run as a pickle: no mark begins the older protocols, and a loader asks for none.

An opcode is followed by the next until one makes a call of a name that was taken up before. Words of a text come that far by no
chance: each opcode needs what it takes from the stack.
"""

from __future__ import annotations

import pickletools
import re
from typing import BinaryIO, NamedTuple

from yanmen.supply.pickles.tape import BrokenStream, Tape

MOST = 10_000
"""Opcodes: what is a pickle so far is one."""
_NAMES = frozenset("c\x93\x82\x83\x84")
_CALLS = frozenset("Rob\x81\x92i")
_NAME = re.compile(rb"[^\x00-\x20]+")
_PAIRS = frozenset("ci")
_MARK, _POP = "(", "0"
_PERSISTENT = b"P"
"""Ends a loader that knows no persistent identifiers; each zip begins so."""
_LENGTHS = {
    pickletools.TAKEN_FROM_ARGUMENT1: 1,
    pickletools.TAKEN_FROM_ARGUMENT4: 4,
    pickletools.TAKEN_FROM_ARGUMENT4U: 4,
    pickletools.TAKEN_FROM_ARGUMENT8U: 8,
}
"""Bytes of the length that stands before an argument."""


class _Form(NamedTuple):
    """What an opcode reads, takes and gives."""

    size: int
    """Bytes of its argument, or one of pickletools' negative numbers."""
    to_mark: bool
    takes: int
    """Besides all that stands above the mark."""
    gives: int


_FORMS = {
    ord(op.code): _Form(
        0 if op.arg is None else op.arg.n,
        pickletools.stackslice in op.stack_before,
        op.stack_before.index(pickletools.markobject)
        if pickletools.markobject in op.stack_before
        else len(op.stack_before),
        len(op.stack_after),
    )
    for op in pickletools.opcodes
}


def runs(stream: BinaryIO, size: int, *, ends: bool = False) -> bool:
    """Whether an unpickler that begins at the stream's first byte would get as far as a call. ``size``: of the whole stream.

    ``ends``: or as far as an end that leaves something.
    """
    tape = Tape(stream, 0, size)
    if stream.read(1) == _PERSISTENT:
        return False
    stream.seek(0)
    stack: list[int] = [0]
    named = False
    try:
        for _ in range(MOST):
            code = tape.take(1)[0]
            form = _FORMS.get(code)
            if form is None or code == ord("."):
                return ends and form is not None and stack[-1] > 0
            _passed(tape, code, form)
            if not _stacked(stack, code, form):
                return False
            if (named and chr(code) in _CALLS) or code == ord("i"):
                return True
            named = named or chr(code) in _NAMES
    except BrokenStream:
        return False
    return True


def _passed(tape: Tape, code: int, form: _Form) -> None:
    """Its argument is behind; BrokenStream where that is none."""
    if form.size in _LENGTHS:
        tape.skip(int.from_bytes(tape.take(_LENGTHS[form.size]), "little"))
    elif form.size == pickletools.UP_TO_NEWLINE:
        lines = [tape.line()[0] for _ in range(2 if chr(code) in _PAIRS else 1)]
        if chr(code) in _PAIRS and not all(map(_NAME.fullmatch, lines)):
            raise BrokenStream("no name")
    else:
        tape.take(form.size)


def _stacked(stack: list[int], code: int, form: _Form) -> bool:
    """Whether the stack has what it takes; then it has what it gives. ``stack``: how many stand above each mark."""
    if code == ord(_MARK):
        stack.append(0)
        return True
    if code == ord(_POP) and not stack[-1] and len(stack) > 1:
        stack.pop()
        return True
    if form.to_mark:
        if len(stack) < 2:  # noqa: PLR2004  # a mark's, and those below it
            return False
        stack.pop()
    if stack[-1] < form.takes:
        return False
    stack[-1] += form.gives - form.takes
    return True
