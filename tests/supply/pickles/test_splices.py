"""What the C unpickler drops where an argument crosses the end of a frame."""

from __future__ import annotations

import struct

from tests.supply.pickles.assembly import PROTO4, STOP, constant, frame, pickled, text, tuple_of
from tests.supply.pickles.reading import evidence, proof, read

from yanmen.supply.pickles.splices import as_c_reads_a_file

_TAIL = b"os\nsystem\n" + tuple_of(text("id")) + b"R" + STOP


def test_a_name_behind_the_end_of_a_frame() -> None:
    """Found by the differential test of this project: from a file, CPython's C unpickler asks for ``os.system``."""
    stream = PROTO4 + frame(b"cfoo") + _TAIL
    assert as_c_reads_a_file(stream) == PROTO4 + b"\x95" + struct.pack("<Q", 4) + b"c" + _TAIL
    assert proof(stream) == "unsafe"
    assert "os.system('id')" in evidence(stream)


def test_the_text_of_an_argument_behind_the_end_of_a_frame() -> None:
    """Its length is read within the frame, its text from the file."""
    hidden = (
        PROTO4
        + frame(b"X" + struct.pack("<I", 2) + b"z")
        + b"os"
        + text("system")
        + b"\x93"
        + tuple_of(text("id"))
        + b"R"
        + STOP
    )
    journal, _ = read(hidden)
    assert "os.system" in journal.names
    assert journal.proof == "unsafe"


def test_streams_as_they_should_be_are_read_once() -> None:
    """Nothing is dropped."""
    assert as_c_reads_a_file(pickled(constant(1))) is None
    assert as_c_reads_a_file(PROTO4 + frame(constant(1) + STOP)) is None
    assert as_c_reads_a_file(b"\xff") is None
