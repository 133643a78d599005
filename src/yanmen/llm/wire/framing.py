"""How a stream is cut into events on bytes: what server-sent events and lines of JSON share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import NamedTuple

LEAST_RUN = 64
"""Events of a run looked for at first. More while runs are longer: whatever comes, a byte is looked at a few times at most."""
WINDOW = 32 << 10
"""Bytes looked at for a run."""


class TooLong(ValueError):  # noqa: N818  # an outcome
    """An event is longer than the bound."""


class Frame(NamedTuple):
    """One event as it came."""

    raw: bytes
    """Every byte of it, up to where the next one begins."""
    data: bytes | None
    """Its data; None: a comment, or nothing."""
    plain: bool
    """Data and nothing else: no comment, and no other field but at most a name."""
    name: str = ""
    """What it is called; nothing: it has no name."""


class Framer(ABC):
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
        self._most = LEAST_RUN
        self._begin()

    def finish(self) -> None:
        """Nothing more will come: an event without its end still counts, as clients take it."""
        self._started = self._general = self._ended = True

    def next(self) -> bytes:
        """The next event with its end, or nothing. Raise TooLong when it passes the bound."""
        buffer, at = self._buffer, self._at
        end = self._end()
        if (end - at if end > at else len(buffer) - at) > self._limit:
            raise TooLong
        self._at = end
        return buffer[at:end]

    def run(self, prefix: bytes, suffix: bytes) -> list[bytes]:
        """What the next events have between a beginning and an end that they share; nothing where the next does not fit.

        They are not taken yet: see ``skip``. ``suffix`` ends an event. Whether what is between is of one event is the
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

    @abstractmethod
    def _begin(self) -> None:
        """More is in the buffer."""

    @abstractmethod
    def _end(self) -> int:
        """Where the event ends that begins where we are; there itself while its end has not come."""


class Framing(NamedTuple):
    """One way to frame a stream."""

    kind: str
    """Its media type."""
    framer: Callable[[int], Framer]
    """What cuts it; with the bytes that one event may have."""
    parse: Callable[[bytes], Frame]
    """Read one event's lines."""
    rest: Callable[[bytes], bytes]
    """What an event says beside its data and its name, a line each."""
    with_data: Callable[[bytes, bytes], bytes]
    """An event with other data; what else it says is kept."""
    event: Callable[..., bytes]
    """A new event of its data and, where it has one, its ``name``."""
