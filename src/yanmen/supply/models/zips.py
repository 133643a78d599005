"""A strict reader of zip archives: what loaders would read, and every place where two loaders could read two things."""

from __future__ import annotations

import stat
import struct
import zlib
from itertools import pairwise
from typing import NamedTuple

from yanmen.supply.models import rules
from yanmen.supply.models.bounds import CHUNK, HELD, Bounds, Unjudged
from yanmen.supply.models.report import Report
from yanmen.supply.models.windows import UNPACKERS, unpacked, window
from yanmen.supply.targets import Artifact

STORED, DEFLATED = 0, 8
ENCRYPTED = 0x1 | 0x40
"""Flag bits that say that a member is encrypted; torch's reader looks at none of them."""
PATCHED = 0x20
DESCRIPTOR = 0x8
"""The sizes and the checksum stand behind the data."""
UTF8 = 0x800
_METHODS = {DEFLATED: "deflate", 12: "bz2"}
_END = struct.Struct("<4s4H2LH")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_END64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR = struct.Struct("<4sLQL")
_TAIL = 65_557
_FULL, _FULL_SHORT = 0xFFFFFFFF, 0xFFFF
_LONGEST_NAME = 4_096
_SLACK = 24
"""Bytes between members that a data descriptor accounts for."""


class Member(NamedTuple):
    """One member, as the directory has it."""

    name: str
    raw: bytes
    method: int
    flags: int
    crc: int
    packed: int
    size: int
    header: int
    """Offset of its local header in the file."""
    attributes: int

    @property
    def folder(self) -> bool:
        """Whether it is a folder."""
        return self.name.endswith("/")

    @property
    def link(self) -> bool:
        """Whether it is a symbolic link."""
        return stat.S_ISLNK(self.attributes >> 16)


class Zip:
    """The directory of an archive, read and compared with the local headers; Unjudged where there is none that can be read."""

    def __init__(self, artifact: Artifact, bounds: Bounds) -> None:
        self.artifact = artifact
        self.bounds = bounds
        self.oddities: list[str] = []
        """What loaders could take differently."""
        self._shift = 0
        self._data: dict[int, int] = {}
        place, count, size, offset = self._end()
        self.members = self._directory(place, count, size, offset)
        self._compare(place - size)

    def named(self, name: str) -> Member | None:
        """The last member of a name, which is the one that loaders take."""
        return next((member for member in reversed(self.members) if member.name == name), None)

    def open(self, member: Member) -> Artifact:
        """Its content; Unjudged where it is encrypted, or packed in a way that the standard library does not unpack."""
        name = f"{self.artifact.name}!{member.name}"
        start = self._start(member)
        packed = window(self.artifact, name, start, min(member.packed, max(0, self.artifact.size - start)))
        if member.method == STORED:
            content = packed
        elif member.method in _METHODS:
            ratio = self.bounds.limits.ratio
            if member.size > HELD and member.size > ratio * max(1, member.packed):
                raise Unjudged("too-large", f"{member.name} unpacks to more than {ratio} times its size")
            content = unpacked(packed, name, member.size, UNPACKERS[_METHODS[member.method]], self.bounds)
        else:
            raise Unjudged("unsupported", f"{member.name}: compression method {member.method}")
        if member.flags & ENCRYPTED and not self._is_plain(member, content):
            raise Unjudged("encrypted", member.name)
        return content

    def is_whole(self, member: Member, content: Artifact) -> bool:
        """Whether its content has the checksum that the directory says."""
        crc = 0
        left = member.size
        with content.open() as stream:
            while left > 0 and (data := stream.read(min(CHUNK, left))):
                crc = zlib.crc32(data, crc)
                left -= len(data)
                self.bounds.tick()
        return left == 0 and crc == member.crc

    def _is_plain(self, member: Member, content: Artifact) -> bool:
        """Whether it is not encrypted, whatever its flags say: torch and others ignore them, scanners gave up."""
        try:
            plain = member.size <= HELD and self.is_whole(member, content)
        except Unjudged:
            return False
        if plain:
            self.oddities.append(f"{member.name}: flagged as encrypted, and is not")
        return plain

    def _end(self) -> tuple[int, int, int, int]:
        """Where the directory ends, how many members it has, its size and its offset."""
        start = max(0, self.artifact.size - _TAIL)
        tail = self.artifact.read(start, _TAIL)
        places = [at for at in _occurrences(tail, b"PK\x05\x06") if len(tail) - at >= _END.size]
        if not places:
            raise Unjudged("malformed", "a zip archive without its last record")
        exact = [at for at in places if at + _END.size + _END.unpack_from(tail, at)[7] == len(tail)]
        if len(exact) > 1 or exact[-1:] != places[-1:]:
            self.oddities.append("more than one last record, or none that ends the file")
        at = places[-1]
        _, disk, _, _, count, size, offset, _ = _END.unpack_from(tail, at)
        if disk not in {0, _FULL_SHORT}:
            raise Unjudged("unsupported", "an archive in several parts")
        place = start + at
        if (
            _FULL in {size, offset}
            or count == _FULL_SHORT
            or tail[max(0, at - 20) : at].startswith(b"PK\x06\x07")
        ):
            place, count, size, offset = self._end64(place)
        self._shift = place - size - offset
        if self._shift < 0:
            raise Unjudged("malformed", "a directory that lies outside of the archive")
        if self._shift:
            self.oddities.append("bytes before the archive")
        return place, count, size, offset

    def _end64(self, place: int) -> tuple[int, int, int, int]:
        locator = self.artifact.read(max(0, place - _LOCATOR.size), _LOCATOR.size)
        if len(locator) < _LOCATOR.size or not locator.startswith(b"PK\x06\x07"):
            raise Unjudged("malformed", "a large archive without its locator")
        where = place - _LOCATOR.size - _END64.size
        if _LOCATOR.unpack(locator)[2] != where:
            self.oddities.append("bytes before the archive, or a record that lies elsewhere")
        record = self.artifact.read(max(0, where), _END64.size)
        if len(record) < _END64.size or not record.startswith(b"PK\x06\x06"):
            raise Unjudged("malformed", "a large archive without its last record")
        *_, count, size, offset = _END64.unpack(record)
        return where, count, size, offset

    def _directory(self, place: int, count: int, size: int, offset: int) -> tuple[Member, ...]:
        if size > 4 * HELD:
            raise Unjudged("too-large", f"a directory of {size} bytes")
        data = self.artifact.read(offset + self._shift, size)
        members: list[Member] = []
        at = 0
        while at < len(data):
            if len(data) - at < _CENTRAL.size or data[at : at + 4] != b"PK\x01\x02":
                raise Unjudged("malformed", "a directory that breaks off")
            self.bounds.count()
            member, at = self._entry(data, at)
            members.append(member)
        if len(members) != count:
            self.oddities.append(f"a directory of {len(members)} members that says {count}")
        if place > self.artifact.size:
            raise Unjudged("malformed", "a directory that lies outside of the archive")
        return tuple(members)

    def _entry(self, data: bytes, at: int) -> tuple[Member, int]:
        fields = _CENTRAL.unpack_from(data, at)
        (
            _,
            _,
            _,
            flags,
            method,
            _,
            _,
            crc,
            packed,
            size,
            name_length,
            extra,
            comment,
            _,
            _,
            attributes,
            header,
        ) = fields
        at += _CENTRAL.size
        raw = data[at : at + name_length]
        large = _large(data[at + name_length : at + name_length + extra], size, packed, header)
        if len(raw) < name_length or large is None:
            raise Unjudged("malformed", "a directory that breaks off")
        size, packed, header = large
        name = _text(raw, flags)
        return Member(name, raw, method, flags, crc, packed, size, header + self._shift, attributes), (
            at + name_length + extra + comment
        )

    def _compare(self, end: int) -> None:
        """Local headers against the directory, members against one another."""
        seen: set[str] = set()
        for member in self.members:
            self._compare_one(member)
            if member.name.casefold() in seen:
                self.oddities.append(f"{member.name}: twice in the directory")
            seen.add(member.name.casefold())
            if member.flags & PATCHED:
                self.oddities.append(f"{member.name}: flagged as patched data")
        ordered = sorted(self.members, key=lambda member: member.header)
        places = [(member.header, self._data[member.header] + member.packed) for member in ordered]
        if places and places[0][0] > self._shift:
            self.oddities.append("bytes before the first member")
        for (_, last), (following, _) in pairwise([*places, (end, end)]):
            if last > following:
                self.oddities.append("members that overlap, or reach into the directory")
            elif following - last > _SLACK:
                self.oddities.append("bytes between members that the directory does not know")

    def _compare_one(self, member: Member) -> None:
        header = self.artifact.read(member.header, _LOCAL.size + _LONGEST_NAME)
        if len(header) < _LOCAL.size or not header.startswith(b"PK\x03\x04"):
            raise Unjudged("malformed", f"{member.name}: no member where the directory says")
        _, _, flags, method, _, _, crc, packed, size, name_length, extra = _LOCAL.unpack_from(header)
        self._data[member.header] = member.header + _LOCAL.size + name_length + extra
        if header[_LOCAL.size : _LOCAL.size + name_length] != member.raw:
            self.oddities.append(f"{member.name}: another name in its own header")
        if method != member.method or (flags ^ member.flags) & ~DESCRIPTOR & ~UTF8:
            self.oddities.append(f"{member.name}: another method or other flags in its own header")
        large = _large(header[_LOCAL.size + name_length :][:extra], size, packed, 0)
        if large is None:
            raise Unjudged("malformed", f"{member.name}: a header that breaks off")
        size, packed, _ = large
        told = (member.size, member.packed, member.crc)
        if (size, packed, crc) != told and not (flags & DESCRIPTOR and (size, packed, crc) == (0, 0, 0)):
            self.oddities.append(f"{member.name}: other sizes in its own header")
        if member.method == STORED and member.packed != member.size and not member.flags & ENCRYPTED:
            self.oddities.append(f"{member.name}: stored, and yet of two sizes")

    def _start(self, member: Member) -> int:
        return self._data[member.header]


def report_oddities(archive: Zip, report: Report) -> None:
    """An archive's oddities, to the report: none of them is proven to do harm, and none is clean."""
    for oddity in archive.oddities:
        report.find(rules.MISMATCH, oddity)
        report.miss("not-checked", f"what another loader reads: {oddity}")


def _large(extra: bytes, size: int, packed: int, header: int) -> tuple[int, int, int] | None:
    """Sizes and offset, from the zip64 field where they do not fit; None where that is broken."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        at += 4
        if kind == 1:
            values = [size, packed, header]
            for index, value in enumerate(values):
                if value == _FULL:
                    if at + 8 > len(extra):
                        return None
                    (values[index],) = struct.unpack_from("<Q", extra, at)
                    at += 8
            return values[0], values[1], values[2]
        at += length
    return size, packed, header


def _text(raw: bytes, flags: int) -> str:
    return (
        raw.decode("utf-8", "surrogateescape") if flags & UTF8 or not raw.isascii() else raw.decode("ascii")
    )


def _occurrences(data: bytes, mark: bytes) -> list[int]:
    places, at = [], data.find(mark)
    while at >= 0:
        places.append(at)
        at = data.find(mark, at + 1)
    return places
