"""A stream that is read forward."""

from __future__ import annotations

import io

import pytest

from yanmen.supply.pickles.tape import CHUNK, HEAD, HELD, BrokenStream, Tape


def _tape(data: bytes, *, seekable: bool = True) -> Tape:
    return Tape(io.BytesIO(data), 0, len(data) if seekable else None)


@pytest.mark.parametrize("seekable", [True, False])
def test_bytes_come_in_order_across_chunks(seekable: bool) -> None:
    """Whether the stream can be sought or not."""
    data = bytes(range(256)) * (CHUNK // 100)
    tape = _tape(data, seekable=seekable)
    assert tape.take(1000) == data[:1000]
    assert tape.skip(CHUNK) == data[1000 : 1000 + HEAD]
    assert tape.offset == 1000 + CHUNK
    assert tape.take(CHUNK) == data[1000 + CHUNK : 1000 + 2 * CHUNK]
    with pytest.raises(BrokenStream):
        tape.skip(len(data))


def test_a_line_is_held_as_far_as_it_may_be() -> None:
    """Of a longer one the head is given, and its length."""
    tape = _tape(b"ab\n" + b"x" * (HELD + 5) + b"\n" + b"y" * (CHUNK * 2) + b"\nend")
    assert tape.line() == (b"ab", 2)
    assert tape.line() == (b"x" * HEAD, HELD + 5)
    assert tape.line() == (b"y" * HEAD, CHUNK * 2)
    with pytest.raises(BrokenStream):
        tape.line()
