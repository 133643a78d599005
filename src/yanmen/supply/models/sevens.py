"""7z archives: the list of members, and their bytes where one of the usual methods was used.

Known are headers, plain or packed, and folders that are stored, or packed with LZMA (before it a filter), LZMA2, Deflate or bzip2.
Encryption, other chains and PPMd are said to be encrypted or unsupported. Source: 7-Zip's 7zFormat.txt (public domain).
"""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Iterator
from typing import Any, NamedTuple, Protocol

from yanmen.supply.models.bounds import CHUNK, Bounds, Unjudged
from yanmen.supply.targets import Artifact

_START = 32
_LARGEST_HEADER = 2 << 20
_THINGS = 50_000
"""Folders, or files, of one archive."""
_DICTIONARY = 32 << 20
"""Bytes of a dictionary that unpacking may hold."""
_AES = b"\x06\xf1\x07\x01"
_METHODS = {
    b"\x00": "stored",
    b"\x03\x01\x01": "lzma",
    b"\x21": "lzma2",
    b"\x04\x01\x08": "deflate",
    b"\x04\x02\x02": "bzip2",
}

_CHAINED = frozenset({b"\x03\x01\x01", b"\x21"})
_FILTERS = {
    b"\x04": lzma.FILTER_X86, b"\x03\x03\x01\x03": lzma.FILTER_X86, b"\x05": lzma.FILTER_POWERPC,
    b"\x03\x03\x02\x05": lzma.FILTER_POWERPC, b"\x07": lzma.FILTER_ARM, b"\x03\x03\x05\x01": lzma.FILTER_ARM,
    b"\x08": lzma.FILTER_ARMTHUMB, b"\x03\x03\x07\x01": lzma.FILTER_ARMTHUMB,
}  # fmt: skip
"""Filters for machine code, which 7-Zip puts before LZMA."""


class _Coder(NamedTuple):
    method: bytes
    properties: bytes


class Folder(NamedTuple):
    """A run of packed bytes and how they were packed."""

    coders: list[_Coder]
    """A filter, where there is one, and the method."""
    start: int
    packed: int
    size: int


class Member(NamedTuple):
    """A file; ``folder`` is None where it is empty."""

    name: str
    folder: int | None
    offset: int
    size: int
    is_folder: bool


class Seven(NamedTuple):
    """What an archive holds."""

    folders: list[Folder]
    members: list[Member]


class _Unpacker(Protocol):
    def decompress(self, data: bytes, max_length: int = ..., /) -> bytes: ...


class _Header:
    """Numbers and names of a header, one after the other."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.at = 0

    def take(self, size: int) -> bytes:
        if size < 0 or self.at + size > len(self._data):
            raise Unjudged("malformed", "a header that ends too early")
        self.at += size
        return self._data[self.at - size : self.at]

    def byte(self) -> int:
        return self.take(1)[0]

    def number(self) -> int:
        """7z's own way: the first byte's leading ones say how many more there are."""
        first = self.byte()
        mask, value = 0x80, 0
        for each in range(8):
            if not first & mask:
                return value | (first & (mask - 1)) << (8 * each)
            value |= self.byte() << (8 * each)
            mask >>= 1
        return value

    def count(self) -> int:
        """A number of things, each of which needs at least a bit of the header."""
        value = self.number()
        if value > _THINGS:
            raise Unjudged("too-large", f"{value} folders or files")
        if value > 8 * len(self._data):
            raise Unjudged("malformed", f"{value} things in a header of {len(self._data)} bytes")
        return value

    def bits(self, count: int) -> list[bool]:
        data = self.take(-(-count // 8))
        return [bool(data[each // 8] & (0x80 >> each % 8)) for each in range(count)]

    def defined(self, count: int) -> list[bool]:
        """Which of them have a value: all, or those of a list of bits."""
        return [True] * count if self.byte() else self.bits(count)

    def digests(self, count: int) -> None:
        self.take(4 * sum(self.defined(count)))


def listing(artifact: Artifact, bounds: Bounds) -> Seven:
    """The archive's members. Unjudged where they cannot be known."""
    start = artifact.read(0, _START)
    offset, size = int.from_bytes(start[12:20], "little"), int.from_bytes(start[20:28], "little")
    if len(start) < _START or zlib.crc32(start[12:]) != int.from_bytes(start[8:12], "little"):
        raise Unjudged("malformed", "the start of the archive is cut, or its sum is wrong")
    if size == 0:
        return Seven([], [])
    if size > _LARGEST_HEADER:
        raise Unjudged("too-large", f"a header of {size} bytes")
    data = artifact.read(_START + offset, size)
    if len(data) < size or zlib.crc32(data) != int.from_bytes(start[28:32], "little"):
        raise Unjudged("malformed", "the header is not where it should be, or its sum is wrong")
    header = _Header(data)
    kind = header.byte()
    for _ in range(4):
        if kind != 0x17:  # noqa: PLR2004 (a packed header)
            break
        folders, _ = _streams(header)
        if len(folders) != 1:
            raise Unjudged("unsupported", "a packed header of several parts")
        header = _Header(b"".join(unpacked(artifact, folders[0], bounds, _LARGEST_HEADER)))
        kind = header.byte()
    if kind != 1:
        raise Unjudged("malformed", "no header")
    return _members(header, bounds)


def _members(header: _Header, bounds: Bounds) -> Seven:
    folders: list[Folder] = []
    sizes: list[list[int]] = []
    members: list[Member] = []
    while kind := header.byte():
        if kind == 4:  # noqa: PLR2004 (streams)
            folders, sizes = _streams(header)
        elif kind == 5:  # noqa: PLR2004 (files)
            members = _files(header, sizes, bounds)
        else:
            raise Unjudged("unsupported", f"a header's property {kind}")
    return Seven(folders, members)


def _streams(header: _Header) -> tuple[list[Folder], list[list[int]]]:
    """Folders with their places, and the sizes of the files in each."""
    base = 0
    packed: list[int] = []
    folders: list[Folder] = []
    sizes: list[list[int]] | None = None
    while kind := header.byte():
        if kind == 6:  # noqa: PLR2004 (packed streams)
            base, packed = _packed(header)
        elif kind == 7:  # noqa: PLR2004 (folders)
            folders = _folders(header, base, packed)
        elif kind == 8:  # noqa: PLR2004 (files within folders)
            sizes = _substreams(header, folders)
        else:
            raise Unjudged("unsupported", f"a stream's property {kind}")
    return folders, sizes if sizes is not None else [[folder.size] for folder in folders]


def _packed(header: _Header) -> tuple[int, list[int]]:
    base, count = header.number(), header.count()
    packed: list[int] = []
    while kind := header.byte():
        if kind == 9:  # noqa: PLR2004 (sizes)
            packed = [header.number() for _ in range(count)]
        elif kind == 10:  # noqa: PLR2004 (digests)
            header.digests(count)
        else:
            raise Unjudged("unsupported", f"a packed stream's property {kind}")
    return base, packed


def _folders(header: _Header, base: int, packed: list[int]) -> list[Folder]:
    if header.byte() != 11:  # noqa: PLR2004 (folders)
        raise Unjudged("malformed", "no folders")
    count = header.count()
    if header.byte():
        raise Unjudged("unsupported", "folders described elsewhere")
    coders = [_coders(header) for _ in range(count)]
    if header.byte() != 12:  # noqa: PLR2004 (sizes when unpacked)
        raise Unjudged("malformed", "no sizes")
    sizes = [max(header.number() for _ in each) for each in coders]
    while kind := header.byte():
        if kind != 10:  # noqa: PLR2004 (digests)
            raise Unjudged("unsupported", f"a folder's property {kind}")
        header.digests(count)
    if len(packed) < count:
        raise Unjudged("malformed", "folders without bytes")
    found, start = [], _START + base
    for chain, size, length in zip(coders, sizes, packed, strict=False):
        found.append(Folder(chain, start, length, size))
        start += length
    return found


def _coders(header: _Header) -> list[_Coder]:
    """A folder's coders, each with one stream in and one out: a method, and perhaps a filter for machine code before it."""
    count = header.count()
    found = []
    for _ in range(count):
        flags = header.byte()
        method = header.take(flags & 0x0F)
        if flags & 0x10:
            raise Unjudged("unsupported", f"the method {method.hex()} with several streams")
        found.append(_Coder(method, header.take(header.count()) if flags & 0x20 else b""))
    for _ in range(2 * (count - 1)):
        header.number()
    if any(coder.method == _AES for coder in found):
        raise Unjudged("encrypted", "AES")
    found.sort(key=lambda coder: coder.method not in _FILTERS)
    plain = len(found) == 1 and found[0].method in _METHODS
    chain = len(found) == 2 and found[0].method in _FILTERS and found[1].method in _CHAINED  # noqa: PLR2004 (filter, method)
    if not (plain or chain):
        raise Unjudged("unsupported", f"the methods {', '.join(coder.method.hex() for coder in found)}")
    return found


def _substreams(header: _Header, folders: list[Folder]) -> list[list[int]]:
    counts = [1] * len(folders)
    sizes: list[list[int]] = []
    kind = header.byte()
    if kind == 13:  # noqa: PLR2004 (how many files in each folder)
        counts = [header.count() for _ in folders]
        kind = header.byte()
    for folder, count in zip(folders, counts, strict=True):
        told = [header.number() for _ in range(count - 1)] if kind == 9 and count else []  # noqa: PLR2004 (sizes)
        rest = folder.size - sum(told)
        if rest < 0:
            raise Unjudged("malformed", "files larger than their folder")
        sizes.append([*told, rest] if count else [])
    if kind == 9:  # noqa: PLR2004 (as above)
        kind = header.byte()
    while kind:
        if kind != 10:  # noqa: PLR2004 (digests)
            raise Unjudged("unsupported", f"a file's property {kind}")
        header.digests(sum(counts))
        kind = header.byte()
    return sizes


def _files(header: _Header, sizes: list[list[int]], bounds: Bounds) -> list[Member]:
    count = header.count()
    bounds.count(count)
    names: list[str] = []
    empty = [False] * count
    bare: list[bool] = []
    while kind := header.byte():
        inner = _Header(header.take(header.number()))
        if kind == 14:  # noqa: PLR2004 (which have no bytes)
            empty = inner.bits(count)
        elif kind == 15:  # noqa: PLR2004 (which of those are files, not folders)
            bare = inner.bits(sum(empty))
        elif kind == 17:  # noqa: PLR2004 (names)
            if inner.byte():
                raise Unjudged("unsupported", "names kept elsewhere")
            names = inner.take(len(inner._data) - 1).decode("utf-16-le", "replace").split("\0")[:count]  # noqa: SLF001
    if len(names) < count:
        raise Unjudged("malformed", "files without names")
    places = [
        (number, sum(each[:index]), size)
        for number, each in enumerate(sizes)
        for index, size in enumerate(each)
    ]
    if len(places) < count - sum(empty):
        raise Unjudged("malformed", "files without bytes")
    found, files = [], iter(bare)
    waiting = iter(places)
    for name, nothing in zip(names, empty, strict=True):
        if nothing:
            found.append(Member(name, None, 0, 0, is_folder=not next(files, False)))
        else:
            folder, offset, size = next(waiting)
            found.append(Member(name, folder, offset, size, is_folder=False))
    return found


def unpacked(artifact: Artifact, folder: Folder, bounds: Bounds, most: int) -> Iterator[bytes]:
    """A folder's bytes, piece by piece, no more than it says and no more than allowed."""
    if folder.size > most:
        raise Unjudged("too-large", f"a folder of {folder.size} bytes")
    if folder.start + folder.packed > artifact.size:
        raise Unjudged("malformed", "packed bytes beyond the end")
    unpacker, done, at = _unpacker(folder), 0, folder.start
    end = folder.start + folder.packed
    with artifact.open() as stream:
        stream.seek(folder.start)
        feed = b""
        while done < folder.size:
            if not feed and at < end and getattr(unpacker, "needs_input", True):
                feed = stream.read(min(CHUNK, end - at))
                at += len(feed)
            data = (
                unpacker.decompress(feed, min(CHUNK, folder.size - done))
                if unpacker
                else feed[: folder.size - done]
            )
            feed = getattr(unpacker, "unconsumed_tail", b"") if unpacker else b""
            if not data and (at >= end and not feed):
                raise Unjudged("malformed", "packed bytes that end too early")
            done += len(data)
            bounds.unpack(len(data))
            yield data


def _unpacker(folder: Folder) -> _Unpacker | None:
    method, properties = folder.coders[-1]
    name = _METHODS[method]
    made: Any = None
    if name in {"lzma", "lzma2"}:
        before = [{"id": _FILTERS[coder.method]} for coder in folder.coders[:-1]]
        made = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[*before, _options(name, properties)])
    elif name == "deflate":
        made = zlib.decompressobj(-15)
    elif name == "bzip2":
        made = bz2.BZ2Decompressor()
    return made  # type: ignore[no-any-return]  # each of them has the one method


def _options(name: str, properties: bytes) -> dict[str, int]:
    """LZMA's settings as 7z packs them."""
    first = properties[0]
    if name == "lzma2":
        size = (2 | first & 1) << (first // 2 + 11)
        _held(size)
        return {"id": lzma.FILTER_LZMA2, "dict_size": size}
    size = int.from_bytes(properties[1:5], "little")
    _held(size)
    settings = {"lc": first % 9, "lp": first // 9 % 5, "pb": first // 45}
    return {"id": lzma.FILTER_LZMA1, "dict_size": max(size, 4096), **settings}


def _held(size: int) -> None:
    if size > _DICTIONARY:
        raise Unjudged("too-large", f"a dictionary of {size} bytes")
