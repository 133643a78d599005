"""Members of archives, read within bounds. What an archive says of itself is not believed."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import stat
import tarfile
import weakref
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import BinaryIO, cast

from yanmen.supply.documents.archives import DIRECTORY, listed
from yanmen.supply.packages.package import Bounds, Note
from yanmen.supply.targets import Artifact
from yanmen.supply.walk import UnreadError

_RATIO = 2_000
"""Times a member may be larger than its packed form, when it is large."""
_LARGE = 16_000_000
_HEAD = 4_096
"""Bytes kept of a member of a tar file that is larger than a source file may be."""
_ZIP_ENCRYPTED = 0x1
BROKEN = (
    OSError,
    EOFError,
    ValueError,
    RuntimeError,
    IndexError,
    KeyError,
    MemoryError,
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
)
"""What the standard library raises on archives that are broken on purpose."""


@dataclass
class Opened:
    """What an archive holds."""

    members: dict[str, Artifact] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    cannot: list[tuple[str, str, str]] = field(default_factory=list)
    """Reason, detail, member."""

    def add(self, name: str, artifact: Artifact) -> None:
        """Take a member up; what leaves the folder or comes twice is noted."""
        plain = name.replace("\\", "/")
        parts = PurePosixPath(plain).parts
        if plain.startswith("/") or ".." in parts or (parts and ":" in parts[0]):
            self.notes.append(Note(what="traversal", member=name))
        plain = "/".join(part for part in parts if part not in {"/", "..", "."})
        if plain in self.members:
            self.notes.append(Note(what="duplicate", member=name))
            plain = f"{plain}#{len(self.members)}"
        self.members[plain] = artifact


def zip_members(data: BinaryIO, bounds: Bounds) -> Opened:
    """The members of a zip file; raises one of BROKEN where it is none."""
    opened = Opened()
    try:
        claimed = listed(data, data.seek(0, io.SEEK_END))
    except UnreadError as error:
        raise zipfile.BadZipFile(error.detail) from None
    if claimed > DIRECTORY:
        opened.cannot.append(("too-large", f"a list of members of {claimed} bytes", ""))
        return opened
    archive = zipfile.ZipFile(data)
    weakref.finalize(archive, data.close)  # members are read from it as long as anybody has one
    infos = archive.infolist()
    if len(infos) > bounds.members:
        opened.cannot.append(("too-large", f"{len(infos)} members", ""))
    for info in infos[: bounds.members]:
        if info.is_dir():
            continue
        why = _zip_refusal(info, opened)
        if why:
            opened.cannot.append((*why, info.filename))
            continue
        opened.add(info.filename, _zip_artifact(archive, info))
    return opened


def _zip_refusal(info: zipfile.ZipInfo, opened: Opened) -> tuple[str, str] | None:
    if stat.S_ISLNK(info.external_attr >> 16):
        opened.notes.append(Note(what="link", member=info.filename))
        return ("unsupported", "a link in a zip file")
    if info.flag_bits & _ZIP_ENCRYPTED:
        return ("encrypted", "a member that needs a password")
    if info.file_size > _LARGE and info.file_size > _RATIO * max(info.compress_size, 1):
        return ("too-large", f"{info.compress_size} bytes that unfold to {info.file_size}")
    return None


def _zip_artifact(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Artifact:
    def opener() -> BinaryIO:
        try:
            with archive.open(info) as stream:
                return io.BytesIO(stream.read(info.file_size + 1))
        except BROKEN as error:
            raise OSError(f"{type(error).__name__} in {info.filename!r}") from error

    return Artifact(info.filename, info.file_size, opener)


def unpacked(data: BinaryIO, head: bytes) -> BinaryIO:
    """The stream under a gzip, bzip2 or xz frame; the stream itself where there is none."""
    if head.startswith(b"\x1f\x8b"):
        return cast("BinaryIO", gzip.GzipFile(fileobj=data))
    if head.startswith(b"BZh"):
        return cast("BinaryIO", bz2.BZ2File(data))
    if head.startswith(b"\xfd7zXZ"):
        return cast("BinaryIO", lzma.LZMAFile(data))
    return data


def tar_members(data: BinaryIO, bounds: Bounds) -> Opened:
    """The members of a tar file, packed or not, read once from its beginning; raises one of BROKEN where it is none."""
    opened = Opened()
    head = data.read(8)
    data.seek(0)
    stream = _Bounded(unpacked(data, head), 4 * bounds.held)
    held = 0
    with tarfile.open(fileobj=stream, mode="r|") as archive:
        try:
            for count, info in enumerate(archive):
                if count >= bounds.members or held > bounds.held:
                    opened.cannot.append(("too-large", f"more than {count} members or {held} bytes", ""))
                    break
                held += _take(archive, info, opened, bounds)
        except BROKEN as error:
            opened.cannot.append(
                ("malformed", f"{type(error).__name__} after {len(opened.members)} members", "")
            )
    return opened


def _take(archive: tarfile.TarFile, info: tarfile.TarInfo, opened: Opened, bounds: Bounds) -> int:
    if info.isdir():
        return 0
    if info.issym() or info.islnk():
        target = PurePosixPath(info.linkname)
        if target.is_absolute() or ".." in target.parts:
            opened.notes.append(Note(what="link", member=info.name, detail=info.linkname[:200]))
        return 0
    if not info.isreg():
        opened.notes.append(Note(what="special", member=info.name))
        return 0
    member = archive.extractfile(info)
    if member is None:
        return 0
    data = member.read(bounds.source + 1 if info.size <= bounds.source else _HEAD)
    opened.add(info.name, _held(info.name, data, info.size))
    return len(data)


def _held(name: str, data: bytes, size: int) -> Artifact:
    """Bytes in memory, of which the end may not be kept."""
    return Artifact(name, size, lambda: io.BytesIO(data))


class _Bounded(io.RawIOBase):
    """A stream that ends, with an error, where more comes out of it than is to be read."""

    def __init__(self, stream: BinaryIO, limit: int) -> None:
        super().__init__()
        self._stream = stream
        self._left = limit

    def readable(self) -> bool:
        """Yes."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Some bytes; OSError when the bound is passed."""
        data = self._stream.read(size if size >= 0 else 1 << 20)
        self._left -= len(data)
        if self._left < 0:
            raise OSError("more comes out than is read of one package")
        return data
