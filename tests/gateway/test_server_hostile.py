"""The whole gateway between hostile ends, on raw sockets: nothing is smuggled either way, and nothing is mixed up."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest
from tests.gateway.conftest import completion

from yanmen.core.config import Bounds

House = Any
Houses = Callable[..., Awaitable[House]]
BODY = b'{"model":"m","messages":[{"role":"user","content":"hi"}]}'
STATUS = re.compile(rb"HTTP/1\.1 \d\d\d ")
SMUGGLED = b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\nxxxxx"


async def raw(house: House, sent: bytes, *, seconds: float = 10) -> bytes:
    """Everything that comes back until the gateway closes; nothing where it does not close."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(house.url.rpartition(":")[2]))
    try:
        writer.write(sent)
        async with asyncio.timeout(seconds):
            return await reader.read()
    except TimeoutError:
        return b"not closed"
    except ConnectionError:
        return b""
    finally:
        writer.close()


def request(house: House, *headers: bytes, body: bytes = BODY, line: bytes = b"") -> bytes:
    """A call as any client makes it, with other headers in the place of its length."""
    line = line or b"POST /v1/chat/completions HTTP/1.1"
    common = [
        line,
        b"host: x",
        b"authorization: Bearer " + house.key.encode(),
        b"content-type: application/json",
    ]
    return b"\r\n".join([*common, *(headers or (b"content-length: %d" % len(body),)), b"", b""]) + body


def length(extra: int = 0) -> bytes:
    """The length of the body, or of more."""
    return b"%d" % (len(BODY) + extra)


CHUNKED = b"%x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY)
HEADERS = {
    "length and chunks": [b"content-length: " + length(), b"transfer-encoding: chunked"],
    "chunks and length": [b"transfer-encoding: chunked", b"content-length: " + length()],
    "two lengths": [b"content-length: " + length(), b"content-length: " + length(1)],
    "the same length twice": [b"content-length: " + length(), b"content-length: " + length()],
    "a list of lengths": [b"content-length: " + length() + b", " + length()],
    "a signed length": [b"content-length: +" + length()],
    "a negative length": [b"content-length: -1"],
    "a length in hex": [b"content-length: 0x10"],
    "a huge length": [b"content-length: 99999999999999999999"],
    "blank before the colon": [b"content-length : " + length()],
    "tab before the colon": [b"transfer-encoding\t: chunked"],
    "a folded line": [b"x-a: b\r\n content-length: 0", b"content-length: " + length()],
    "a bare return": [b"x-a: b\rtransfer-encoding: chunked", b"content-length: " + length()],
    "a bare newline": [b"x-a: b\ntransfer-encoding: chunked", b"content-length: " + length()],
    "a zero byte": [b"x-a: \0b", b"content-length: " + length()],
    "no name": [b": chunked", b"content-length: " + length()],
    "another coding": [b"transfer-encoding: xchunked"],
    "chunked twice": [b"transfer-encoding: chunked", b"transfer-encoding: chunked"],
    "chunked not last": [b"transfer-encoding: chunked, identity"],
    "identity": [b"transfer-encoding: identity", b"content-length: " + length()],
    "a vertical tab": [b"transfer-encoding:\x0bchunked"],
    "a quoted coding": [b'transfer-encoding: "chunked"'],
    "two hosts": [b"host: y", b"content-length: " + length()],
    "a websocket": [b"connection: upgrade", b"upgrade: websocket", b"content-length: " + length()],
    "an odd expectation": [b"expect: 200-ok", b"content-length: " + length()],
}


@pytest.mark.parametrize("name", HEADERS)
@pytest.mark.parametrize("body", [BODY, CHUNKED], ids=["plain", "chunked"])
async def test_what_two_readers_read_in_two_ways_is_refused_and_nothing_follows(
    house: House, name: str, body: bytes
) -> None:
    """One refusal, the connection closed, and the request hidden behind it reaches neither door nor model."""
    answer = await raw(house, request(house, *HEADERS[name], body=body + SMUGGLED))

    assert answer.startswith(b"HTTP/1.1 4")
    assert len(STATUS.findall(answer)) == 1
    assert b"connection: close" in answer
    assert house.stub.seen == []
    assert house.calls() == []


LINES = {
    "CONNECT": (b"CONNECT model.example:443 HTTP/1.1", 400),
    "TRACE": (b"TRACE / HTTP/1.1", 405),
    "another's host": (b"POST http://evil.example/v1/chat/completions HTTP/1.1", 400),
    "another scheme": (b"POST ftp://x/v1/chat/completions HTTP/1.1", 400),
    "a fragment": (b"POST /v1/chat/completions#x HTTP/1.1", 400),
    "HTTP/2": (b"POST /v1/chat/completions HTTP/2.0", 505),
    "HTTP/0.9": (b"POST /v1/chat/completions HTTP/0.9", 505),
    "a space": (b"POST /v1/chat completions HTTP/1.1", 400),
    "a bare target": (b"POST v1/chat/completions HTTP/1.1", 400),
}


@pytest.mark.parametrize("name", LINES)
async def test_request_lines_that_are_not_ours_are_refused(house: House, name: str) -> None:
    """Closed, and nothing reaches the model."""
    line, status = LINES[name]
    answer = await raw(house, request(house, line=line))

    assert answer.startswith(b"HTTP/1.1 %d" % status) or (status != 505 and answer.startswith(b"HTTP/1.1 4"))
    assert len(STATUS.findall(answer)) == 1
    assert house.stub.seen == []


async def test_our_own_host_in_absolute_form_is_a_call(house: House) -> None:
    """As proxies write it (RFC 9112 §3.2.2)."""
    house.stub.plays(json.dumps(completion("Hello.")).encode())
    line = b"POST http://x/v1/chat/completions HTTP/1.1"
    answer = await raw(house, request(house, b"connection: close", b"content-length: " + length(), line=line))

    assert answer.startswith(b"HTTP/1.1 200 ")
    assert house.stub.seen[0].path == "/base/v1/chat/completions"


async def test_http_1_0_is_answered_whole_and_closed(house: House) -> None:
    """Without chunks."""
    house.stub.plays(json.dumps(completion("Hello.")).encode())
    answer = await raw(house, request(house, line=b"POST /v1/chat/completions HTTP/1.0"))

    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b"transfer-encoding" not in answer
    assert b'"Hello."' in answer


@pytest.mark.parametrize(
    "chunks",
    [
        b"ffffffffffffffff1\r\nx",
        b"-1\r\nx",
        b"5;" + b"a" * 2_000_000 + b"\r\nhello\r\n0\r\n\r\n",
        b"3\r\nabcd\r\n0\r\n\r\n",
        b"3\nabc\r\n0\r\n\r\n",
        b"0\r\ncontent-length: 5\r\n\r\n",
        b"0\r\n" + b"x-t: y\r\n" * 200_000 + b"\r\n",
        b"1\r\n{\r\n" * 70_000,
    ],
    ids=["overflow", "negative", "extension", "too long", "newline", "framing trailer", "trailers", "crumbs"],
)
async def test_chunks_that_are_abused_are_refused(house: House, chunks: bytes) -> None:
    """Within bounds of bytes and counts; what follows is nobody's."""
    answer = await raw(
        house, request(house, b"transfer-encoding: chunked", body=chunks + SMUGGLED), seconds=30
    )

    assert answer == b"" or answer.startswith(b"HTTP/1.1 4")
    assert len(STATUS.findall(answer)) <= 1
    assert house.stub.seen == []


@pytest.mark.parametrize("encoding", [b"gzip", b"deflate", b"br", b"zstd", b"identity, gzip", b"x"])
async def test_a_compressed_body_is_refused_and_never_unpacked(house: House, encoding: bytes) -> None:
    """Bombs among them: a gigabyte in a megabyte costs what a megabyte does."""
    bomb = gzip.compress(b"\0" * (8 << 20))
    headers = [b"content-encoding: " + encoding, b"content-length: %d" % len(bomb), b"connection: close"]
    answer = await raw(house, request(house, *headers, body=bomb))

    assert answer.startswith(b"HTTP/1.1 415 ")
    assert house.stub.seen == []


@pytest.mark.parametrize("header", [b"authorization: Bearer ym_other", b"content-type: text/plain"])
async def test_headers_that_decide_may_not_stand_twice(house: House, header: bytes) -> None:
    """Which one counts would be anybody's guess."""
    answer = await raw(house, request(house, header, b"connection: close", b"content-length: " + length()))

    assert answer[:12] in {b"HTTP/1.1 401", b"HTTP/1.1 415"}
    assert house.stub.seen == []


@pytest.mark.parametrize(
    "path",
    [
        "/v1/models/..%2f..%2fadmin",
        "/v1/models/../../admin",
        "/v1/models/%2e%2e/%2e%2e/admin",
        "/v1/models/..%5cadmin",
        "/v1/models/a%2f..%2f..%2fadmin",
        "/v1/models/a/..;/admin",
        "/v1/models/%252e%252e%252fadmin",
        "/v1/models/a%0d%0ax-injected:%20y",
        "/v1/models/a%00b",
        "/v1/models/a?b=c",
        "/v1/models//evil.example/x",
    ],
)
async def test_a_models_name_leads_nowhere_else(house: House, path: str) -> None:
    """Refused, or asked for below ``/models/`` under its very name, in one request line."""
    house.stub.plays(b'{"id":"x","object":"model"}')
    line = b"GET " + path.encode() + b" HTTP/1.1"
    answer = await raw(house, request(house, b"connection: close", line=line, body=b""))

    assert answer[:12] in {b"HTTP/1.1 200", b"HTTP/1.1 404", b"HTTP/1.1 400", b"HTTP/1.1 503"}
    for seen in house.stub.seen:
        assert seen.path.startswith("/base/v1/models/")
        assert "/.." not in seen.path
        assert "x-injected" not in seen.headers


@pytest.fixture
async def hostile() -> AsyncIterator[Callable[..., Awaitable[str]]]:
    """Starts endpoints that answer each request on a connection with the next of these bytes; their addresses."""
    async with contextlib.AsyncExitStack() as stack:

        async def start(*answers: bytes, close: bool = False) -> str:
            turns = list(answers)

            async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                    while turns:
                        head = await reader.readuntil(b"\r\n\r\n")
                        await reader.readexactly(
                            int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0] or 0)
                        )
                        writer.write(turns.pop(0))
                        await writer.drain()
                        if close:
                            break
                    await asyncio.sleep(0 if close else 0.5)
                writer.close()

            server = await asyncio.start_server(serve, "127.0.0.1", 0)
            stack.callback(server.close)
            return f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"

        yield start


def answered(text: str, *headers: bytes) -> bytes:
    """A sound answer."""
    body = json.dumps(completion(text)).encode()
    lines = [
        b"HTTP/1.1 200 OK",
        b"content-type: application/json",
        b"content-length: %d" % len(body),
        *headers,
    ]
    return b"\r\n".join([*lines, b"", b""]) + body


GOOD, OTHER = answered("mine"), answered("somebody else's")
ANSWERS = {
    "a second answer behind the first": (GOOD + OTHER, 200),
    "garbage behind the first": (GOOD + b"\0\xff" * 50, 200),
    "length and chunks": (
        b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n" + OTHER,
        502,
    ),
    "two lengths": (b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 9\r\n\r\n{}" + OTHER, 502),
    "a folded header": (b"HTTP/1.1 200 OK\r\nx: a\r\n content-length: 0\r\ncontent-length: 2\r\n\r\n{}", 502),
    "a header without a colon": (b"HTTP/1.1 200 OK\r\nnonsense\r\ncontent-length: 2\r\n\r\n{}", 502),
    "interim answers without end": (b"HTTP/1.1 100 Continue\r\n\r\n" * 1_000, 502),
    "early hints as a bomb": (b"HTTP/1.1 103 Early Hints\r\n" + b"link: x\r\n" * 9_000 + b"\r\n" + GOOD, 502),
    "ten thousand headers": (b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 10_000 + b"\r\n", 502),
    "one endless header": (b"HTTP/1.1 200 OK\r\nx: " + b"y" * 200_000, 502),
    "a switch of protocols": (b"HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\n\r\n" + OTHER, 502),
    "a compressed answer": (
        b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 2\r\n\r\n{}",
        502,
    ),
    "an endless chunk size": (
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nfffffffffffffffff1\r\n",
        502,
    ),
    "a length past any bound": (b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n{", 502),
    "no HTTP": (b"SSH-2.0-OpenSSH_9.6\r\n", 502),
    "HTTP/0.9": (b'{"choices":[]}', 502),
}


@pytest.mark.parametrize("name", ANSWERS)
async def test_a_hostile_model_mixes_nothing_up(
    houses: Houses, hostile: Callable[..., Awaitable[str]], name: str
) -> None:
    """The client of the first call gets its answer or an error, and the next client its own answer, never what lay behind."""
    bad, status = ANSWERS[name]
    house = await houses(upstream={"url": await hostile(bad, GOOD, GOOD)})
    head = {"authorization": f"Bearer {house.key}", "content-type": "application/json"}
    async with httpx.AsyncClient(base_url=house.url, timeout=20) as web:
        first = await web.post("/v1/chat/completions", content=BODY, headers=head)
        second = await web.post("/v1/chat/completions", content=BODY, headers=head)

    assert first.status_code == status
    assert "somebody else" not in first.text + second.text
    assert second.json()["choices"][0]["message"]["content"] == "mine"
    assert not {name for name in first.headers if name in {"x", "link", "upgrade", "set-cookie"}}


@pytest.mark.parametrize("cut", [10, 60, len(GOOD) - 1])
async def test_an_early_end_is_an_error_not_a_shorter_answer(
    houses: Houses, hostile: Callable[..., Awaitable[str]], cut: int
) -> None:
    """In its head, behind it, one byte before its end."""
    house = await houses(upstream={"url": await hostile(GOOD[:cut], close=True)})
    head = {"authorization": f"Bearer {house.key}", "content-type": "application/json"}
    async with httpx.AsyncClient(base_url=house.url, timeout=20) as web:
        reply = await web.post("/v1/chat/completions", content=BODY, headers=head)

    assert (reply.status_code, reply.json()["error"]["code"]) == (502, "upstream_broken")


async def test_an_event_without_end_ends_the_stream(
    houses: Houses, hostile: Callable[..., Awaitable[str]]
) -> None:
    """Past the bound of one event; what the client got before is an error it can read, and no end mark."""
    stream = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\ndata: " + b"x" * 300_000
    house = await houses(
        gateway={"bounds": Bounds(event_bytes=100_000)}, upstream={"url": await hostile(stream, close=True)}
    )
    head = {"authorization": f"Bearer {house.key}", "content-type": "application/json"}
    async with httpx.AsyncClient(base_url=house.url, timeout=20) as web:
        reply = await web.post("/v1/chat/completions", content=BODY[:-1] + b',"stream":true}', headers=head)

    assert "upstream_garbage" in reply.text
    assert "[DONE]" not in reply.text
    assert len(reply.content) < 10_000
