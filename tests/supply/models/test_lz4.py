"""LZ4 frames, as their own library wrote them."""

from __future__ import annotations

import random

import pytest
from tests.supply.models.family import bounds, held

from yanmen.supply.models import joblib, lz4
from yanmen.supply.models.bounds import Unjudged

PLAIN = b"\x80\x04](" + b"\x8c\x05abcde\x94" * 9 + b"K\x07" * 3 + b"e."
FRAME = bytes.fromhex("04224d1860408219000000cf80045d288c0561626364659408002d804b074b074b07652e00000000")
"""lz4.frame.compress(PLAIN) of python-lz4 4.4."""
SUMMED = bytes.fromhex(
    "04224d186440a719000000cf80045d288c0561626364659408002d804b074b074b07652e0000000030332c92"
)
COMMAND = bytes.fromhex("04224d18604082140000808004636f730a73797374656d0a8c02696485522e00000000")
"""A pickle that calls os.system."""


def _unpacked(data: bytes, step: int = 1 << 16) -> bytes:
    unpacker, out = lz4.Unpacker(), b""
    for place in range(0, len(data), step):
        out += unpacker.decompress(data[place : place + step], 5)
        while not unpacker.needs_input:
            out += unpacker.decompress(b"", 5)
    assert unpacker.eof
    return out


@pytest.mark.parametrize("step", [1, 7, 1 << 16])
def test_a_frame_is_unpacked_however_it_comes(step: int) -> None:
    """Copies that overlap themselves among them, and a frame of nothing."""
    assert _unpacked(FRAME, step) == PLAIN
    assert _unpacked(FRAME[:7] + bytes(4)) == b""


def test_a_copy_may_reach_into_the_block_before() -> None:
    """Blocks of a frame are linked, unless it says otherwise."""
    stored = (8).to_bytes(3, "little") + b"\x80abcdefgh"
    copied = b"\x40wxyz\x08\x00\x500----"[:7] + b"\x50-----"
    assert (
        _unpacked(FRAME[:7] + stored + len(copied).to_bytes(4, "little") + copied + bytes(4))
        == b"abcdefgh" + b"wxyzefgh-----"
    )


def test_what_joblib_packs_with_it_is_read() -> None:
    """As packed in any other way."""
    assert joblib.read(held("a.joblib", FRAME), bounds()).proof == "proven_safe"
    assert joblib.read(held("a.joblib", COMMAND), bounds()).proof == "unsafe"
    assert joblib.read(held("a.joblib", FRAME + b"x"), bounds()).proof == "unknown"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (SUMMED, "unsupported"),
        (FRAME[:6] + b"\0" + FRAME[7:], "malformed"),
        (FRAME[:4] + b"\x00" + FRAME[5:], "malformed"),
        (FRAME[:7] + b"\xff\xff\xff\x7f", "malformed"),
        (FRAME[:7] + b"\x05\0\0\0\x10a\xff\xff\x00" + bytes(4), "malformed"),
        (FRAME[:7] + b"\x03\0\0\0\xf0\xff\xff" + bytes(4), "malformed"),
        (FRAME[:7] + b"\x04\0\0\0\x10a\0\0" + bytes(4), "malformed"),
    ],
)
def test_what_is_broken_or_of_another_kind_is_said(data: bytes, reason: str) -> None:
    """Never a guess."""
    with pytest.raises(Unjudged) as error:
        _unpacked(data)
    assert error.value.reason == reason


def test_a_frame_of_nothing_but_copies_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work is bounded."""
    monkeypatch.setattr(lz4, "MOST", 3)
    block = b"\x10a" + b"\x01\0\0" * 9 + b"\x50-----"
    with pytest.raises(Unjudged, match="too-large"):
        _unpacked(FRAME[:7] + len(block).to_bytes(4, "little") + block + bytes(4))


def test_no_change_of_a_frame_makes_it_fall() -> None:
    """Bytes, an answer, or what cannot be judged."""
    rnd = random.Random(1)
    for _ in range(500):
        data = bytearray(FRAME)
        for _ in range(rnd.randrange(1, 4)):
            data[rnd.randrange(len(data))] = rnd.randrange(256)
        try:
            lz4.Unpacker().decompress(bytes(data), 1 << 20)
        except Unjudged:
            continue
