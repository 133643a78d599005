"""One connection, as a client that writes raw bytes finds it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from yanmen.gateway.downstream import protocol
from yanmen.gateway.downstream.exchange import Receive, Scope, Send

GET = b"GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\n"
HEAD = b"POST /a HTTP/1.1\r\nHost: x\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
Serve = Callable[..., Awaitable[Any]]


def post(body: bytes, *more: bytes) -> bytes:
    """A request with a body."""
    lines = b"".join(line + b"\r\n" for line in more)
    return HEAD + lines + b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


async def never(scope: Scope, receive: Receive, send: Send) -> None:
    """Reads its request and says nothing until the client has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def test_a_request_reaches_the_application_whole(serve: Serve) -> None:
    """Method, path, query, headers in lower case, body, and the client's address."""
    gate = await serve()

    reply = await gate.ask(post(b"hello", b"X-Name: v"))

    assert reply.status == 200
    assert reply.json | {"client": None} == {
        "method": "POST",
        "path": "/a",
        "query": "",
        "http_version": "1.1",
        "scheme": "http",
        "headers": ["host", "x-name", "content-length"],
        "body": "hello",
        "client": None,
    }
    assert reply.json["client"][0] == "127.0.0.1"
    assert "date" in reply.headers
    assert gate.refused == []


async def test_a_connection_is_kept(serve: Serve) -> None:
    """Three requests on one."""
    gate = await serve()
    client = await gate.client()

    for _ in range(3):
        await client.send(GET)
        assert (await client.reply()).json["query"] == "b=c"

    assert gate.server.counters.connections == 1
    assert gate.server.counters.requests == 3


@pytest.mark.parametrize("size", [1, 7, 1_000])
async def test_a_request_may_come_in_any_pieces(serve: Serve, size: int) -> None:
    """Also byte by byte, with chunks and trailers, which are dropped."""
    request = CHUNKED + b"3;a=b\r\nabc\r\n2\r\nde\r\n0\r\nX-Trailer: y\r\n\r\n" + GET
    gate = await serve()
    client = await gate.client()

    for start in range(0, len(request), size):
        await client.send(request[start : start + size])
        await asyncio.sleep(0)
    first, second = await client.reply(), await client.reply()

    assert first.json["body"] == "abcde"
    assert "x-trailer" not in first.json["headers"]
    assert second.json["method"] == "GET"


async def test_pipelined_requests_are_answered_in_order(serve: Serve) -> None:
    """Sixteen wait at most."""
    gate = await serve()

    client = await gate.client(b"".join(post(b"%d" % number) for number in range(10)))

    assert [(await client.reply()).json["body"] for _ in range(10)] == [str(number) for number in range(10)]


async def test_too_many_pipelined_requests_are_refused_after_the_owed_answers(serve: Serve) -> None:
    """The first ones are answered, then comes the refusal."""
    gate = await serve()

    client = await gate.client(GET * (protocol.PIPELINE + 3))
    replies = [await client.reply() for _ in range(protocol.PIPELINE + 2)]

    assert [reply.status for reply in replies] == [200] * (protocol.PIPELINE + 1) + [400]
    assert replies[-1].code == "too_many_pipelined"
    assert await client.rest() == b""


async def test_what_follows_is_refused_after_the_answer_before_it(serve: Serve) -> None:
    """In the same read: a good request and garbage."""
    gate = await serve()

    client = await gate.client(GET + b"garbage\r\n\r\n")

    assert (await client.reply()).status == 200
    assert (await client.reply()).code == "malformed_request"


async def test_head_has_no_body(serve: Serve) -> None:
    """Its length is said all the same, and the next answer follows."""
    gate = await serve()

    client = await gate.client(b"HEAD / HTTP/1.1\r\nHost: x\r\n\r\n" + GET)
    head, after = await client.reply(bodiless=True), await client.reply()

    assert int(head.headers["content-length"]) > 0
    assert after.json["method"] == "GET"


async def test_http_1_0_is_answered_and_closed(serve: Serve) -> None:
    """It needs no host."""
    gate = await serve()

    client = await gate.client(b"GET / HTTP/1.0\r\n\r\n")

    assert (await client.reply()).json["http_version"] == "1.0"
    assert await client.rest() == b""


async def test_connection_close_is_obeyed(serve: Serve) -> None:
    """And what is sent after it is nobody's."""
    gate = await serve()

    client = await gate.client(post(b"x", b"Connection: close") + GET)
    reply = await client.reply()

    assert reply.headers["connection"] == "close"
    assert await client.rest() == b""
    assert gate.server.counters.requests == 1
    assert gate.refused == []


async def test_an_expecting_client_is_told_to_go_on(serve: Serve) -> None:
    """Once the application asks for the body."""
    gate = await serve()
    client = await gate.client(HEAD + b"Expect: 100-continue\r\nContent-Length: 3\r\n\r\n")

    assert await client.reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
    await client.send(b"abc")

    assert (await client.reply()).json["body"] == "abc"


@pytest.mark.parametrize(
    ("request_", "status", "code"),
    [
        (b"XX\r\n\r\n", 400, "malformed_request"),
        (b"GET / HTTP/1.1\r\n\r\n", 400, "bad_host"),
        (b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400, "bad_host"),
        (
            HEAD + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            400,
            "malformed_request",
        ),
        (HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n", 400, "malformed_request"),
        (HEAD + b"Upgrade: websocket\r\nConnection: upgrade\r\n\r\n", 400, "websocket_unsupported"),
        (b"TRACE / HTTP/1.1\r\nHost: x\r\n\r\n", 405, "method_not_allowed"),
        (b"CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n", 405, "method_not_allowed"),
        (b"GET * HTTP/1.1\r\nHost: x\r\n\r\n", 400, "malformed_request"),
        (b"GET /a#b HTTP/1.1\r\nHost: x\r\n\r\n", 400, "malformed_request"),
        (b"GET http://y/ HTTP/1.1\r\nHost: x\r\n\r\n", 400, "malformed_request"),
        (b"GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505, "http_version_unsupported"),
        (HEAD + b"Expect: more\r\n\r\n", 417, "expectation_failed"),
        (HEAD + b"Content-Length: 1001\r\n\r\n", 413, "request_too_large"),
        (CHUNKED + b"3e9\r\n" + b"x" * 1_001 + b"\r\n0\r\n\r\n", 413, "request_too_large"),
        (b"GET /" + b"a" * 8_200 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414, "uri_too_long"),
        (b"GET /" + b"a" * 8_200, 414, "uri_too_long"),
        (HEAD + b"X: y\r\n" * 101 + b"\r\n", 431, "headers_too_large"),
        (HEAD + b"X: " + b"y" * 20_000 + b"\r\n\r\n", 431, "headers_too_large"),
        (HEAD + b"X: " + b"y" * 20_000, 431, "headers_too_large"),
        (HEAD + b"y" * 20_000, 431, "headers_too_large"),
        (b"\r\n" * 10_000, 431, "headers_too_large"),
    ],
)
async def test_what_is_not_taken_is_refused_and_told_of_once(
    serve: Serve, request_: bytes, status: int, code: str
) -> None:
    """The application sees nothing; the client reads why, in the shape its library knows."""
    called: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if (await receive())["type"] == "http.request":
            called.append(scope["path"])

    gate = await serve(app, body_bytes=1_000, header_bytes=16_384)

    client = await gate.client(request_)
    reply = await client.reply()

    assert (reply.status, reply.code) == (status, code)
    assert await client.rest() == b""
    assert [(found, by, peer) for found, by, peer, _ in gate.refused] == [(code, status, "127.0.0.1")]
    assert gate.server.counters.refused == {code: 1}
    assert called == []


async def test_a_body_may_be_as_long_as_the_bound(serve: Serve) -> None:
    """By its length and in chunks."""
    gate = await serve(body_bytes=1_000)

    assert (await gate.ask(post(b"x" * 1_000))).status == 200
    assert (await gate.ask(CHUNKED + b"3e8\r\n" + b"x" * 1_000 + b"\r\n0\r\n\r\n")).status == 200


async def test_a_hundred_megabytes_of_headers_are_not_taken_in(serve: Serve) -> None:
    """The refusal comes at the bound; the client may go on talking for a moment, into nothing."""
    gate = await serve()
    client = await gate.client(b"GET / HTTP/1.1\r\nHost: x\r\n")

    try:
        for _ in range(1_000):
            await client.send(b"X: " + b"y" * 100_000 + b"\r\n")
    except ConnectionError:
        pass

    await gate.until(lambda: gate.server.open == 0)
    assert gate.codes == ["headers_too_large"]
    assert gate.server.counters.bytes_in < 100_000_000


async def test_chunks_that_carry_next_to_nothing_are_refused(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each costs the loop time, whatever its size."""
    monkeypatch.setattr(protocol, "CHUNKS", 100)
    gate = await serve()

    assert (await gate.ask(CHUNKED + b"1\r\nx\r\n" * 101)).code == "too_many_chunks"


async def test_chunk_extensions_are_bounded(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are no body, and would go on for ever."""
    monkeypatch.setattr(protocol, "CHUNK_WASTE", 1_000)
    gate = await serve(body_bytes=1_000)

    assert (await gate.ask(CHUNKED + b"1;" + b"x" * 4_000)).code == "too_many_chunks"


@pytest.mark.parametrize("way", ["close", "abort"])
async def test_a_client_that_vanishes_in_mid_stream_is_noticed(serve: Serve, way: str) -> None:
    """By the future in the scope, by receive, by send; though the application waits for something else."""
    noticed: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"first", "more_body": True})
        await scope["extensions"]["yanmen.closed"]
        noticed.append((await receive())["type"])
        try:
            await send({"type": "http.response.body", "body": b"second", "more_body": True})
        except ConnectionResetError:
            noticed.append("send")

    gate = await serve(app)
    client = await gate.client(GET)
    await client.reader.readuntil(b"first")

    client.abort() if way == "abort" else client.writer.close()
    await gate.until(lambda: len(noticed) == 2)

    assert noticed == ["http.disconnect", "send"]
    assert gate.server.counters.gone == 1


async def test_a_client_that_leaves_takes_its_pipelined_requests_along(serve: Serve) -> None:
    """They are not begun."""
    began: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        began.append(scope["path"])
        await never(scope, receive, send)

    gate = await serve(app)
    client = await gate.client(GET)
    await gate.until(lambda: began)

    client.abort()
    await gate.until(lambda: gate.server.open == 0)

    assert began == ["/a"]


async def test_an_application_that_fails_is_answered_for(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    """With 500 before its first byte, in the client's language; by cutting off after it."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/late":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"begun", "more_body": True})
        raise RuntimeError("a bug")

    gate = await serve(app)
    early = await gate.ask(b"GET / HTTP/1.1\r\nHost: x\r\nAccept-Language: zh-CN\r\n\r\n")
    late = await (await gate.client(b"GET /late HTTP/1.1\r\nHost: x\r\n\r\n")).rest()

    assert (early.status, early.code) == (500, "internal_error")
    assert "网关" in early.json["error"]["message"]
    assert not late.endswith(b"0\r\n\r\n")
    assert gate.codes == ["internal_error"]
    assert "a bug" in caplog.text


SOUND = [
    GET,
    post(b"hello"),
    CHUNKED + b"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nA: b\r\n\r\n",
    post(b"hello", b"Connection: Upgrade", b"Upgrade: h2c"),
    post(b"abc", b"Expect: 100-continue"),
    post(b"", b"Connection: close"),
    b"HEAD / HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET / HTTP/1.0\r\n\r\n",
    post(b"z" * 3_000),
]
SPLINTERS = [
    b"\r",
    b"\n",
    b"\0",
    b" ",
    b":",
    b"ffff",
    b"\r\n\r\n",
    b"Host: y\r\n",
    b"Transfer-Encoding: chunked\r\n",
]


def damaged(chance: random.Random, request: bytes) -> bytes:
    """The request with a few bytes put in, left out or changed; now and then none."""
    data = bytearray(request)
    for _ in range(chance.choice([0, 0, 1, 2, 5])):
        place = chance.randrange(len(data) + 1)
        match chance.randrange(3):
            case 0:
                data[place:place] = chance.choice(SPLINTERS)
            case 1:
                del data[place : place + chance.randrange(1, 6)]
            case _:
                data[place : place + 1] = bytes([chance.randrange(256)])
    return bytes(data)


async def test_whatever_is_sent_the_server_answers_or_closes_and_goes_on(serve: Serve) -> None:
    """Two hundred connections of damaged requests in any pieces; nothing fails inside, nothing is left open."""
    failures: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: failures.append(context))
    gate = await serve(header_seconds=0.2, body_seconds=0.2, idle_seconds=0.2, body_bytes=2_000, grace=0.1)

    async def converse(seed: int) -> bytes:
        chance = random.Random(seed)
        data = b"".join(damaged(chance, chance.choice(SOUND)) for _ in range(chance.choice([1, 2, 30])))
        size, client = chance.choice([1, 17, 200, 100_000]), await gate.client()
        try:
            for start in range(0, len(data), size):
                await client.send(data[start : start + size])
        except OSError:
            return b""
        if chance.random() < 0.3:
            client.abort()
            return b""
        return bytes(await client.rest())

    for first in range(0, 200, 50):
        answers = await asyncio.gather(*(converse(seed) for seed in range(first, first + 50)))
        assert all(answer.startswith(b"HTTP/1.1 ") for answer in answers if answer)
    await gate.until(lambda: gate.server.open == 0)

    assert failures == []
    assert (await gate.ask(GET)).status == 200
