"""The database of rpm's own form."""

from __future__ import annotations

import struct

import pytest

from yanmen.supply.ndb import is_ndb, values
from yanmen.supply.walk import UnreadError

PAGE = 4096


def database(length: int = 5, package: int = 1, block: int = PAGE // 16) -> bytes:
    """One value of five bytes; what its slot says may be a lie."""
    slots = struct.pack("<4s7I", b"RpmP", 0, 1, 1, 2, 0, 0, 0) + struct.pack(
        "<4sIII", b"Slot", package, block, 3
    )
    slots += struct.pack("<4sIII", b"Slot", 0, 0, 0) * ((PAGE - len(slots)) // 16)
    value = struct.pack("<4sIII", b"BlbS", 1, 0, length) + b"hello" + bytes(15)
    return slots + value + struct.pack("<II4s", 0, length, b"BlbE")


def test_a_value_is_what_its_slot_points_to() -> None:
    """Without its padding."""
    assert list(values(database())) == [b"hello"]
    assert is_ndb(database())


@pytest.mark.parametrize(
    "data", [database(length=21), database(package=2), database(block=1 << 20), database()[:-1], b"RpmP", b""]
)
def test_what_slot_and_value_do_not_both_say_is_refused(data: bytes) -> None:
    """Another number, a length beyond its room, a place beyond the end, a file that breaks off."""
    with pytest.raises(UnreadError):
        list(values(data))
