"""Streams over a part of another: a window into it, and what it unpacks to. Nothing is held but a chunk."""

from __future__ import annotations

import bz2
import io
import lzma
import shutil
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from yanmen.supply import zstandard
from yanmen.supply.models import lz4
from yanmen.supply.models.bounds import HELD, Bounds, Unjudged
from yanmen.supply.targets import Artifact

_CHUNK = 1 << 16
_SHORT = 4 << 20
"""Bytes that are unpacked into memory."""
_LONGEST_MARK = 6


class Window(io.RawIOBase):
    """Bytes ``start`` to ``start + size`` of a stream, which it owns."""

    def __init__(self, stream: BinaryIO, start: int, size: int) -> None:
        super().__init__()
        self._stream = stream
        self._start = start
        self._size = size
        self._at = 0
        stream.seek(start)

    def readable(self) -> bool:
        """Yes."""
        return True

    def seekable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer as far as there is something."""
        view = memoryview(buffer)[: max(0, self._size - self._at)]
        read = self._stream.readinto(view) if view else 0  # type: ignore[attr-defined]  # every binary stream has it
        self._at += read
        return int(read)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Within the window; beyond its end nothing is read."""
        self._at = max(0, offset + (0, self._at, self._size)[whence])
        self._stream.seek(self._start + min(self._at, self._size))
        return self._at

    def tell(self) -> int:
        """Of the window."""
        return self._at

    def close(self) -> None:
        """The stream beneath as well."""
        self._stream.close()
        super().close()


class Unpacker(Protocol):
    """What the standard library's decompressors have in common."""

    @property
    def eof(self) -> bool:
        """Whether the packed stream has ended."""

    @property
    def needs_input(self) -> bool:
        """Whether it gives nothing more of what it has."""

    @property
    def unused_data(self) -> bytes:
        """What follows the packed stream, of what it was given."""

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """At most so many bytes."""


class Inflater:
    """zlib's, with the face of the others."""

    def __init__(self, wbits: int) -> None:
        self._inner = zlib.decompressobj(wbits)

    @property
    def eof(self) -> bool:
        """Whether the packed stream has ended."""
        return self._inner.eof

    @property
    def needs_input(self) -> bool:
        """Whether it gives nothing more of what it has."""
        return not self._inner.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        """What follows the packed stream."""
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """At most so many bytes."""
        return self._inner.decompress(self._inner.unconsumed_tail + data, max_length)


class Unpacked(io.RawIOBase):
    """What a packed stream unpacks to. Going back means beginning anew."""

    def __init__(
        self,
        opener: Callable[[], BinaryIO],
        unpacker: Callable[[], Unpacker],
        bounds: Bounds,
        marks: tuple[bytes, ...] = (),
    ) -> None:
        """``marks``: what a further packed stream begins with, that is read on with as the format's own tools do."""
        super().__init__()
        self._marks = marks
        self._opener = opener
        self._make = unpacker
        self._bounds = bounds
        self._at = 0
        self._taken = 0
        self._behind = b""
        self._stream = opener()
        self._unpacker = unpacker()

    def readable(self) -> bool:
        """Yes."""
        return True

    def seekable(self) -> bool:
        """Yes, at a price."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer as far as there is something; the budget counts what comes out."""
        view = memoryview(buffer)
        given = b""
        while not self._unpacker.eof or (given := self._further()):
            wants = self._unpacker.needs_input
            data = given or (self._stream.read(_CHUNK) if wants else b"")
            given = b""
            try:
                piece = self._unpacker.decompress(data, min(len(view), _CHUNK))
            except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
                raise Unjudged("malformed", f"packed data that does not unpack: {error}") from None
            self._taken += len(data)
            if piece:
                self._bounds.unpack(len(piece))
                self._weigh(self._at + len(piece))
                view[: len(piece)] = piece
                self._at += len(piece)
                return len(piece)
            if not data and wants and not self._unpacker.eof:
                raise Unjudged("malformed", "packed data that ends too early")
        return 0

    def _further(self) -> bytes:
        """What follows the packed stream, where that is another one: it is read on with."""
        if not self._marks or self._behind:
            return b""
        rest = self._unpacker.unused_data or self._stream.read(_CHUNK)
        if 0 < len(rest) < _LONGEST_MARK:
            rest += self._stream.read(_CHUNK)
        if not rest.startswith(self._marks):
            self._behind = rest
            return b""
        self._unpacker = self._make()
        return rest

    def _weigh(self, size: int) -> None:
        ratio = self._bounds.limits.ratio
        if size > HELD and size > ratio * self._taken:
            raise Unjudged("too-large", f"it unpacks to more than {ratio} times its size")

    def behind(self) -> bool:
        """Whether, once all is unpacked, there are bytes behind the packed stream."""
        return bool(self._behind or self._unpacker.unused_data or self._stream.read(1))

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Forward by reading; backward by beginning anew."""
        if whence == io.SEEK_END:
            while self.read(_CHUNK):
                pass
        target = offset + (0, self._at, self._at)[whence]
        if target < self._at:
            self._stream.close()
            self._stream, self._unpacker = self._opener(), self._make()
            self._at = self._taken = 0
            self._behind = b""
        while self._at < target and self.read(min(_CHUNK, target - self._at)):
            pass
        return self._at

    def tell(self) -> int:
        """Of what came out."""
        return self._at

    def close(self) -> None:
        """The stream beneath as well."""
        self._stream.close()
        super().close()


def window(artifact: Artifact, name: str, start: int, size: int) -> Artifact:
    """A part of a file as a file."""
    return Artifact(name, size, lambda: io.BufferedReader(Window(artifact.open(), start, size)))


class Packed(Artifact):
    """What a file unpacks to: read forward, each way back is one from the beginning."""


def unpacked(
    artifact: Artifact,
    name: str,
    size: int,
    unpacker: Callable[[], Unpacker],
    bounds: Bounds,
    marks: tuple[bytes, ...] = (),
) -> Packed:
    """What a file unpacks to, of a size that was said or counted before."""

    def opener() -> BinaryIO:
        packed = Unpacked(artifact.open, unpacker, bounds, marks)
        return io.BufferedReader(Window(io.BufferedReader(packed), 0, size))

    return Packed(name, size, opener)


@contextmanager
def settled(artifact: Artifact) -> Iterator[Artifact]:
    """The same bytes where every place of them is at hand: what is unpacked is copied, into a temporary file where it is long."""
    if not isinstance(artifact, Packed):
        yield artifact
        return
    with artifact.open() as stream:
        if artifact.size <= _SHORT:
            yield Artifact.held(artifact.name, stream.read(artifact.size))
            return
        with tempfile.TemporaryDirectory(prefix="yanmen-") as place:
            held = Path(place) / "unpacked"
            with held.open("wb") as file:
                shutil.copyfileobj(stream, file, _CHUNK)
            yield Artifact.of(held, artifact.name)


UNPACKERS: dict[str, Callable[[], Unpacker]] = {
    "deflate": lambda: Inflater(-zlib.MAX_WBITS),
    "zlib": lambda: Inflater(zlib.MAX_WBITS),
    "gzip": lambda: Inflater(zlib.MAX_WBITS | 16),
    "bz2": bz2.BZ2Decompressor,
    "lz4": lz4.Unpacker,
    "zstd": zstandard.decompressor,
    "xz": lambda: lzma.LZMADecompressor(lzma.FORMAT_AUTO, memlimit=64 << 20),
}
"""Decompressors, of the standard library but for LZ4. Their own memory is bounded."""
_SKIPPED = tuple(bytes((low, 0x2A, 0x4D, 0x18)) for low in range(0x50, 0x60))
"""Begin frames of LZ4 and Zstandard that hold nothing which is unpacked."""
FRAMES: dict[str, tuple[bytes, ...]] = {
    "gzip": (b"\x1f\x8b",),
    "bz2": (b"BZh",),
    "zstd": (zstandard.MAGIC, *_SKIPPED),
    "lz4": (lz4.MAGIC,),
    "xz": (b"\xfd7zXZ\x00", b"\x5d\x00\x00"),
    "zlib": (b"\x78",),
}
"""What packed streams begin with. zlib's may be anything else's."""


def packing(head: bytes) -> str | None:
    """How a file is packed, by its first bytes."""
    return next((kind for kind, marks in FRAMES.items() if head.startswith(marks)), None)


def frames(artifact: Artifact, kind: str, bounds: Bounds) -> Unpacked:
    """All that a packed file unpacks to, of several streams that stand behind one another too."""
    return Unpacked(artifact.open, UNPACKERS[kind], bounds, _FURTHER.get(kind, ()))


def content(artifact: Artifact, kind: str, size: int, bounds: Bounds) -> Packed:
    """The same as a file, of a size that was counted."""
    return unpacked(artifact, f"{artifact.name}!", size, UNPACKERS[kind], bounds, _FURTHER.get(kind, ()))


_FURTHER = {kind: marks for kind, marks in FRAMES.items() if kind != "zlib"}
"""Formats of which several streams make one; of zlib's readers none goes on."""
