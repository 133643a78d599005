"""Server-sent events (WHATWG HTML, 9.2), framed on bytes: each event keeps the bytes it came in.

Any chunking of a stream gives the same events. Lines end in LF, CR or CRLF; a byte order mark at the start is passed
over; comments and the standard's other fields are kept beside the data. A line with any other field, which clients are to pass
over, is dropped: who trims lines or heeds no case would read data there that nobody judged.
"""

from __future__ import annotations

import re

from yanmen.llm.wire import framing
from yanmen.llm.wire.framing import Frame, Framing

_BLANK = re.compile(rb"(?>\r\n|\n|\r)(?>\r\n|\n|\r)")
_LINE = re.compile(rb"\r\n|\n|\r")
_BOM = b"\xef\xbb\xbf"
_FIELDS = frozenset({b"data", b"event", b"id", b"retry", b""})
"""What a line may begin with, up to its colon; nothing: a comment."""
_NAMED = re.compile(rb"event: ([\w.-]{1,64})\ndata: ([^\r\n]*)\n\n", re.ASCII)


class Framer(framing.Framer):
    """Cuts a byte stream into events: ``feed`` what came, then take ``next`` or ``run`` until there is nothing."""

    def _begin(self) -> None:
        self._general = b"\r" in self._buffer
        if not self._started:  # enough must have come to know if there is a byte order mark
            self._started = len(self._buffer) >= len(_BOM) or not _BOM.startswith(self._buffer)

    def _end(self) -> int:
        if self._general:
            return self._general_end()
        if self._started and (blank := self._buffer.find(b"\n\n", self._at)) >= 0:
            return blank + 2
        return self._at

    def _general_end(self) -> int:
        buffer, at = self._buffer, self._at
        match = _BLANK.search(buffer, at) if self._started else None
        if match is None:
            return len(buffer) if self._ended and buffer[at:].strip(b"\r\n") else at
        if match.end() == len(buffer) and buffer.endswith(b"\r") and not self._ended:
            return at  # its LF may follow
        return match.end()


def parse(raw: bytes) -> Frame:
    """Read the lines of one event. ``raw`` of the frame is without those that are dropped."""
    if (
        raw.startswith(b"data: ")
        and raw.endswith(b"\n\n")
        and raw.find(b"\n", 0, -2) < 0
        and b"\r" not in raw
    ):
        return Frame(raw, raw[6:-2], plain=True)
    if named := _NAMED.fullmatch(raw):
        return Frame(raw, named[2], plain=True, name=named[1].decode())
    data: list[bytes] = []
    names: list[bytes] = []
    others = 0
    lines = [line for line in _LINE.split(raw.removeprefix(_BOM)) if line]
    known = [line for line in lines if line.partition(b":")[0] in _FIELDS]
    if len(known) < len(lines):
        raw = b"".join(line + b"\n" for line in (*known, b"")) if known else b""
    for line in known:
        field, _, value = line.partition(b":")
        if field == b"data":
            data.append(value.removeprefix(b" "))
        elif field == b"event":
            names.append(value.removeprefix(b" "))
        else:
            others += 1
    name = names[-1].decode("utf-8", "replace") if names else ""
    plain = not others and len(data) == 1 and not names[1:]
    return Frame(raw, b"\n".join(data) if data else None, plain, name)


def rest(raw: bytes) -> bytes:
    """An event's lines other than ``data``, each ended by LF: comments, ``event``, ``id``, ``retry``."""
    lines = _LINE.split(raw.removeprefix(_BOM))
    return b"".join(line + b"\n" for line in lines if line and line.partition(b":")[0] != b"data")


def with_data(raw: bytes, data: bytes) -> bytes:
    """The event with other data; what else it says is kept."""
    return rest(raw) + b"data: " + data + b"\n\n"


def event(data: bytes, name: str = "") -> bytes:
    """A new event."""
    return b"event: %b\ndata: %b\n\n" % (name.encode(), data) if name else b"data: %b\n\n" % data


EVENTS = Framing("text/event-stream", Framer, parse, rest, with_data, event)
