"""Whole files: what the language's own pickler writes, what nobody writes, and what lies behind the end."""

from __future__ import annotations

import datetime as dt
import decimal
import io
import pickle  # noqa: TID251  # writes what is read here; nothing is loaded
import pickletools
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.supply.pickles.assembly import PROTO4, STOP, constant, frame, pickled, text
from tests.supply.pickles.reading import proof, read, rules

from yanmen.supply.pickles.journal import Journal
from yanmen.supply.pickles.streams import read_streams
from yanmen.supply.pickles.values import concrete

_KEYS = st.one_of(st.integers(), st.text(), st.booleans(), st.binary(), st.none())
_LEAVES = st.one_of(_KEYS, st.floats(allow_nan=False), st.integers(-(1 << 2100), 1 << 2100))
_PLAIN = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        st.lists(inner),
        st.tuples(inner, inner, inner, inner),
        st.dictionaries(_KEYS, inner),
        st.sets(_KEYS),
        st.frozensets(_KEYS),
        st.lists(inner).map(tuple),
    ),
    max_leaves=30,
)


@given(_PLAIN, st.integers(0, pickle.HIGHEST_PROTOCOL))
def test_plain_data_is_proven_safe_and_read_as_it_is(data: Any, protocol: int) -> None:
    """Of every protocol."""
    journal, streams = read(pickle.dumps(data, protocol))
    assert journal.proof == "proven_safe", (journal.findings, journal.misses)
    assert concrete(streams[0].value) == data


@given(
    st.lists(
        st.one_of(
            st.datetimes(),
            st.dates(),
            st.timedeltas(),
            st.decimals(),
            st.fractions(),
            st.uuids(),
            st.complex_numbers(),
        )
    )
)
def test_the_library_s_own_values_are_proven_safe(data: list[Any]) -> None:
    """Dates, numbers, identifiers, by the makers that they name."""
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        assert proof(pickle.dumps(data, protocol)) == "proven_safe"


@given(_PLAIN)
def test_a_stream_cut_short_is_never_proven_safe(data: Any) -> None:
    """Wherever it is cut."""
    whole = pickle.dumps(data)
    for end in range(0, len(whole), max(1, len(whole) // 20)):
        assert proof(whole[:end]) == "unknown"


@settings(max_examples=300)
@given(st.binary(max_size=400))
def test_any_bytes_are_read_to_an_answer(data: bytes) -> None:
    """No crash and no hang; and what the C unpickler would take for a call is not proven safe."""
    journal, _ = read(data)
    if any(code in data for code in (b"os\nsystem", b"eval")) and journal.names:
        assert journal.proof != "proven_safe"


_PIECES = [bytes([ord(opcode.code)]) for opcode in pickletools.opcodes]


@settings(max_examples=400)
@given(
    st.lists(
        st.one_of(
            st.sampled_from(_PIECES),
            st.binary(max_size=6),
            st.sampled_from([b"cos\nsystem\n", text("a"), b"(", b")"]),
        ),
        max_size=60,
    )
)
def test_any_opcodes_are_read_to_an_answer(pieces: list[bytes]) -> None:
    """In any order; a stream that names os.system is never proven safe."""
    journal, _ = read(PROTO4 + b"".join(pieces) + STOP)
    if "os.system" in journal.names:
        assert journal.proof == "unsafe"


@given(st.binary(max_size=200), st.integers(0, 3), st.integers(0, 255))
def test_a_damaged_pickle_is_read_to_an_answer(data: bytes, where: int, value: int) -> None:
    """One byte changed, anywhere in a stream of dates and strings."""
    whole = bytearray(pickle.dumps([dt.datetime(2026, 1, 2), decimal.Decimal(1), data]))  # noqa: DTZ001
    whole[(where * 37 + value) % len(whole)] = value
    read(bytes(whole))


def test_several_streams_follow_one_another() -> None:
    """As torch and many scripts write them."""
    journal, streams = read(pickled(constant(1)) + pickled(constant("a")) + pickled(constant(2.0)))
    assert [each.value for each in streams] == [1, "a", 2.0]
    assert journal.proof == "proven_safe"
    assert [each.start for each in streams] == [0, streams[0].end, streams[1].end]


def test_bytes_behind_the_end_are_said() -> None:
    """No loader looks there; padding is nothing to speak of."""
    assert rules(pickled(constant(1)) + b"\xfe\xfdhidden") == {"pickle.hides-bytes"}
    assert proof(pickled(constant(1)) + bytes(4096)) == "proven_safe"
    assert proof(pickled(constant(1)) + b"\n") == "proven_safe"


def test_large_strings_are_passed_over() -> None:
    """Nothing larger than the buffer is held: the stream is sought, not read."""

    class Counting(io.BytesIO):
        read_bytes = 0

        def read(self, size: int | None = -1, /) -> bytes:
            data = super().read(size)
            self.read_bytes += len(data)
            return data

    whole = pickle.dumps({"weights": bytes(50_000_000), "more": bytearray(30_000_000)})
    stream = Counting(whole)
    journal = Journal()
    read_streams(stream, len(whole), journal, lambda: None)
    assert journal.proof == "proven_safe"
    assert stream.read_bytes < 2_000_000


def test_a_stream_too_deep_or_too_full_is_not_judged() -> None:
    """Two million marks, and two million places in the memo."""
    assert read(b"(" * 2_000_000 + STOP)[0].misses.keys() == {
        ("too-large", "more than one look may hold: its stack")
    }
    assert read(b"N" + b"\x94" * 2_000_000 + STOP)[0].misses.keys() == {
        ("too-large", "more than one look may hold: its memo")
    }


_PEAK = r"""
import io, re, sys
from pathlib import Path
from yanmen.supply.pickles.journal import Journal
from yanmen.supply.pickles.streams import read_streams

def peak():
    return int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1])

read_streams(io.BytesIO(b"N."), 2, Journal(), lambda: None)
held = io.BytesIO(sys.stdin.buffer.read())
before = peak()
read_streams(held, held.getbuffer().nbytes, Journal(), lambda: None)
print(peak() - before)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the system keeps no count here")
@pytest.mark.parametrize(
    "data",
    [
        b"(" + b"]" * 300_000 + b"l.",
        PROTO4 + b"}\x940" * 150_000 + b"N.",
        b"(" + (b"X\x00\x80\x00\x00" + b"x" * 32_768) * 1_500 + b"l.",
        b"".join(b"cmod%d\nname\n0" % number for number in range(12_000)) + b"N.",
        pickle.dumps([f"word{number}" for number in range(250_000)]),
    ],
    ids=["lists", "memo", "strings", "names", "words"],
)
def test_memory_is_bounded_whatever_the_stream_holds(data: bytes) -> None:
    """By the system's count, at its highest, less what the process needs before it reads anything."""
    done = subprocess.run(
        [sys.executable, "-c", _PEAK], input=data, capture_output=True, check=True, timeout=120
    )
    assert int(done.stdout) < 40 << 10


def test_the_clock_is_looked_at() -> None:
    """Whoever gives the time is asked often."""
    ticks: list[None] = []
    data = b"N0" * 50_000 + b"N."
    read_streams(io.BytesIO(data), len(data), Journal(), lambda: ticks.append(None))
    assert len(ticks) > 40


def test_a_framed_stream_is_read_as_the_pickler_wrote_it() -> None:
    """Frames that are as they should be say nothing."""
    assert proof(PROTO4 + frame(constant(1) + STOP)) == "proven_safe"
    assert proof(pickle.dumps([str(number) * 50 for number in range(20_000)])) == "proven_safe"


@pytest.mark.parametrize("protocol", range(6))
def test_many_numbers_are_more_than_is_kept_and_safe_all_the_same(protocol: int) -> None:
    """The containers keep their kinds only, once there is no room; plain data stays plain data."""
    if protocol == 0:
        assert proof(pickle.dumps(list(range(70_000)), 0)) == "proven_safe"
        return
    journal, streams = read(pickle.dumps([list(range(400_000)), {"a": 1}], protocol))
    assert journal.proof == "proven_safe"
    assert streams[0].value.lost or streams[0].value.items[0].lost
