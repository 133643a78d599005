"""Streams over a part of another: a window into it, and what it unpacks to. Nothing is held but a chunk."""

from __future__ import annotations

import bz2
import io
import lzma
import zlib
from collections.abc import Callable
from typing import Any, BinaryIO, Protocol

from yanmen.supply.models import lz4
from yanmen.supply.models.bounds import HELD, Bounds, Unjudged
from yanmen.supply.targets import Artifact

_CHUNK = 1 << 16


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
        self, opener: Callable[[], BinaryIO], unpacker: Callable[[], Unpacker], bounds: Bounds
    ) -> None:
        super().__init__()
        self._opener = opener
        self._make = unpacker
        self._bounds = bounds
        self._at = 0
        self._taken = 0
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
        while not self._unpacker.eof:
            data = self._stream.read(_CHUNK) if self._unpacker.needs_input else b""
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
            if not data and self._unpacker.needs_input:
                raise Unjudged("malformed", "packed data that ends too early")
        return 0

    def _weigh(self, size: int) -> None:
        ratio = self._bounds.limits.ratio
        if size > HELD and size > ratio * self._taken:
            raise Unjudged("too-large", f"it unpacks to more than {ratio} times its size")

    def behind(self) -> bool:
        """Whether, once all is unpacked, there are bytes behind the packed stream."""
        return bool(self._unpacker.unused_data or self._stream.read(1))

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


def unpacked(
    artifact: Artifact, name: str, size: int, unpacker: Callable[[], Unpacker], bounds: Bounds
) -> Artifact:
    """What a file unpacks to, of a size that was said or counted before."""

    def opener() -> BinaryIO:
        return io.BufferedReader(
            Window(io.BufferedReader(Unpacked(artifact.open, unpacker, bounds)), 0, size)
        )

    return Artifact(name, size, opener)


UNPACKERS: dict[str, Callable[[], Unpacker]] = {
    "deflate": lambda: Inflater(-zlib.MAX_WBITS),
    "zlib": lambda: Inflater(zlib.MAX_WBITS),
    "gzip": lambda: Inflater(zlib.MAX_WBITS | 16),
    "bz2": bz2.BZ2Decompressor,
    "lz4": lz4.Unpacker,
    "xz": lambda: lzma.LZMADecompressor(lzma.FORMAT_AUTO, memlimit=64 << 20),
}
"""Decompressors, of the standard library but for LZ4. Their own memory is bounded."""
