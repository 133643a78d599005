"""Hashes of Berkeley DB."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import pytest

from yanmen.supply.berkeley import is_berkeley, values
from yanmen.supply.walk import UnreadError

DATA = gzip.decompress((Path(__file__).parents[1] / "corpora/rpm/Packages-little.gz").read_bytes())


def test_values_are_whole() -> None:
    """A counter of rpm's, a header of one page, and one of ten."""
    assert sorted(map(len, values(DATA))) == [4, 1348, 36824]
    assert is_berkeley(DATA)
    assert not is_berkeley(b"")


@pytest.mark.parametrize(
    ("place", "said"),
    [(20, struct.pack("<I", 3)), (24, b"\x01"), (12, b"\0\0\0\0"), (20, struct.pack("<I", 1 << 31))],
)
def test_a_first_page_that_is_none_is_refused(place: int, said: bytes) -> None:
    """Pages of no known size, encrypted ones, another kind of file."""
    data = DATA[:place] + said + DATA[place + len(said) :]
    with pytest.raises(UnreadError):
        list(values(data))


def test_pages_in_a_circle_end() -> None:
    """A chain that leads back to itself is said, not followed."""
    first = next(number for number in range(1, len(DATA) // 4096) if DATA[number * 4096 + 25] == 7)
    at = first * 4096 + 16
    with pytest.raises(UnreadError, match="twice"):
        list(values(DATA[:at] + struct.pack("<I", first) + DATA[at + 4 :]))
