"""Zstandard, as a stream."""

from __future__ import annotations

import io

import pytest

from yanmen.supply import zstandard

_FRAME = bytes.fromhex("28b52ffd2005290000") + b"hello"
_SKIPPED = bytes.fromhex("502a4d1803000000") + b"xyz"


def test_frames_are_read_one_after_the_other_and_what_is_to_be_skipped_is() -> None:
    """As chunked layers of images end with a table of contents in a frame to be skipped."""
    assert zstandard.unpacked(io.BytesIO(_FRAME)).read() == b"hello"
    assert zstandard.unpacked(io.BytesIO(_FRAME + _FRAME + _SKIPPED)).read() == b"hellohello"


def test_a_frame_that_wants_too_much_memory_is_broken() -> None:
    """Window of two gigabytes; and bytes that are no frame."""
    huge = zstandard.MAGIC + b"\x00" + bytes([21 << 3]) + bytes.fromhex("290000") + b"hello"
    for data in (huge, b"nothing of the kind"):
        with pytest.raises(zstandard.BROKEN):
            zstandard.unpacked(io.BytesIO(data)).read()


def test_a_frame_that_ends_too_early_says_so() -> None:
    """It is not taken for a short one."""
    with pytest.raises(EOFError):
        zstandard.unpacked(io.BytesIO(_FRAME[:-2])).read()
