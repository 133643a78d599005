"""Streams over a part of another."""

from __future__ import annotations

import bz2
import gzip
import lzma
import random
import zlib

import pytest
from backports import zstd

from yanmen.core.nouns import Ref
from yanmen.supply.models.bounds import Bounds, Limits, Unjudged
from yanmen.supply.models.windows import UNPACKERS, content, frames, packing, settled, unpacked, window
from yanmen.supply.targets import Artifact, Examined

_DATA = bytes(range(256)) * 1000


def _bounds(unpacked: int = 1 << 30) -> Bounds:
    def never(artifact: Artifact, bounds: Bounds) -> Examined:
        raise AssertionError(artifact, bounds)

    return Bounds(Ref(kind="model", id="x"), never, Limits(unpacked=unpacked))


def test_a_window_shows_its_part_only() -> None:
    """From its beginning, from a place, and never beyond its end."""
    part = window(Artifact.held("a", _DATA), "a!b", 10, 1000)
    with part.open() as stream:
        assert stream.read() == _DATA[10:1010]
        assert stream.read(5) == b""
        stream.seek(990)
        assert stream.read(100) == _DATA[1000:1010]
        stream.seek(-5, 2)
        assert stream.read() == _DATA[1005:1010]
    assert part.read(3, 4) == _DATA[13:17]


@pytest.mark.parametrize(
    ("name", "packed"),
    [
        ("zlib", zlib.compress(_DATA)),
        ("deflate", zlib.compress(_DATA)[2:-4]),
        ("gzip", gzip.compress(_DATA)),
        ("bz2", bz2.compress(_DATA)),
        ("xz", lzma.compress(_DATA)),
        ("xz", lzma.compress(_DATA, lzma.FORMAT_ALONE)),
    ],
)
def test_what_is_packed_is_read_as_if_it_were_not(name: str, packed: bytes) -> None:
    """Forward, and backward by beginning anew."""
    whole = unpacked(Artifact.held("a", packed), "a!b", len(_DATA), UNPACKERS[name], _bounds())
    with whole.open() as stream:
        assert stream.read() == _DATA
        stream.seek(100)
        assert stream.read(10) == _DATA[100:110]


def test_what_unpacks_to_too_much_is_not_judged() -> None:
    """The budget counts what comes out."""
    bomb = unpacked(
        Artifact.held("a", zlib.compress(bytes(10_000_000))),
        "b",
        10_000_000,
        UNPACKERS["zlib"],
        _bounds(1 << 20),
    )
    with pytest.raises(Unjudged) as error, bomb.open() as stream:
        stream.read()
    assert error.value.reason == "too-large"


@pytest.mark.parametrize("packed", [zlib.compress(_DATA)[:-20], b"\x78\x9cnonsense", b""])
def test_packed_data_that_breaks_is_not_judged(packed: bytes) -> None:
    """Cut short, or no packed data at all."""
    broken = unpacked(Artifact.held("a", packed), "b", len(_DATA), UNPACKERS["zlib"], _bounds())
    with pytest.raises(Unjudged) as error, broken.open() as stream:
        stream.read()
    assert error.value.reason == "malformed"


def test_streams_behind_one_another_are_one_where_their_format_has_it_so() -> None:
    """And what else stands behind is told."""
    for kind, pack in (
        ("gzip", gzip.compress),
        ("bz2", bz2.compress),
        ("xz", lzma.compress),
        ("zstd", zstd.compress),
    ):
        both = Artifact.held("a", pack(b"one, ") + pack(b"") + pack(b"two"))
        assert packing(both.read(0, 8)) == kind
        assert frames(both, kind, _bounds()).read() == b"one, two"
        assert content(both, kind, 8, _bounds()).read(5, 9) == b"two"
        odd = frames(Artifact.held("a", pack(b"one") + b"tail"), kind, _bounds())
        assert (odd.read(), odd.behind()) == (b"one", True)
    block = random.Random(1).randbytes(1 << 18) + bytes(1 << 18)
    for size in (1 << 18, (1 << 18) + 65_536, 1 << 19):
        whole = frames(Artifact.held("a", zstd.compress(block[:size]) * 3), "zstd", _bounds()).read()
        assert whole == block[:size] * 3
    skipped = Artifact.held("a", b"\x5a\x2a\x4d\x18\x03\0\0\0abc" + zstd.compress(b"one"))
    assert frames(skipped, "zstd", _bounds()).read() == b"one"


def test_what_is_packed_is_settled_once() -> None:
    """In memory, or in a file where it is long; a file that is not packed stays itself."""
    for size in (10, 5 << 20):
        packed = Artifact.held("a", gzip.compress(bytes(size)))
        inner = content(packed, "gzip", size, _bounds())
        with settled(inner) as whole, settled(packed) as same:
            assert (same is packed, whole.size, whole.read(size - 2, 9)) == (True, size, bytes(2))
