"""Java's client asks for HTTP/2 with its first request; other servers lose its body then."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

ASKS = b"POST /a HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAAA\r\n"
GET = b"GET /after HTTP/1.1\r\nHost: x\r\n\r\n"
Serve = Callable[..., Awaitable[Any]]


@pytest.mark.parametrize("size", [1, 1_000])
@pytest.mark.parametrize(
    ("framing", "body"),
    [
        (b"Content-Length: 5\r\n\r\nhello", "hello"),
        (b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", "hello"),
        (b"\r\n", ""),
    ],
)
async def test_a_request_that_asks_for_http_2_is_answered_in_http_1(
    serve: Callable[..., Awaitable[Any]], framing: bytes, body: str, size: int
) -> None:
    """With its body, in whatever pieces; and the connection goes on."""
    gate = await serve()
    client, request = await gate.client(), ASKS + framing + GET

    for start in range(0, len(request), size):
        await client.send(request[start : start + size])
        await asyncio.sleep(0)
    first, second = await client.reply(), await client.reply()

    assert first.json["body"] == body
    assert first.json["path"] == "/a"
    assert second.json["path"] == "/after"
    assert gate.refused == []


async def test_it_may_ask_again(serve: Serve) -> None:
    """Request after request, one by one."""
    gate = await serve()
    client = await gate.client()

    for _ in range(3):
        await client.send(ASKS + b"Content-Length: 2\r\n\r\nhi")
        assert (await client.reply()).json["body"] == "hi"


async def test_its_body_is_bounded_too(serve: Serve) -> None:
    """By length and in chunks; garbage is garbage."""
    gate = await serve(body_bytes=4)

    assert (await gate.ask(ASKS + b"Content-Length: 5\r\n\r\nhello")).code == "request_too_large"
    chunked = ASKS + b"Transfer-Encoding: chunked\r\n\r\n"
    assert (await gate.ask(chunked + b"5\r\nhello\r\n0\r\n\r\n")).code == "request_too_large"
    assert (await gate.ask(chunked + b"zz\r\n")).code == "malformed_request"
