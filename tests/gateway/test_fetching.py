"""Images are fetched from named hosts at public addresses, and nothing else is."""

from __future__ import annotations

import asyncio
import ssl
from ipaddress import ip_address

import pytest

from yanmen.gateway.fetching import Unfetched, fetch, located, public

TLS = ssl.create_default_context()


async def answered(answer: bytes, limit: int = 1000) -> bytes:
    """What is fetched from a server that says this."""
    asked: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(answer)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        host = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            return await fetch(f"http://{host}/a.png?x=1", (host,), limit, TLS)
        finally:
            assert asked[0].startswith(b"GET /a.png?x=1 HTTP/1.1\r\n")
            assert b"authorization" not in asked[0].lower()


async def test_a_body_is_fetched() -> None:
    """Whole."""
    assert await answered(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nimage") == b"image"


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (
            b"HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/\r\ncontent-length: 0\r\n\r\n",
            "status 302",
        ),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 2000\r\n\r\n" + bytes(2000), "longer"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\ncut", "no whole image"),
        (b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 3\r\n\r\nabc", "no whole image"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", "no whole image"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "no answer"),
    ],
    ids=["redirection", "long", "cut", "encoded", "empty", "no-http"],
)
async def test_anything_else_is_not(answer: bytes, why: str) -> None:
    """And it is said why."""
    with pytest.raises(Unfetched, match=why):
        await answered(answer)


@pytest.mark.parametrize(
    "url",
    [
        "https://other.example/a.png",
        "https://images.example:8443/a.png",
        "https://user:word@images.example/a.png",
        "https://images.example.evil.example/a.png",
        "ftp://images.example/a.png",
        "https://images.example/a b.png",
        "https://images.example\\@other.example/a.png",
        "https://[::1/a.png",
        "https://images.example:99999/",
        "//images.example/a.png",
        "https:///a.png",
    ],
)
def test_an_address_must_be_named(url: str) -> None:
    """Host, port and scheme; and written so that every reader reads it alike."""
    with pytest.raises(Unfetched):
        located(url, ("images.example", "*.cdn.example"))


def test_a_named_address_is_taken_apart() -> None:
    """With the usual port, or the one that was named."""
    assert located("https://a.cdn.example/x?y", ("*.cdn.example",)) == ("a.cdn.example", 443, True, "/x?y")
    assert located("http://images.example:81", ("images.example:81",)) == ("images.example", 81, False, "/")


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.1", "169.254.169.254", "100.64.0.1", "224.0.0.1", "::1", "fd00::1",
     "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "fe80::1"],
)  # fmt: skip
def test_private_addresses_are_not_public(address: str) -> None:
    """Nor are those that carry one."""
    assert not public(ip_address(address))


def test_public_addresses_are() -> None:
    """Of both versions."""
    assert public(ip_address("93.184.215.14"))
    assert public(ip_address("2606:2800:21f:cb07:6820:80da:af6b:8b2c"))


async def test_a_name_that_leads_inside_is_not_asked() -> None:
    """Even where its name is on the list: names change hands."""
    with pytest.raises(Unfetched, match="not public"):
        await fetch("http://localhost/a.png", ("localhost",), 1000, TLS)
