"""The opcodes that push a constant."""

from __future__ import annotations

import pytest
from tests.supply.pickles.reading import read

from yanmen.supply.pickles.values import Large, Made


@pytest.mark.parametrize(
    ("stream", "value"),
    [
        (b"N.", None),
        (b"\x88.", True),
        (b"\x89.", False),
        (b"I01\n.", True),
        (b"I00\n.", False),
        (b"I-7\n.", -7),
        (b"L12345678901234567890L\n.", 12345678901234567890),
        (b"J\xff\xff\xff\xff.", -1),
        (b"K\xff.", 255),
        (b"M\xff\xff.", 65535),
        (b"F1.5\n.", 1.5),
        (b"G?\xf8\0\0\0\0\0\0.", 1.5),
        (b"\x8a\x02\x00\x80.", -32768),
        (b"\x8b\x01\0\0\0\x05.", 5),
        (b"S'a\\n'\n.", "a\n"),
        (b"T\x01\0\0\0\xe9.", "\xe9"),
        (b"U\x01a.", "a"),
        (b"V\\u4e2d\n.", "中"),
        (b"\x8c\x03\xe4\xb8\xad.", "中"),
        (b"X\x03\0\0\0\xe4\xb8\xad.", "中"),
        (b"\x8d\x01\0\0\0\0\0\0\0a.", "a"),
        (b"B\x01\0\0\0\xff.", b"\xff"),
        (b"C\x01\xff.", b"\xff"),
        (b"\x8e\x01\0\0\0\0\0\0\0\xff.", b"\xff"),
    ],
)
def test_each_spelling_of_a_constant(stream: bytes, value: object) -> None:
    """As the language's own unpickler takes it."""
    journal, streams = read(stream)
    assert streams[0].value == value
    assert type(streams[0].value) is type(value)
    assert journal.proof == "proven_safe"


def test_a_large_string_is_known_by_its_place_and_length() -> None:
    """Its bytes are not held."""
    _, streams = read(b"B" + (100_000).to_bytes(4, "little") + bytes(100_000) + b".")
    assert streams[0].value == Large("bytes", 100_000, 5, bytes(512))


def test_buffers_out_of_band_are_data_that_is_not_there() -> None:
    """Protocol 5: the loader hands them in, or fails; a file alone does not say what they are."""
    journal, streams = read(b"\x80\x05\x97\x98.")
    assert isinstance(streams[0].value, Made)
    assert (journal.proof, journal.findings) == ("unknown", {})
