"""A stub model endpoint whose streams say when each event left it: many at once, each at its own pace.

``python bench/rig/stamped.py --every SECONDS --events N`` prints its port. ``created`` of an event is the machine's monotonic clock
in microseconds, so a client on the same machine knows how long the event was on its way.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import time
from typing import cast

import uvloop

WORDS = (
    "the wall was built over many centuries to guard passes where travellers and goods were examined ".split()
)
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"


def _event(content: str, finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": {"content": content} if content else {}, "finish_reason": finish}
    head = {"id": "chatcmpl-01", "object": "chat.completion.chunk", "created": 0, "model": "stub"}
    return b"data: " + json.dumps({**head, "choices": [choice]}).encode() + b"\n\n"


EVENTS = [_event(word + " ").split(b'"created": 0') for word in WORDS]
LAST = _event("", "stop") + b"data: [DONE]\n\n"


class Stamped(asyncio.Protocol):
    """Streams events on request, one every ``every`` seconds, the first after a part of that time by chance."""

    every = 1.0
    events = 60

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to answer."""
        self._transport = cast("asyncio.Transport", transport)
        self._buffer = b""
        self._sent = 0

    def data_received(self, data: bytes) -> None:
        """Begin once the whole request is there."""
        self._buffer += data
        head, end, body = self._buffer.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0] or 0) if end else 1
        if not end or len(body) < length:
            return
        self._buffer = b""
        self._sent = 0
        self._transport.write(HEAD)
        self._due = asyncio.get_running_loop().time() + random.random() * self.every  # spreads the load
        self._next()

    def _next(self) -> None:
        asyncio.get_running_loop().call_at(self._due, self._say)

    def _say(self) -> None:
        if self._transport.is_closing():
            return
        before, after = EVENTS[self._sent % len(EVENTS)]
        self._sent += 1
        last = self._sent >= self.events
        event = before + b'"created": %d' % (time.monotonic_ns() // 1_000) + after + (LAST if last else b"")
        self._transport.write(b"%x\r\n" % len(event) + event + (b"\r\n0\r\n\r\n" if last else b"\r\n"))
        if not last:
            self._due += (
                self.every
            )  # who was late stays in step: events that once came together do not do so for ever
            self._next()


async def serve() -> None:
    """Serve until killed."""
    server = await asyncio.get_running_loop().create_server(Stamped, "127.0.0.1", 0, backlog=8_192)
    sys.stdout.write(json.dumps({"port": server.sockets[0].getsockname()[1]}) + "\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--every", type=float, default=1.0)
    parser.add_argument("--events", type=int, default=60)
    given = parser.parse_args()
    Stamped.every, Stamped.events = given.every, given.events
    uvloop.run(serve())
