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
LEAST_RUN = 64
"""Events of a run looked for at first. More while runs are longer: whatever comes, a byte is looked at a few times at most."""
WINDOW = 32 << 10
"""Bytes looked at for a run."""


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
    """Cuts a byte stream into events: ``feed`` what came, then take ``next`` or ``run`` until there is nothing."""

    def __init__(self, limit: int) -> None:
        """``limit``: bytes one event may have."""
        self._limit = limit
        self._buffer = b""
        self._at = 0
        self._started = self._general = self._ended = False
        self._most = LEAST_RUN

    def feed(self, chunk: bytes) -> None:
        """Take what came."""
        self._buffer = chunk if self._at == len(self._buffer) else self._buffer[self._at :] + chunk
        self._at = 0
        self._general = b"\r" in self._buffer
        self._most = LEAST_RUN
        if not self._started:  # enough must have come to know if there is a byte order mark
            self._started = len(self._buffer) >= len(_BOM) or not _BOM.startswith(self._buffer)

    def finish(self) -> None:
        """Nothing more will come: an event without its blank line still counts, as clients take it."""
        self._started = self._general = self._ended = True

    def next(self) -> bytes:
        """The next event with its blank line (see ``parse``), or nothing. Raise TooLong when it passes the bound."""
        buffer, at = self._buffer, self._at
        end = at
        if self._general:
            end = self._general_end()
        elif self._started and (blank := buffer.find(b"\n\n", at)) >= 0:
            end = blank + 2
        if (end - at if end > at else len(buffer) - at) > self._limit:
            raise TooLong
        self._at = end
        return buffer[at:end]

    def _general_end(self) -> int:
        buffer, at = self._buffer, self._at
        match = _BLANK.search(buffer, at) if self._started else None
        if match is None:
            return len(buffer) if self._ended and buffer[at:].strip(b"\r\n") else at
        if match.end() == len(buffer) and buffer.endswith(b"\r") and not self._ended:
            return at  # its LF may follow
        return match.end()

    def run(self, prefix: bytes, suffix: bytes) -> list[bytes]:
        """What the next events have between a beginning and an end that they share; nothing where the next does not fit.

        They are not taken yet: see ``skip``. ``suffix`` ends with a blank line. Whether what is between is of one event is the
        caller's to find out: no JSON string holds a line break.
        """
        buffer, at = self._buffer, self._at
        if self._general or not self._started or not buffer.startswith(prefix, at):
            return []
        pieces = buffer[at + len(prefix) : at + WINDOW].split(suffix + prefix, self._most)
        last = pieces.pop()
        if len(pieces) == self._most:
            self._most *= 8
        else:
            self._most = LEAST_RUN
            if (end := last.find(suffix)) >= 0:
                pieces.append(last[:end])
        if pieces and max(map(len, pieces)) + len(prefix) + len(suffix) > self._limit:
            raise TooLong
        return pieces

    def skip(self, size: int) -> bytes:
        """Take so many bytes: events that ``run`` has shown."""
        at = self._at
        self._at = at + size
        return self._buffer[at : at + size]


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
