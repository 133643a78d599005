"""Half of a connection: it keeps pace with the client when writing, makes it wait when reading, and closes in the end."""

from __future__ import annotations

import asyncio
from typing import ClassVar, cast

from yanmen.gateway.downstream.connections import Connections

IDLE, HEAD, BODY, CLOSING = range(4)
"""What a connection is doing with what the client sends: waiting, reading a head, reading a body, listening no more."""
LINGER_SECONDS = 2.0
"""How long a refused client may go on talking, so that it can read why before the connection is reset; it may say
twice as much as a body may hold."""
GATHERED = 64 << 10
"""Bytes written at which they are sent without waiting for more."""


class Paced(asyncio.Protocol):
    """A connection's transport, with its back-pressure both ways."""

    shared: ClassVar[Connections]

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Not yet connected."""
        self.loop = loop
        self.blocked: asyncio.Future[None] | None = None
        """Done when the client has taken enough of what was written; None while nobody need wait."""
        self._bounds = self.shared.bounds
        self._transport = cast("asyncio.Transport", None)
        self._phase = IDLE
        self._since = 0.0  # when the phase, or a window of judging its rate, began
        self._deadline = 0.0
        self._paused_at = 0.0  # since when the socket is not read; 0 while it is
        self._unsent: list[bytes] = []
        self._unsent_size = 0
        self._written = 0
        self._window = (0.0, 0)  # since when the reader is judged, and what it had taken by then

    @property
    def date(self) -> bytes:
        """The Date header's line."""
        return self.shared.date

    def write(self, data: bytes, *, now: bool) -> None:
        """Put bytes on the wire, in one system call with all that is written before ``now`` or ``flush``."""
        self._unsent.append(data)
        self._unsent_size += len(data)
        if now or self._unsent_size > GATHERED:
            self.flush()

    def flush(self) -> None:
        """Send what has been written."""
        if unsent := self._unsent:
            data = unsent[0] if len(unsent) == 1 else b"".join(unsent)
            unsent.clear()
            self._written += self._unsent_size
            self.shared.counters.bytes_out += self._unsent_size
            self._unsent_size = 0
            self._transport.write(data)

    async def drained(self) -> None:
        """Wait until the client has taken enough, or is gone."""
        if self.blocked is not None:
            await asyncio.shield(self.blocked)

    def resume_reading(self) -> None:
        """Read the socket again; time spent waiting for us is not held against the client."""
        if self._paused_at and not self._transport.is_closing():
            waited, self._paused_at = self.loop.time() - self._paused_at, 0.0
            self._since += waited
            self._deadline += waited
            self._transport.resume_reading()

    def pause_reading(self) -> None:
        """Take nothing more from the client for now."""
        if not self._paused_at:
            self._paused_at = self.loop.time()
            self._transport.pause_reading()

    def pause_writing(self) -> None:
        """The client is slower than we are: senders wait."""
        self.blocked = self.loop.create_future()
        self._begin_window()

    def resume_writing(self) -> None:
        """It has caught up, or is gone."""
        blocked, self.blocked = self.blocked, None
        if blocked is not None and not blocked.done():
            blocked.set_result(None)

    def _begin_window(self) -> None:
        self._window = self.loop.time(), self._written - self._transport.get_write_buffer_size()

    def reads_too_slowly(self, now: float) -> bool:
        """Whether the client has taken too little since it was last judged; what waits for it is then lost."""
        waiting = self._transport.get_write_buffer_size()
        since, taken = self._window
        if not waiting or now - since <= self.shared.grace:
            return False
        if self._written - waiting - taken < self._bounds.min_drain_rate * (now - since):
            return True
        self._begin_window()
        return False

    def begin_closing(self) -> None:
        """Listen no more, and give what is written a chance to arrive."""
        self._phase = CLOSING
        self._deadline = self.loop.time() + LINGER_SECONDS
        self._begin_window()

    def abort(self) -> None:
        """Close the socket without sending anything more."""
        self._unsent.clear()
        self.begin_closing()
        self._transport.abort()


def address(transport: asyncio.BaseTransport, end: str) -> tuple[str, int] | None:
    """One end of a connection (``peername``, ``sockname``), IPv4-mapped addresses written as IPv4; None on a UNIX socket."""
    found = transport.get_extra_info(end)
    if not isinstance(found, tuple):
        return None
    return found[0].removeprefix("::ffff:") if "." in found[0] else found[0], found[1]
