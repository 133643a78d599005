"""A model endpoint that misbehaves exactly as told, on a raw socket."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import uvloop

from yanmen.core.config import Bounds, Upstream
from yanmen.gateway.upstreams.pool import Pool

Handler = Callable[["Far"], Awaitable[None]]


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """The gateway runs on uvloop, and so do its tests."""
    return {"uvloop": uvloop.new_event_loop}


class Far:
    """One connection, seen from the model."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def request(self) -> bytes:
        """The next request, whole."""
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = head.partition(b"content-length: ")[2].partition(b"\r\n")[0]
        return head + await self.reader.readexactly(int(length or 0))

    async def say(self, *pieces: bytes) -> None:
        """Write, each piece by itself."""
        for piece in pieces:
            self.writer.write(piece)
            await self.writer.drain()
            await asyncio.sleep(0)

    async def left(self) -> None:
        """Wait until the other side has closed."""
        try:
            while await self.reader.read(65_536):
                pass
        except ConnectionError:
            return


class Model:
    """A listening endpoint."""

    def __init__(self, port: int, *, tls: bool) -> None:
        self.port = port
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{port}/v1"
        self.connections = 0
        self.requests: list[bytes] = []
        self.left = asyncio.Event()
        """Set when a connection of its has been closed by the gateway while it was waiting for that."""

    def pool(self, *, bounds: Bounds | None = None, **settings: Any) -> Pool:
        """A pool of connections to it; the caller closes it."""
        return Pool(Upstream(**{"url": self.url, "key": "sk-test", **settings}), bounds or Bounds())


Models = Callable[..., Awaitable[Model]]


@pytest.fixture
async def models() -> AsyncIterator[Models]:
    """Starts endpoints, each with its handler of connections."""
    servers: list[asyncio.Server] = []
    tasks: set[asyncio.Task[None]] = set()

    async def start(handler: Handler, *, tls: ssl.SSLContext | None = None) -> Model:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            tasks.add(task)
            model.connections += 1
            try:
                await handler(Far(reader, writer))
            except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
                model.left.set()
            except asyncio.CancelledError:
                writer.transport.abort()
            finally:
                tasks.discard(task)
                writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
        servers.append(server)
        model = Model(server.sockets[0].getsockname()[1], tls=tls is not None)
        return model

    yield start
    for task in list(tasks):
        task.cancel()
    if tasks:
        await asyncio.wait(tasks)
    for server in servers:
        server.close()
        await server.wait_closed()
