"""A few small members of a zip or tar, read without unpacking the rest; bounds on what the archive claims."""

from __future__ import annotations

import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO

from yanmen.supply.walk import File, UnreadError

_LOCATOR, _RECORD = 20, 56
_UNSAID = 0xFFFFFFFF
DIRECTORY = 16 << 20
"""Bytes of a zip's list of members: some 200,000."""
MEMBERS = 200_000
"""Members of a tar that are passed by."""
UNPACKED = 2 << 30
"""Bytes of a tar, unpacked, that are passed by."""
ONE = 8 << 20
"""Bytes of one member that is read."""
_END = b"PK\x05\x06"
_BROKEN = (
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    RuntimeError,
    struct.error,
)


def members(file: File, wanted: Callable[[str], bool]) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of each member that is wanted. UnreadError where the archive is none, or claims too much."""
    try:
        with file.open() as stream:
            magic = stream.read(4)
            stream.seek(0)
            if magic == b"PK\x03\x04":
                yield from _zipped(stream, file.size, wanted)
            else:
                yield from _tarred(stream, wanted)
    except _BROKEN as error:
        raise UnreadError("malformed", f"no archive: {error}") from None
    except OSError as error:
        raise UnreadError("unreadable", error.strerror or str(error)) from None


def listed(handle: BinaryIO, size: int) -> int:
    """Bytes of a zip's list of members, as its end says: the library holds all of it before it says anything."""
    tail_size = min(size, 65_577)
    handle.seek(size - tail_size)
    tail = handle.read(tail_size)
    place = tail.rfind(_END)
    if place < 0 or len(tail) < place + 22:
        raise UnreadError("malformed", "a zip without a list of its members")
    claimed = int(struct.unpack_from("<L", tail, place + 12)[0])
    before = tail[max(0, place - _LOCATOR) : place]
    if not before.startswith(b"PK\x06\x07"):
        return claimed
    at = struct.unpack_from("<Q", before, 8)[0] if len(before) == _LOCATOR else size
    if at > size - _RECORD:
        raise UnreadError("malformed", "a zip without a list of its members")
    handle.seek(at)  # of a large archive: the library believes it, whatever the smaller record says
    return max(
        claimed if claimed < _UNSAID else 0, int(struct.unpack_from("<Q", handle.read(_RECORD), 40)[0])
    )


def _zipped(handle: BinaryIO, size: int, wanted: Callable[[str], bool]) -> Iterator[tuple[str, bytes]]:
    if (claimed := listed(handle, size)) > DIRECTORY:
        raise UnreadError("too-large", f"a list of members of {claimed} bytes")
    with zipfile.ZipFile(handle) as archive:
        for member in archive.infolist():
            if not wanted(member.filename) or member.is_dir():
                continue
            if member.flag_bits & 1:
                raise UnreadError("encrypted", member.filename)
            if member.file_size > ONE:
                raise UnreadError("too-large", f"{member.filename}: {member.file_size} bytes")
            with archive.open(member) as packed:
                yield member.filename, packed.read(ONE)


def _tarred(stream: BinaryIO, wanted: Callable[[str], bool]) -> Iterator[tuple[str, bytes]]:
    passed = 0
    with tarfile.open(fileobj=stream, mode="r|*") as archive:
        for count, member in enumerate(archive):
            passed += member.size
            archive.members = []  # type: ignore[attr-defined]  # else it remembers every member it has passed
            if count >= MEMBERS or passed > UNPACKED:
                raise UnreadError("too-large", f"more than {MEMBERS} members or {UNPACKED} bytes")
            if member.isreg() and wanted(member.name):
                if member.size > ONE:
                    raise UnreadError("too-large", f"{member.name}: {member.size} bytes")
                packed = archive.extractfile(member)
                yield member.name, packed.read(ONE) if packed else b""
