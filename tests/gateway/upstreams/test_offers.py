"""The list of models, where there are several upstreams."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from yanmen.core.config import Gateway, Upstream
from yanmen.gateway.commands import Errand
from yanmen.gateway.upstreams.errors import UpstreamError
from yanmen.gateway.upstreams.fleet import Fleet
from yanmen.gateway.upstreams.offers import one

Models = Callable[..., Awaitable[Any]]


def _listing(body: bytes, status: bytes = b"200 OK") -> Callable[[Any], Awaitable[None]]:
    async def handle(far: Any) -> None:
        while True:
            await far.request()
            await far.say(b"HTTP/1.1 %b\r\nContent-Length: %d\r\n\r\n%b" % (status, len(body), body))

    return handle


async def _listed(*upstreams: Upstream) -> list[str]:
    async with Fleet(Gateway(upstreams={f"u{at}": one for at, one in enumerate(upstreams)})) as fleet:
        reply = await fleet.send("GET", "/models", [], b"", Errand(speaks="openai"))
        assert reply.header(b"content-type") == b"application/json"
        return [entry["id"] for entry in json.loads(await reply.read(1 << 20))["data"]]


async def test_an_upstream_that_says_nothing_is_left_out(models: Models) -> None:
    """Garbage, an error, strange entries; what others say stands, each name once."""
    good = await models(_listing(b'{"data":[{"id":"m"},{"id":"m"},{"id":7},"x"]}'))
    bad = await models(_listing(b"<html>"))
    worse = await models(_listing(b"{}", b"500 Oops"))
    dead = Upstream(url="http://127.0.0.1:9/v1")

    assert await _listed(*(Upstream(url=each.url) for each in (bad, good, worse)), dead) == ["m"]


async def test_where_nobody_says_anything_it_is_an_error(models: Models) -> None:
    """Not an empty list: it could not be known."""
    bad = await models(_listing(b"<html>"))
    with pytest.raises(UpstreamError):
        await _listed(Upstream(url=bad.url))


async def test_an_answer_of_our_own_reads_like_any() -> None:
    """Whole, or piece by piece; within its bound."""
    assert json.loads(await one("fast").read(1_000))["id"] == "fast"
    said = one("fast")
    assert json.loads(await said.__anext__())["object"] == "model"
    with pytest.raises(StopAsyncIteration):
        await said.__anext__()
    with pytest.raises(UpstreamError):
        await one("fast").read(10)
    one("fast").close()
