"""Documents out of a file, an archive or a folder: each bounded, all bounded together. Nothing is ever unpacked to disk."""

from __future__ import annotations

import gzip
import hashlib
import lzma
import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, NamedTuple, NoReturn

from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Phrase
from yanmen.core.redaction import visible

LARGEST = 32 << 20
"""Bytes of one record."""
LARGEST_WHOLE = 512 << 20
"""Bytes of a file that is one document (a catalogue, a list of records)."""
MOST = 3_000_000
"""Documents of one feed."""
MOST_BYTES = 64 << 30
"""Bytes of all documents of a feed, unpacked."""
DIRECTORY = 1 << 30
"""Bytes of a zip archive's directory."""
_WIDE = 0xFFFFFFFF
"""In place of a number that stands in the archive's wider end."""
GZIP, ZIP = b"\x1f\x8b", b"PK"
DAMAGE = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, RuntimeError, OSError, ValueError,
)  # fmt: skip
"""What the library raises for archives that are not as they should be."""
_SUFFIXES = (".json", ".yaml", ".yml")
"""What is read of a folder."""


class Document(NamedTuple):
    """Some bytes that should be one record, and what they are called."""

    name: str
    data: bytes


class Broken(NamedTuple):
    """What could not be read, and why."""

    name: str
    why: str


class Reading:
    """One input, read once."""

    def __init__(self, path: Path, without: frozenset[Path] = frozenset()) -> None:
        """A file or a folder; OSError where there is none. ``without``: files of the folder that are read by themselves."""
        self.path = path
        self._without = without
        self.others = 0
        """Files of a folder or archive that are no records by their names."""
        self.newest = 0
        """The newest time of an archive's members, in seconds; 0: there is none."""
        self._documents = self._bytes = 0
        self._digest = hashlib.sha256()
        self.folder = path.is_dir()
        self.head = b"" if self.folder else self._head()

    @property
    def digest(self) -> str:
        """SHA-256 over all that was read so far."""
        return self._digest.hexdigest()

    def documents(self) -> Iterator[Document | Broken]:
        """Every document of a folder or of a zip archive."""
        for one in self._folder() if self.folder else self._archive():
            yield self._counted(one) if isinstance(one, Document) else one

    def lines(self) -> Iterator[Document | Broken]:
        """Every line of a file, unpacked where it is compressed; a file that ends early is a YanmenError."""
        with self._stream() as stream:
            number = 0
            while True:
                line = self._read(stream, LARGEST + 1, line=True)
                if not line:
                    return
                number += 1
                name = f"line {number}"
                if len(line) > LARGEST:
                    while line and not line.endswith(b"\n"):
                        line = self._read(stream, LARGEST + 1, line=True)
                    yield Broken(name, "too-large")
                elif stripped := line.strip():
                    yield self._counted(Document(name, stripped))

    def whole(self) -> bytes:
        """All of a file, unpacked where it is compressed; YanmenError where it is too large or ends early."""
        with self._stream() as stream:
            data = self._read(stream, LARGEST_WHOLE + 1)
        if len(data) > LARGEST_WHOLE:
            self._refuse(f"over {LARGEST_WHOLE} bytes", f"超过 {LARGEST_WHOLE} 字节")
        return self._counted(Document(self.path.name, data)).data

    def first_line(self) -> tuple[bytes, bool]:
        """The first line that is not empty, without a byte order mark, and whether anything follows it."""
        with self._stream() as stream:
            line = b"\n"
            while line and not line.strip():
                line = self._read(stream, LARGEST + 1, line=True).removeprefix(b"\xef\xbb\xbf")
            rest = self._read(stream, 4096)
        return line.strip(), bool(rest.strip())

    def _head(self) -> bytes:
        """The beginning of a file, unpacked where it is compressed."""
        with self._stream() as stream:
            return self._read(stream, 4096)

    @contextmanager
    def _stream(self) -> Iterator[BinaryIO | gzip.GzipFile]:
        """The file, unpacked where it is compressed."""
        with self.path.open("rb") as opened:
            start = opened.read(2)
            opened.seek(0)
            yield gzip.GzipFile(fileobj=opened, mode="rb") if start == GZIP else opened

    def _read(self, stream: BinaryIO | gzip.GzipFile, size: int, *, line: bool = False) -> bytes:
        try:
            return stream.readline(size) if line else stream.read(size)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            self._refuse(f"the file is damaged or ends early: {error}", f"文件已损坏或不完整：{error}")

    def _folder(self) -> Iterator[Document | Broken]:
        for folder, folders, names in os.walk(self.path):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(names):
                path = Path(folder, name)
                if path in self._without:
                    continue
                if not name.endswith(_SUFFIXES) or not stat.S_ISREG(path.lstat().st_mode):
                    self.others += 1
                    continue
                shown = path.relative_to(self.path).as_posix()
                try:
                    with path.open("rb") as opened:
                        data = opened.read(LARGEST + 1)
                except OSError as error:
                    yield Broken(shown, f"unreadable: {error.strerror}")
                    continue
                yield Document(shown, data) if len(data) <= LARGEST else Broken(shown, "too-large")

    def _archive(self) -> Iterator[Document | Broken]:
        self._small_directory()
        try:
            opened = zipfile.ZipFile(self.path)
        except DAMAGE as error:
            self._refuse(f"the archive is damaged: {error}", f"压缩包已损坏：{error}")
        with opened as archive:
            for entry in sorted(archive.infolist(), key=lambda entry: entry.filename):
                if entry.filename.endswith("/"):
                    continue
                if not entry.filename.endswith(_SUFFIXES):
                    self.others += 1
                    continue
                yield self._member(archive, entry)

    def _member(self, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Document | Broken:
        name = visible(entry.filename)
        if entry.flag_bits & 1:
            return Broken(name, "encrypted")
        try:
            with archive.open(entry) as stream:
                data = stream.read(LARGEST + 1)
        except DAMAGE as error:
            return Broken(name, f"unreadable: {error}")
        if len(data) > LARGEST:
            return Broken(name, "too-large")
        self.newest = max(self.newest, _seconds(entry))
        return Document(name, data)

    def _small_directory(self) -> None:
        """Before the archive's directory is read: whether it is of a size that may be."""
        with self.path.open("rb") as opened:
            size = opened.seek(0, os.SEEK_END)
            opened.seek(max(0, size - (1 << 16) - 22))
            tail = opened.read()
        at = tail.rfind(b"PK\x05\x06")
        directory = int.from_bytes(tail[at + 12 : at + 16], "little") if at >= 0 else 0
        if directory == _WIDE:
            wide = tail.rfind(b"PK\x06\x06")
            directory = int.from_bytes(tail[wide + 40 : wide + 48], "little") if wide >= 0 else DIRECTORY + 1
        if at < 0 or directory > DIRECTORY:
            self._refuse("the archive is damaged, or its directory too large", "压缩包已损坏，或其目录过大")

    def _counted(self, one: Document) -> Document:
        self._documents += 1
        self._bytes += len(one.data)
        if self._documents > MOST or self._bytes > MOST_BYTES:
            self._refuse(
                f"over {MOST} records or {MOST_BYTES >> 30} GB", f"超过 {MOST} 条记录或 {MOST_BYTES >> 30} GB"
            )
        self._digest.update(one.data)
        return one

    def _refuse(self, en: str, zh: str) -> NoReturn:
        raise YanmenError(
            Phrase(en=visible(en), zh=visible(zh)),
            where=str(self.path),
            hint=Phrase(
                en="Get the file anew; what is held stands as it was.",
                zh="请重新获取该文件；现有情报保持不变。",
            ),
        )


def _seconds(entry: zipfile.ZipInfo) -> int:
    """When a member was written, taken as UTC; 0 where that is no time."""
    try:
        return int(datetime(*entry.date_time, tzinfo=UTC).timestamp())
    except ValueError:
        return 0
