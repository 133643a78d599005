"""A model's answer, as it comes off a connection."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol, cast

from yanmen.gateway.upstreams.errors import Kind, UpstreamError
from yanmen.gateway.upstreams.headers import Headers


class Source(Protocol):
    """A connection, as the answer that comes off it needs it."""

    paused: bool
    """Whether its socket is not read just now."""

    def resume(self) -> None:
        """Read the socket again."""

    async def more(self, answer: Answer) -> None:
        """Wait until more of the body came, or its end, or an error."""

    def fail(self, kind: Kind, detail: str) -> None:
        """End the call with an error and close the connection at once."""


class Answer:
    """A model's answer: status, headers, and a body that arrives in pieces. Iterate over it once, then close it."""

    __slots__ = (
        "abandoned",
        "complete",
        "connection",
        "ended",
        "error",
        "headers",
        "pending",
        "pieces",
        "raw_headers",
        "status",
        "total",
        "tries",
        "upstream",
        "waiter",
    )

    def __init__(self, connection: Source) -> None:
        """An answer whose head has not come yet. All but the two kinds of headers and the status is the connection's to set."""
        self.status = 0
        self.raw_headers: Headers = []
        """As received, names in lower case; not fit for a client."""
        self.headers: Headers = []
        """What a client may see: see ``forward_response_headers``."""
        self.complete = False
        """Whether the whole body has been received (though perhaps not yet read)."""
        self.error: UpstreamError | None = None
        self.connection: Source | None = connection
        """Where it comes from, while it comes."""
        self.pieces: list[bytes] = []
        self.pending = 0
        """Bytes in ``pieces``: received and not yet read."""
        self.total = 0
        """Bytes of body received in all."""
        self.waiter: asyncio.Future[None] | None = None
        """Whoever waits for more of it. Here, because its connection may serve another call before the waiter has run."""
        self.upstream = ""
        """Who answers, by its name in the configuration."""
        self.tries = 1
        """How many upstreams were asked."""
        self.ended: Callable[[Answer], None] | None = None
        """Called once, when all of it has been received or nothing more will be."""
        self.abandoned = False
        """Whether it was we who ended it."""

    def header(self, name: bytes) -> bytes:
        """The first header of this name (lower case) as received, or empty."""
        return next((value for found, value in self.raw_headers if found == name), b"")

    def __aiter__(self) -> Answer:
        """The answer is its own iterator."""
        return self

    async def __anext__(self) -> bytes:
        """The bytes that came since the last call, waiting for some; raises UpstreamError where the answer broke off."""
        while True:
            if pieces := self.pieces:
                data = pieces[0] if len(pieces) == 1 else b"".join(pieces)
                pieces.clear()
                self.pending = 0
                if (connection := self.connection) is not None and connection.paused:
                    connection.resume()
                return data
            if self.error is not None:
                raise self.error
            if self.complete:
                raise StopAsyncIteration
            await cast("Source", self.connection).more(self)

    async def read(self, limit: int) -> bytes:
        """The whole body; UpstreamError ``too-large`` past ``limit`` bytes. The answer is closed then."""
        pieces, size = [], 0
        try:
            async for piece in self:
                size += len(piece)
                if size > limit:
                    raise UpstreamError("too-large", f"the answer is longer than {limit} bytes")
                pieces.append(piece)
        finally:
            self.close()
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def close(self) -> None:
        """Be done with it. An unfinished answer's connection is closed, so that the model stops. Harmless when repeated.

        A task that iterates meanwhile is woken with UpstreamError ``broken``.
        """
        if (connection := self.connection) is not None:
            self.abandoned = True
            connection.fail("broken", "closed by the gateway")
