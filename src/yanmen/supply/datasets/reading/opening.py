"""A file as text, whatever it is packed in and however it is encoded; never more of it than asked for."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator
from typing import BinaryIO, cast

from yanmen.supply import zstandard
from yanmen.supply.targets import Artifact

CHUNK = 1 << 18
"""Bytes taken at a time."""
_PROBE = 1 << 16
"""Bytes by which the encoding is told."""
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_GZIP = b"\x1f\x8b"
_PLAIN = {"utf-8", "gb18030"}
_HALF = 0.3
"""Share of zero bytes in every second place from which a text without a mark is UTF-16."""


class UnreadError(Exception):
    """A file, or the rest of it, cannot be read: a stable word and what was seen."""

    def __init__(self, reason: str, detail: str) -> None:
        """``reason``: as an Unexamined spells it."""
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


def unpacked(artifact: Artifact) -> BinaryIO:
    """The file's bytes, out of gzip or Zstandard where they are in one. By content, not by name."""
    stream = artifact.open()
    head = stream.read(4)
    stream.seek(0)
    if head.startswith(_GZIP):
        return cast("BinaryIO", gzip.GzipFile(fileobj=stream))
    if head == zstandard.MAGIC:
        return zstandard.unpacked(stream)
    return stream


def encoding_of(head: bytes) -> str:
    """UTF-8, GB18030, UTF-16 or UTF-32 by mark or by form; UnreadError where it is none of them."""
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    if len(head) >= 4 and (name := _wide(head)):  # noqa: PLR2004 (two characters of UTF-16)
        return name
    if b"\0" in head[:1024]:
        raise UnreadError("unsupported", "binary, not a text")
    for name in ("utf-8", "gb18030"):
        try:
            codecs.getincrementaldecoder(name)().decode(head)
        except UnicodeDecodeError:
            continue
        return name
    raise UnreadError("unreadable", "neither UTF-8 nor GB18030 nor UTF-16")


def _wide(head: bytes) -> str:
    even, odd = head[0:2048:2], head[1:2048:2]
    if odd.count(0) > _HALF * len(odd) and even.count(0) < _HALF * len(even):
        return "utf-16-le"
    if even.count(0) > _HALF * len(even) and odd.count(0) < _HALF * len(odd):
        return "utf-16-be"
    return ""


class Reader:
    """A file's text in pieces. ``encoding`` and ``undecodable`` (bytes that were none of it) say how it went."""

    def __init__(self, artifact: Artifact, unpacked_bytes: int) -> None:
        """``unpacked_bytes``: more is not read. Raises UnreadError."""
        self._stream = io.BufferedReader(cast("io.RawIOBase", unpacked(artifact)), _PROBE)
        self._most = unpacked_bytes
        self.encoding = ""
        self.undecodable = 0

    def close(self) -> None:
        """Let go of the file."""
        self._stream.close()

    def head(self) -> bytes:
        """The first bytes, unpacked."""
        return self._stream.peek(_PROBE)[:_PROBE]

    def pieces(self) -> Iterator[str]:
        """The text. Bytes that are no characters become U+FFFD and are counted. Raises UnreadError."""
        try:
            head = self.head()
            self.encoding = encoding_of(head)
            yield from self._decoded()
        except (OSError, EOFError, zlib.error, zstandard.BROKEN) as error:
            raise UnreadError("unreadable", f"{type(error).__name__}: {error}") from error

    def _decoded(self) -> Iterator[str]:
        decoder = codecs.getincrementaldecoder(self.encoding)("strict")
        taken = 0
        while piece := self._stream.read(CHUNK):
            taken += len(piece)
            if taken > self._most:
                raise UnreadError("too-large", f"more than {self._most} bytes")
            yield self._piece(decoder, piece, final=False)
        yield self._piece(decoder, b"", final=True)

    def _piece(self, decoder: codecs.IncrementalDecoder, piece: bytes, *, final: bool) -> str:
        before = decoder.getstate()
        try:
            return decoder.decode(piece, final=final)
        except UnicodeDecodeError:
            decoder.errors = "replace"
            decoder.setstate(before)
            text = decoder.decode(piece, final=final)
            decoder.errors = "strict"
            own = piece.count("\ufffd".encode(self.encoding)) if self.encoding in _PLAIN else 0
            self.undecodable += max(1, text.count("\ufffd") - own)
            return text


def lines(pieces: Iterator[str], longest: int) -> Iterator[tuple[int, str | None]]:
    """Numbered lines, with their ends; None stands for one that is longer than ``longest``, of which nothing is held."""
    number, rest, skipping = 1, "", False
    for piece in pieces:
        rest += piece
        found = rest.split("\n")
        rest = found.pop()
        for line in found:
            yield number, None if skipping or len(line) > longest else line + "\n"
            number, skipping = number + 1, False
        if len(rest) > longest:
            rest, skipping = "", True
    if rest or skipping:
        yield number, None if skipping else rest
