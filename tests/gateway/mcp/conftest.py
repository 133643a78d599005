"""A real MCP server of the reference SDK, and its real client, with the gateway between them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Literal

import httpx2
import pytest
import uvicorn
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.server.mcpserver import MCPServer

Serve = Callable[..., Awaitable[str]]
Connect = Callable[..., contextlib.AbstractAsyncContextManager[Client]]


class Heads:
    """Keeps what a server is sent in heads."""

    def __init__(self, app: Any) -> None:
        """Around a server."""
        self.app = app
        self.seen: list[dict[str, str]] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """One request."""
        if scope["type"] == "http":
            self.seen.append({name.decode(): value.decode() for name, value in scope["headers"]})
        await self.app(scope, receive, send)


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Starts servers; answers their addresses."""
    async with contextlib.AsyncExitStack() as stack:

        async def start(server: MCPServer[Any], heads: list[Heads] | None = None, **options: Any) -> str:
            app = Heads(server.streamable_http_app(**options))
            if heads is not None:
                heads.append(app)
            running = uvicorn.Server(
                uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, lifespan="on", ws="none")
            )
            task = asyncio.get_running_loop().create_task(running.serve())

            async def stop() -> None:
                running.should_exit = running.force_exit = True
                await task

            stack.push_async_callback(stop)
            while not running.started:  # noqa: ASYNC110  # uvicorn has no event to wait for
                await asyncio.sleep(0.01)
            port = running.servers[0].sockets[0].getsockname()[1]
            return f"http://127.0.0.1:{port}/mcp"

        yield start


@pytest.fixture
def connect() -> Connect:
    """Connects a client through a gateway."""

    @contextlib.asynccontextmanager
    async def through(
        house: Any,
        server: str = "tools",
        key: str = "",
        mode: Literal["auto", "legacy"] = "legacy",
        **more: Any,
    ) -> AsyncIterator[Client]:
        headers = {"authorization": f"Bearer {key or house.key}"}
        async with httpx2.AsyncClient(headers=headers, timeout=30) as http:
            transport = streamable_http_client(f"{house.url}/mcp/{server}", http_client=http)
            async with Client(transport, mode=mode, read_timeout_seconds=20, **more) as client:
                yield client

    return through
