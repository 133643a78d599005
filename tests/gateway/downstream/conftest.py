"""A server with small bounds, an application that tells what it was given, and a client that writes raw bytes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import uvloop

from yanmen.core.config import Bounds
from yanmen.gateway.downstream.exchange import Application, Receive, Scope, Send
from yanmen.gateway.server import Server

PATIENCE = 10
"""Seconds after which a test has hung. Nothing is expected to take them."""


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """The gateway runs on uvloop, and so do its tests."""
    return {"uvloop": uvloop.new_event_loop}


async def whole_body(receive: Receive) -> bytes:
    """The request's body; ConnectionResetError when the client leaves before its end."""
    body: bytes = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionResetError
        body += message["body"]
        if not message["more_body"]:
            return body


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers what it was asked, as JSON."""
    body = await whole_body(receive)
    said = {
        **{name: scope[name] for name in ("method", "path", "http_version", "client", "scheme")},
        "query": scope["query_string"].decode(),
        "headers": [name.decode() for name, _ in scope["headers"]],
        "body": body.decode("latin-1"),
    }
    content = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": content})
    await send({"type": "http.response.body", "body": json.dumps(said).encode()})


def living(app: Application) -> Application:
    """The application with a lifespan."""

    async def run(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            await app(scope, receive, send)
            return
        for kind in ("lifespan.startup", "lifespan.shutdown"):
            await receive()
            await send({"type": f"{kind}.complete"})

    return run


class Reply:
    """One response as a client sees it."""

    def __init__(self, status: int, headers: dict[str, str], body: bytes, *, chunked: bool) -> None:
        self.status = status
        self.headers = headers
        self.body = body
        self.chunked = chunked

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """The code of a refusal, whose shape is checked."""
        error: dict[str, str] = self.json["error"]
        assert set(error) == {"message", "type", "param", "code"}
        assert self.headers["connection"] == "close"
        return error["code"]


class Client:
    """A connection on which bytes are written as they stand."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def send(self, data: bytes) -> None:
        """Write it."""
        self.writer.write(data)
        await self.writer.drain()

    async def reply(self, *, bodiless: bool = False) -> Reply:
        """Read one response."""
        async with asyncio.timeout(PATIENCE):
            head = await self.reader.readuntil(b"\r\n\r\n")
            first, *lines = head[:-4].decode("latin-1").split("\r\n")
            headers = dict(line.split(": ", 1) for line in lines)
            body, chunked = b"", headers.get("transfer-encoding") == "chunked"
            if chunked and not bodiless:
                while size := int(await self.reader.readline(), 16):
                    body += await self.reader.readexactly(size)
                    assert await self.reader.readexactly(2) == b"\r\n"
                assert await self.reader.readexactly(2) == b"\r\n"
            elif not bodiless:
                length = headers.get("content-length")
                body = (
                    await self.reader.read() if length is None else await self.reader.readexactly(int(length))
                )
            return Reply(int(first.split(" ")[1]), headers, body, chunked=chunked)

    async def rest(self) -> bytes:
        """All until the server closes; empty as well when it does so rudely."""
        async with asyncio.timeout(PATIENCE):
            try:
                return await self.reader.read()
            except ConnectionError:
                return b""

    async def close(self) -> None:
        """Go."""
        self.writer.close()
        try:
            await self.writer.wait_closed()
        except OSError:
            return

    def abort(self) -> None:
        """Vanish."""
        self.writer.transport.abort()


class Gate:
    """A running server and what it refused."""

    def __init__(self, server: Server, port: int, refused: list[tuple[str, int, str, str]]) -> None:
        self.server = server
        self.port = port
        self.refused = refused
        self.clients: list[Client] = []

    @property
    def codes(self) -> list[str]:
        """Codes of what was refused, in order."""
        return [code for code, *_ in self.refused]

    async def client(self, *first: bytes) -> Client:
        """A connection to it, closed after the test."""
        client = Client(*await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 20))
        self.clients.append(client)
        for piece in first:
            await client.send(piece)
        return client

    async def ask(self, data: bytes) -> Reply:
        """Send one request, read its response."""
        return await (await self.client(data)).reply()

    async def until(self, fact: Callable[[], object]) -> None:
        """Wait until something is so."""
        async with asyncio.timeout(PATIENCE):
            while not fact():  # noqa: ASYNC110  # the facts are counters, which wake nobody
                await asyncio.sleep(0.005)


Serve = Callable[..., Awaitable[Gate]]


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Starts servers, with bounds by name."""
    gates: list[Gate] = []

    async def start(
        app: Application = echo, *, grace: float = 5.0, stop_seconds: int = 1, **bounds: Any
    ) -> Gate:
        refused: list[tuple[str, int, str, str]] = []
        server = Server(
            living(app),
            bounds=Bounds(**bounds),
            on_refused=lambda *what: refused.append(what),
            grace=grace,
            stop_seconds=stop_seconds,
        )
        gates.append(Gate(server, await server.start(), refused))
        return gates[-1]

    yield start
    for gate in gates:
        for client in gate.clients:
            await client.close()
        await gate.server.stop()
