"""A stub model endpoint for benchmarks: ordinary words in another order each time, as fast as asyncio can say them.

``python bench/rig/stub.py [--port N] [--pace SECONDS | --whole]`` prints its port. Streams 33 server-sent events (5.6 kB)
of an English answer; without ``"stream": true`` the same answer as one JSON document. ``--pace`` waits between events;
``--whole`` sends them all at once, so that they are one read.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
from typing import cast

import uvloop

WORDS = """
The Great Wall was built over many centuries by several dynasties to guard passes such as Yanmen, where travellers,
goods and letters were examined before they went on to the plains
""".split()


def _chunk(delta: dict[str, str], finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    head = {"id": "chatcmpl-01", "object": "chat.completion.chunk", "created": 1_700_000_000}
    return b"data: " + json.dumps({**head, "model": "stub", "choices": [choice]}).encode() + b"\n\n"


_FIRST = _chunk({"role": "assistant", "content": ""})
_EVENT, _REST = _chunk({"content": "*"}).split(b"*")
_LAST = (_chunk({}, "stop"), b"data: [DONE]\n\n")
_END = b"0\r\n\r\n"
_STREAM_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
_PLAIN_BODY, _PLAIN_REST = (
    json.dumps(
        {
            "id": "chatcmpl-0123456789abcdef",
            "object": "chat.completion",
            "created": 1_700_000_000,
            "model": "stub",
            "choices": [
                {"index": 0, "message": {"role": "assistant", "content": "*"}, "finish_reason": "stop"}
            ],
            "usage": {"prompt_tokens": 200, "completion_tokens": 40, "total_tokens": 240},
        }
    )
    .encode()
    .split(b"*")
)
_CHANCE = random.Random(0)
_WORDS = [word.encode() for word in WORDS[:-1]]


def _words() -> list[bytes]:
    """What is said this time."""
    _CHANCE.shuffle(_WORDS)
    return _WORDS


def chunks() -> list[bytes]:
    """One answer in 33 events, each a chunk."""
    events = (_FIRST, *[b"%b%b %b" % (_EVENT, word, _REST) for word in _words()], *_LAST)
    return [b"%x\r\n%b\r\n" % (len(event), event) for event in events]


def plain() -> bytes:
    """One answer as one document."""
    body = _PLAIN_BODY + b" ".join(_words()) + _PLAIN_REST
    return b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (
        len(body),
        body,
    )


class Stub(asyncio.Protocol):
    """Answers each request on a kept-alive connection."""

    pace = 0.0
    whole = False

    def __init__(self) -> None:
        """Nothing read yet."""
        self._buffer = b""
        self._tasks: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to answer."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's are not a subclass

    def data_received(self, data: bytes) -> None:
        """Answer once a whole request is there."""
        self._buffer += data
        head, end, body = self._buffer.partition(b"\r\n\r\n")
        if not end:
            return
        length = 0
        for line in head.lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        if len(body) < length:
            return
        self._buffer = body[length:]
        streamed = b'"stream":true' in body.replace(b" ", b"")
        if streamed and self.whole:
            self._transport.write(b"".join((_STREAM_HEAD, *chunks(), _END)))
        elif streamed:
            task = asyncio.get_running_loop().create_task(self._stream())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        else:
            self._transport.write(plain())

    async def _stream(self) -> None:
        write = self._transport.write
        write(_STREAM_HEAD)
        for chunk in chunks():
            write(chunk)
            await asyncio.sleep(self.pace)
        write(_END)


async def serve(port: int) -> None:
    """Serve until killed."""
    server = await asyncio.get_running_loop().create_server(Stub, "127.0.0.1", port)
    sys.stdout.write(json.dumps({"port": server.sockets[0].getsockname()[1]}) + "\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--pace", type=float, default=0.0)
    parser.add_argument("--whole", action="store_true")
    given = parser.parse_args()
    Stub.pace, Stub.whole = given.pace, given.whole
    uvloop.run(serve(given.port))
