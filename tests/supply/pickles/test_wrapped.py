"""joblib's arrays, whose bytes lie between the opcodes."""

from __future__ import annotations

import io

from tests.supply.pickles.assembly import (
    BUILD,
    NEWOBJ,
    PROTO4,
    STOP,
    call,
    constant,
    frame,
    name,
    text,
    tuple_of,
)

from yanmen.supply.pickles.journal import Journal
from yanmen.supply.pickles.judge import Judge
from yanmen.supply.pickles.knowledge import knowledge
from yanmen.supply.pickles.streams import read_stream
from yanmen.supply.pickles.values import Listed, Made
from yanmen.supply.pickles.wrapped import take_array


def wrapper(code: str, shape: int, *, aligned: bool) -> bytes:
    """A wrapper and its state, which the array's bytes follow."""
    dtype = call(name("numpy", "dtype"), text(code), constant(False), constant(True))
    pairs = text("shape") + tuple_of(constant(shape)) + text("dtype") + dtype
    pairs += text("numpy_array_alignment_bytes") + (constant(16) if aligned else constant(None))
    return name("joblib.numpy_pickle", "NumpyArrayWrapper") + b")" + NEWOBJ + b"}(" + pairs + b"u" + BUILD


def _read(data: bytes, *, seekable: bool = True) -> tuple[Journal, object]:
    journal = Journal()
    size = len(data) if seekable else None
    found, _ = read_stream(
        io.BytesIO(data), Judge(journal, knowledge()), lambda: None, size=size, after_build=take_array
    )
    return journal, found.value if found else None


def test_the_bytes_of_an_array_are_passed_over() -> None:
    """With and without padding, in a stream that can be sought and in one that cannot."""
    for seekable in (True, False):
        for aligned in (True, False):
            padding = b"\x03\0\0\0" if aligned else b""
            data = (
                PROTO4
                + b"]("
                + wrapper("f8", 3, aligned=aligned)
                + padding
                + b"." * 24
                + constant(7)
                + b"e"
                + STOP
            )
            journal, value = _read(data, seekable=seekable)
            assert journal.proof == "proven_safe"
            assert isinstance(value, Listed)
            assert isinstance(value.items[0], Made)
            assert value.items[0].kind == "ndarray"
            assert value.items[1] == 7


def test_the_objects_of_an_array_are_a_stream_within_the_stream() -> None:
    """Which is judged as any other."""
    safe = (
        PROTO4
        + b"]("
        + wrapper("O8", 1, aligned=True)
        + PROTO4
        + b"]("
        + constant(1)
        + b"e"
        + STOP
        + constant(7)
        + b"e"
        + STOP
    )
    assert _read(safe)[0].proof == "proven_safe"
    command = PROTO4 + call(name("os", "system"), text("id")) + STOP
    assert _read(PROTO4 + wrapper("O8", 1, aligned=True) + command + STOP)[0].proof == "unsafe"


def test_what_follows_the_array_is_read_on() -> None:
    """A call behind it is seen."""
    data = (
        PROTO4 + wrapper("f8", 1, aligned=False) + b"12345678" + call(name("os", "system"), text("id")) + STOP
    )
    assert _read(data)[0].proof == "unsafe"


def test_a_wrapper_that_says_what_cannot_be_breaks_the_stream() -> None:
    """A shape that is none, an element of no size, more bytes than there are, an array within a frame."""
    negative = PROTO4 + wrapper("f8", -1, aligned=False) + STOP
    beyond = PROTO4 + wrapper("f8", 1 << 20, aligned=False) + STOP
    framed = PROTO4 + frame(wrapper("f8", 1, aligned=False) + b"12345678" + STOP)
    for data in (negative, beyond, framed):
        assert _read(data)[0].proof == "unknown"
    deep = b"".join(PROTO4 + wrapper("O8", 1, aligned=False) for _ in range(20))
    assert _read(deep)[0].misses.keys() == {
        ("too-large", "more than one look may hold: streams within streams")
    }
