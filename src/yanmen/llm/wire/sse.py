"""Server-sent events (WHATWG HTML, 9.2), framed on bytes: each event keeps the bytes it came in.

Any chunking of a stream gives the same events. Lines end in LF, CR or CRLF; a byte order mark at the start is passed
over; comments and fields other than ``data`` are kept beside it.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_BLANK = re.compile(rb"(?>\r\n|\n|\r)(?>\r\n|\n|\r)")
_LINE = re.compile(rb"\r\n|\n|\r")
_BOM = b"\xef\xbb\xbf"


class TooLong(ValueError):  # noqa: N818  # an outcome
    """An event is longer than the bound."""


class Frame(NamedTuple):
    """One event as it came."""

    raw: bytes
    """Every byte of it, its blank line included."""
    data: bytes | None
    """The data lines joined by LF; None: a comment, or nothing."""
    plain: bool
    """One ``data:`` line and no other field or comment."""


class Framer:
    """Cuts a byte stream into events."""

    def __init__(self, limit: int) -> None:
        """``limit``: bytes one event may have."""
        self._limit = limit
        self._rest = b""
        self._started = False

    def feed(self, chunk: bytes) -> list[bytes]:
        """The events that this chunk completes, in order, each with its blank line (see ``parse``).

        Raise TooLong when one passes the bound.
        """
        buffer = self._rest + chunk if self._rest else chunk
        if not self._started and not self._start(buffer):
            return []
        if b"\r" in buffer:
            return self._general(buffer)
        blocks = buffer.split(b"\n\n")
        self._rest = blocks.pop()
        return self._bounded([block + b"\n\n" for block in blocks])

    def finish(self) -> list[bytes]:
        """What is left at the end of the stream: an event without its blank line still counts, as clients take it."""
        buffer, self._rest = self._rest, b""
        events = []
        while match := _BLANK.search(buffer):
            events.append(buffer[: match.end()])
            buffer = buffer[match.end() :]
        if buffer.strip(b"\r\n"):
            events.append(buffer)
        return self._bounded(events)

    def _start(self, buffer: bytes) -> bool:
        """Whether enough has come to know if there is a byte order mark."""
        if len(buffer) < len(_BOM) and _BOM.startswith(buffer):
            self._rest = buffer
            return False
        self._started = True
        return True

    def _general(self, buffer: bytes) -> list[bytes]:
        events, at = [], 0
        while match := _BLANK.search(buffer, at):
            if match.end() == len(buffer) and buffer.endswith(b"\r"):
                break  # its LF may follow
            events.append(buffer[at : match.end()])
            at = match.end()
        self._rest = buffer[at:]
        return self._bounded(events)

    def _bounded(self, events: list[bytes]) -> list[bytes]:
        if len(self._rest) > self._limit or (events and max(map(len, events)) > self._limit):
            raise TooLong
        return events


def parse(raw: bytes) -> Frame:
    """Read the lines of one event."""
    if (
        raw.startswith(b"data: ")
        and raw.endswith(b"\n\n")
        and raw.find(b"\n", 0, -2) < 0
        and b"\r" not in raw
    ):
        return Frame(raw, raw[6:-2], plain=True)
    data: list[bytes] = []
    others = 0
    for line in _LINE.split(raw.removeprefix(_BOM)):
        name, _, value = line.partition(b":")
        if name == b"data":
            data.append(value.removeprefix(b" "))
        elif line:
            others += 1
    return Frame(raw, b"\n".join(data) if data else None, plain=not others and len(data) == 1)


def rest(raw: bytes) -> bytes:
    """An event's lines other than ``data``, each ended by LF: comments, ``event``, ``id``, ``retry``."""
    lines = _LINE.split(raw.removeprefix(_BOM))
    return b"".join(line + b"\n" for line in lines if line and line.partition(b":")[0] != b"data")


def with_data(raw: bytes, data: bytes) -> bytes:
    """The event with other data; what else it says is kept."""
    return rest(raw) + b"data: " + data + b"\n\n"
