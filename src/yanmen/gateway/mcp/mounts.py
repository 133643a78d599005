"""Where calls of MCP go: each server has connections of its own, beside the upstreams of models."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit, urlunsplit

import msgspec

from yanmen.core.config import Gateway, Mount, Upstream
from yanmen.gateway.commands import Errand, Headers
from yanmen.gateway.live import Reply
from yanmen.gateway.live import Upstream as Sender
from yanmen.gateway.upstreams.pool import Pool

SPEAKS = "mcp"
"""What an errand to a server speaks; its ``model`` is the server's name."""


class Mounts:
    """Sends calls of MCP to their servers, and all others on. Belongs to one event loop."""

    def __init__(self, settings: Gateway, models: Sender) -> None:
        """YanmenError for what is wrong with a server's address or credential. ``models``: whoever serves all else."""
        self._models = models
        self._servers = {
            name: (_path(mount), Pool(endpoint(mount), settings.bounds, f"gateway.mcp.{name}"))
            for name, mount in settings.mcp.items()
        }

    async def __aenter__(self) -> Self:
        """Nothing is connected before the first call."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections to the servers."""
        await asyncio.gather(*(pool.close() for _, pool in self._servers.values()))

    async def send(self, method: str, path: str, headers: Headers, body: bytes, errand: Errand, /) -> Reply:
        """Make a call and answer with the head of its reply; UpstreamError where there is none."""
        if errand.speaks != SPEAKS:
            return await self._models.send(method, path, headers, body, errand)
        endpoint, pool = self._servers[errand.model]
        reply: Reply = await pool.send(method, endpoint, headers, body)
        reply.upstream = f"mcp/{errand.model}"
        return reply


def _path(mount: Mount) -> str:
    """The server's endpoint, to the letter: a slash more is another address to many servers."""
    url = urlsplit(mount.url)
    return urlunsplit(("", "", url.path or "/", url.query, ""))


def endpoint(mount: Mount) -> Upstream:
    """The same as one of the pool's endpoints: its host without a path."""
    url = urlsplit(mount.url)
    told = msgspec.structs.asdict(mount)
    return Upstream(**{**told, "url": urlunsplit((url.scheme, url.netloc, "", "", url.fragment))})
