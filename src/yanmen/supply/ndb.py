"""The values of rpm's own database, ndb (openSUSE, SUSE Linux Enterprise): slots that say where each package's header lies."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from yanmen.supply.walk import UnreadError

MAGIC = b"RpmP"
_SLOT, _BEGIN, _END = b"Slot", b"BlbS", b"BlbE"
_PAGE = 4096
_UNIT = 16
"""Bytes of a slot, of a block, and of what stands before a value."""
_TAIL = 12
"""Bytes after it: a sum, its length once more, a mark."""
_HEAD = 32
_VERSION = 0


def is_ndb(data: bytes) -> bool:
    """By its first bytes."""
    return data.startswith(MAGIC)


def values(data: bytes) -> Iterator[bytes]:
    """Every value in the order of its slot; UnreadError where the file is none, or says two things of one value."""
    if not is_ndb(data) or len(data) < _HEAD:
        raise UnreadError("malformed", "no database of rpm's own")
    version, _, pages = struct.unpack_from("<III", data, 4)
    if version != _VERSION:
        raise UnreadError("unsupported", f"version {version} of rpm's own database")
    if pages * _PAGE > len(data):
        raise UnreadError("malformed", "more slots than bytes")
    for place in range(_HEAD, pages * _PAGE, _UNIT):
        if data[place : place + 4] != _SLOT:
            raise UnreadError("malformed", "a slot that is none")
        package, block, blocks = struct.unpack_from("<III", data, place + 4)
        if block:
            yield _value(data, package, block * _UNIT, blocks * _UNIT)


def _value(data: bytes, package: int, start: int, room: int) -> bytes:
    """Its beginning says its number and length; its end, a block that says both again."""
    if start + room > len(data) or room < _UNIT + _TAIL:
        raise UnreadError("malformed", "a value beyond the end")
    said, _, length = struct.unpack_from("<III", data, start + 4)
    if data[start : start + 4] != _BEGIN or said != package or _UNIT + length + _TAIL > room:
        raise UnreadError("malformed", f"package {package} is not where its slot says")
    tail = data[start + room - _TAIL : start + room]
    if tail[8:] != _END or struct.unpack_from("<I", tail, 4)[0] != length:
        raise UnreadError("malformed", f"package {package} breaks off")
    return data[start + _UNIT : start + _UNIT + length]
