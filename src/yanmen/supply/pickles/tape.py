"""A stream of bytes that is read forward, a chunk at a time; large strings are passed over, not held."""

from __future__ import annotations

from typing import BinaryIO

CHUNK = 1 << 18
"""Bytes that are read at a time, after the first few, which are fewer: a file may consist of thousands of short streams."""
FIRST = 1 << 12
HELD = 1 << 16
"""Bytes of one string that are held; of a longer one only its head."""
HEAD = 512
MARGIN = 16
"""An opcode with its fixed argument is shorter."""


class BrokenStream(Exception):  # noqa: N818 (it is what the unpickler would say, not a fault of the program)
    """The stream breaks here: no unpickler gets further."""


class CutLine(BrokenStream):
    """The stream ends within a line, of which this much is there."""

    def __init__(self, line: bytes) -> None:
        super().__init__("it ends within a line")
        self.line = line


class Tape:
    """The bytes from a place on. ``data[at]`` is the next one; its offset in the stream is ``base + at``."""

    def __init__(self, stream: BinaryIO, start: int, size: int | None) -> None:
        """``size``: of the whole stream, which is then passed over by seeking; None: it can only be read forward."""
        self.stream = stream
        self.size = size
        self.data = b""
        self.at = 0
        self.base = start
        self.ended = False
        self._chunk = FIRST
        self.limit = 0
        """Index before which an opcode may be taken without a look at the borders."""
        if size is not None:
            stream.seek(start)

    @property
    def offset(self) -> int:
        """Of the next byte, in the stream."""
        return self.base + self.at

    def refill(self) -> None:
        """Read on: what was consumed goes, a chunk comes."""
        more = self.stream.read(self._chunk)
        self._chunk = min(2 * self._chunk, CHUNK)
        self.data = self.data[self.at :] + more
        self.base += self.at
        self.at = 0
        self.limit = 0
        self.ended = not more

    def take(self, size: int) -> bytes:
        """So many bytes; BrokenStream where there are fewer."""
        while len(self.data) - self.at < size and not self.ended:
            self.refill()
        piece = self.data[self.at : self.at + size]
        if len(piece) < size:
            raise BrokenStream("it ends within an argument")
        self.at += size
        return piece

    def skip(self, size: int) -> bytes:
        """Pass over so many bytes, of which the head is given; BrokenStream where there are fewer."""
        head = self.take(min(size, HEAD))
        left = size - len(head)
        if self.size is not None:
            if left > self.size - self.offset:
                raise BrokenStream("it ends within an argument")
            if left > len(self.data) - self.at:
                self.base = self.offset + left
                self.data, self.at, self.limit = b"", 0, 0
                self.stream.seek(self.base)
            else:
                self.at += left
            return head
        while left:
            left -= len(self.take(min(left, CHUNK)))
        return head

    def line(self) -> tuple[bytes, int]:
        """Up to the next line feed, which is passed: the line, or its head where it is longer than HELD; and its length."""
        start = self.at
        while (end := self.data.find(b"\n", start)) < 0:
            if self.ended:
                raise CutLine(self.data[self.at :][:HELD])
            if len(self.data) - self.at > HELD:
                return self._long_line()
            start = len(self.data) - self.at
            self.refill()
        piece = self.data[self.at : end]
        self.at = end + 1
        return (piece, len(piece)) if len(piece) <= HELD else (piece[:HEAD], len(piece))

    def _long_line(self) -> tuple[bytes, int]:
        head = self.data[self.at : self.at + HEAD]
        length = 0
        while (end := self.data.find(b"\n", self.at)) < 0:
            length += len(self.data) - self.at
            self.at = len(self.data)
            if self.ended:
                raise BrokenStream("it ends within a line")
            self.refill()
        length += end - self.at
        self.at = end + 1
        return head, length
