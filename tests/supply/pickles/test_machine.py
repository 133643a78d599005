"""The machine beside the readers that Python has: the same opcodes, and no name that the real unpickler asks for is missed."""

from __future__ import annotations

import io
import pickle  # noqa: TID251  # writes what is read here
import pickletools
import subprocess
import sys
from contextlib import suppress
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.supply.pickles.assembly import MARK, PROTO4, REDUCE, STOP, TUPLE, constant, name, old_name, text
from tests.supply.pickles.reading import read

from yanmen.supply.pickles.journal import Journal
from yanmen.supply.pickles.judge import Judge
from yanmen.supply.pickles.knowledge import knowledge
from yanmen.supply.pickles.machine import NAMES, Machine, Stopped
from yanmen.supply.pickles.spinning import spin

_DATA = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.binary(max_size=300)),
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text(), inner), st.tuples(inner, inner)),
    max_leaves=20,
)

_UNPICKLER = """
import io, pickle, sys

class Inert:
    def __init__(self, *args, **kwargs): pass
    def __call__(self, *args, **kwargs): return Inert()
    def __setstate__(self, state): pass
    def __setitem__(self, key, value): pass
    def append(self, item): pass
    def extend(self, items): pass
    def __hash__(self): return 1

class Recorder:
    def find_class(self, module, name):
        print(module + " " + name)
        return Inert
    def persistent_load(self, pid):
        return Inert()

class InC(Recorder, pickle.Unpickler): pass
class InPython(Recorder, pickle._Unpickler): pass

for line in sys.stdin:
    data = bytes.fromhex(line.strip())
    for kind in (InC, InPython):
        try:
            kind(io.BytesIO(data)).load()
        except BaseException:
            pass
    print(".", flush=True)
"""
"""Asks for names and gives what does nothing. It is run apart, on streams made by these tests only."""


def test_every_opcode_of_python_is_known() -> None:
    """By the name that pickletools gives it."""
    assert all(callable(getattr(Machine, method)) for method in NAMES.values())
    assert len(NAMES) == len(pickletools.opcodes)


@given(_DATA, st.integers(0, pickle.HIGHEST_PROTOCOL))
def test_the_opcodes_are_those_that_pickletools_reads(data: Any, protocol: int) -> None:
    """One after another, at the same places."""
    whole = pickle.dumps(data, protocol)
    expected = [(ord(opcode.code), at) for opcode, _, at in pickletools.genops(whole)]
    machine = Machine(io.BytesIO(whole), Judge(Journal(), knowledge()), lambda: None, size=len(whole))
    seen: list[tuple[int, int]] = []
    while len(seen) < len(expected):
        seen.append((whole[machine.offset], machine.offset))
        with suppress(Stopped):
            spin(machine, machine.table, machine.border, 1)
    assert machine.offset == len(whole)
    assert seen == expected


_WORDS = ["os", "system", "builtins", "eval", "collections", "OrderedDict", "acme", "Thing", "a.b", "numpy"]
_NAME = st.builds(name, st.sampled_from(_WORDS), st.sampled_from(_WORDS))
_OLD = st.builds(old_name, st.sampled_from(_WORDS), st.sampled_from(_WORDS))
_CALL = st.builds(
    lambda function, arg: function + MARK + arg + TUPLE + REDUCE,
    st.one_of(_NAME, _OLD),
    st.builds(text, st.sampled_from(_WORDS)),
)
_NOISE = st.sampled_from(
    [
        b"0",
        b"2",
        b"(",
        b"1",
        b"t",
        b"l",
        b"e",
        b"s",
        b"b",
        b"}",
        b"]",
        b")",
        b"\x94",
        b"h\x00",
        b"q\x01",
        b"\x81",
        b"R",
        b"\x93",
        b"o",
        b"\x95\x05\0\0\0\0\0\0\0",
        b"\x80\x02",
        b"N",
        STOP,
    ]
)


def test_no_name_is_missed_that_either_unpickler_of_cpython_asks_for() -> None:
    """Streams in any disorder: whatever the C or the Python one looks up before it breaks was seen by the machine."""
    streams: list[bytes] = []

    @settings(max_examples=400, database=None)
    @given(
        st.lists(st.one_of(_NAME, _OLD, _CALL, _NOISE, st.builds(constant, st.integers(0, 9))), max_size=25)
    )
    def gather(pieces: list[bytes]) -> None:
        streams.append(PROTO4 + b"".join(pieces) + STOP)

    gather()
    done = subprocess.run(
        [sys.executable, "-I", "-c", _UNPICKLER],
        input="\n".join(stream.hex() for stream in streams) + "\n",
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    answers = done.stdout.split(".\n")
    assert len(answers) == len(streams) + 1
    asked = 0
    for stream, answer in zip(streams, answers, strict=False):
        wanted = {".".join(line.split(" ", 1)) for line in answer.splitlines()}
        asked += len(wanted)
        journal, _ = read(stream)
        assert wanted <= set(journal.names), stream
        assert not wanted or journal.proof != "proven_safe" or wanted <= {"collections.OrderedDict"}
    assert asked > 50
