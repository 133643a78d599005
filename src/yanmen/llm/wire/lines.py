"""Streams of JSON objects, one a line (NDJSON, as Ollama writes it), framed on bytes: each keeps the bytes it came in."""

from __future__ import annotations

from yanmen.llm.wire import framing
from yanmen.llm.wire.framing import Frame, Framing


class Framer(framing.Framer):
    """Cuts a byte stream into lines. Lines end in LF; a CR before it is white space of the JSON."""

    def _begin(self) -> None:
        self._started = True

    def _end(self) -> int:
        buffer, at = self._buffer, self._at
        if (feed := buffer.find(b"\n", at)) >= 0:
            return feed + 1
        return len(buffer) if self._ended and buffer[at:].strip() else at


def parse(raw: bytes) -> Frame:
    """A line is all data; one of white space is nothing."""
    data = raw.removesuffix(b"\n").removesuffix(b"\r")
    return Frame(raw, data or None, plain=True)


def rest(raw: bytes) -> bytes:
    """A line says nothing beside its data."""
    del raw
    return b""


def with_data(raw: bytes, data: bytes) -> bytes:
    """The line with other data."""
    del raw
    return data + b"\n"


def event(data: bytes, name: str = "") -> bytes:
    """A new line. It has no name."""
    del name
    return data + b"\n"


LINES = Framing("application/x-ndjson", Framer, parse, rest, with_data, event)
