"""Answers as models give them, well and badly."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from yanmen.core.config import Bounds
from yanmen.gateway.upstreams.connection import HIGH_WATER
from yanmen.gateway.upstreams.errors import UpstreamError

Models = Callable[..., Awaitable[Any]]
CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
CALL = ("POST", "/chat/completions", [(b"content-type", b"application/json")], b"{}")


def says(*pieces: bytes, wait: bool = True) -> Callable[[Any], Awaitable[None]]:
    """A model that reads a request, answers these pieces, and keeps the connection or closes it."""

    async def handle(far: Any) -> None:
        await far.request()
        await far.say(*pieces)
        if wait:
            await far.left()

    return handle


@pytest.mark.parametrize(
    "pieces",
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", b"he", b"llo"),
        (CHUNKED + b"2\r\nhe\r\n3;a=b\r\nllo\r\n0\r\nX-Trailer: a\r\n\r\n",),
        tuple(bytes([byte]) for byte in CHUNKED + b"5\r\nhello\r\n0\r\n\r\n"),
        (b"HTTP/1.1 200\r\nContent-Length: 5\r\n\r\nhello",),
        (b"HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: identity\r\nContent-Length: 5\r\n\r\nhello",),
    ],
)
async def test_an_answer_is_read_in_whatever_pieces_and_framing(
    models: Models, pieces: tuple[bytes, ...]
) -> None:
    """Interim responses and trailers are left out."""
    model = await models(says(*pieces))

    async with model.pool() as pool:
        answer = await pool.send(*CALL)

        assert answer.status == 200
        assert await answer.read(1_000) == b"hello"
        assert answer.header(b"link") == answer.header(b"x-trailer") == b""


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.0 200 OK\r\n\r\n"])
async def test_an_answer_without_a_length_ends_with_its_connection(models: Models, head: bytes) -> None:
    """There is nothing else to tell its end by; the connection is not used again."""
    model = await models(says(head, b"hel", b"lo", wait=False))

    async with model.pool() as pool:
        assert await (await pool.send(*CALL)).read(1_000) == b"hello"
        assert await (await pool.send(*CALL)).read(1_000) == b"hello"

    assert model.connections == 2


@pytest.mark.parametrize("status", [204, 304])
async def test_an_answer_without_a_body_is_complete_at_once(models: Models, status: int) -> None:
    """By its status."""
    model = await models(says(b"HTTP/1.1 %d X\r\n\r\n" % status))

    async with model.pool() as pool:
        answer = await pool.send(*CALL)

        assert answer.status == status
        assert await answer.read(0) == b""


async def test_the_answer_to_head_has_no_body(models: Models) -> None:
    """Whatever length it says."""
    model = await models(says(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"))

    async with model.pool() as pool:
        assert await (await pool.send("HEAD", "/models", [], b"")).read(0) == b""


async def test_the_stream_is_handed_on_as_it_comes(models: Models) -> None:
    """Piece by piece, not at its end."""
    go_on = asyncio.Event()

    async def handle(far: Any) -> None:
        await far.request()
        await far.say(CHUNKED + b"3\r\none\r\n")
        await go_on.wait()
        await far.say(b"3\r\ntwo\r\n0\r\n\r\n")
        await far.left()

    model = await models(handle)
    async with model.pool() as pool:
        answer = await pool.send(*CALL)
        pieces = []
        async for piece in answer:
            pieces.append(piece)
            go_on.set()

    assert pieces == [b"one", b"two"]


@pytest.mark.parametrize(
    ("pieces", "kind"),
    [
        ((b"SSH-2.0-OpenSSH\r\n",), "garbage"),
        ((b"\x16\x03\x01\x02\x00",), "garbage"),
        ((b"HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n",), "garbage"),
        ((b"HTTP/1.1 999 X\r\nContent-Length: 0\r\n\r\n",), "garbage"),
        ((b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",), "garbage"),
        ((b"HTTP/1.1 100 Continue\r\n\r\n" * 9,), "garbage"),
        (
            (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",),
            "garbage",
        ),
        ((b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc",), "garbage"),
        ((b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",), "garbage"),
        ((b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nabc",), "garbage"),
        ((b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",), "garbage"),
        ((b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",), "garbage"),
        ((b"HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 0\r\n\r\n",), "garbage"),
        ((b"HTTP/1.1 200 OK\nContent-Length: 0\n\n",), "garbage"),
        ((b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 101 + b"\r\n",), "too-large"),
        ((b"HTTP/1.1 200 OK\r\nX: " + b"y" * 40_000 + b"\r\n\r\n",), "too-large"),
        ((b"HTTP/1.1 200 OK\r\nX: " + b"y" * 40_000,), "too-large"),
        ((b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n",), "too-large"),
    ],
)
async def test_what_is_no_sound_answer_is_an_error(
    models: Models, pieces: tuple[bytes, ...], kind: str
) -> None:
    """And its connection is closed."""
    model = await models(says(*pieces))

    async with model.pool(bounds=Bounds(answer_bytes=1 << 20)) as pool:
        with pytest.raises(UpstreamError) as raised:
            await pool.send(*CALL)
        await asyncio.wait_for(emptied(pool), 10)

    assert raised.value.kind == kind


async def emptied(pool: Any) -> None:
    """Wait until it has no connection."""
    while pool.open:  # noqa: ASYNC110  # the count wakes nobody
        await asyncio.sleep(0.005)


@pytest.mark.parametrize(
    ("pieces", "kind"),
    [
        ((CHUNKED, b"zz\r\n"), "garbage"),
        ((CHUNKED, b"3\r\nabcd\r\n"), "garbage"),
        ((CHUNKED, b"3\r\nabc\r\n"), "broken"),
        ((b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", b"abc"), "broken"),
        ((CHUNKED, b"5\r\nabc"), "broken"),
        ((CHUNKED, b"186a1\r\n" + b"x" * 100_001 + b"\r\n0\r\n\r\n"), "too-large"),
        ((CHUNKED, b"0\r\n" + b"X: y\r\n" * 101 + b"\r\n"), "too-large"),
        ((b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 100_001), "too-large"),
    ],
)
async def test_a_body_that_goes_wrong_is_an_error(
    models: Models, pieces: tuple[bytes, ...], kind: str
) -> None:
    """In the iteration, after whatever came well."""
    model = await models(says(*pieces, wait=False))

    async with model.pool(bounds=Bounds(answer_bytes=100_000)) as pool:
        answer = await pool.send(*CALL)
        with pytest.raises(UpstreamError) as raised:
            await answer.read(1_000_000)
        with pytest.raises(UpstreamError):
            await anext(answer)

    assert raised.value.kind == kind


async def test_what_came_before_a_break_is_delivered(models: Models) -> None:
    """Then comes the error."""
    model = await models(says(CHUNKED, b"3\r\nabc\r\n", wait=False))

    async with model.pool() as pool:
        answer = await pool.send(*CALL)
        first = await anext(answer)
        with pytest.raises(UpstreamError, match="in the middle of its answer"):
            await anext(answer)

    assert first == b"abc"


@pytest.mark.parametrize(
    ("pieces", "what"),
    [
        ((), "for an answer"),
        ((b"HTTP/1.1 200 OK\r\nX-Slow: ",), "for an answer"),
        ((CHUNKED, b"3\r\nabc\r\n"), "between"),
    ],
)
async def test_a_model_that_hangs_is_given_up(models: Models, pieces: tuple[bytes, ...], what: str) -> None:
    """Before its head, in it, and in the body; the model sees the connection close."""
    model = await models(says(*pieces))

    async with model.pool(first_byte_seconds=0.05, between_bytes_seconds=0.05) as pool:
        with pytest.raises(UpstreamError, match=f"nothing came within 0.05 s {what}") as raised:
            await (await pool.send(*CALL)).read(1_000)

    assert raised.value.kind == "timeout"


async def test_a_reader_who_takes_his_time_is_not_blamed_on_the_model(models: Models) -> None:
    """Deadlines run only while somebody waits."""
    model = await models(says(CHUNKED + b"3\r\nabc\r\n", b"3\r\ndef\r\n0\r\n\r\n"))

    async with model.pool(between_bytes_seconds=0.05) as pool:
        answer = await pool.send(*CALL)
        await asyncio.sleep(0.2)

        assert await answer.read(1_000) == b"abcdef"


async def test_a_model_is_held_back_by_a_slow_reader(models: Models) -> None:
    """What it sends beyond a mark stays in the sockets."""
    total = 20_000_000
    sent = 0

    async def handle(far: Any) -> None:
        nonlocal sent
        await far.request()
        await far.say(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % total)
        while sent < total:
            await far.say(b"x" * 100_000)
            sent += 100_000
        await far.left()

    model = await models(handle)
    async with model.pool() as pool:
        answer = await pool.send(*CALL)
        await asyncio.sleep(0.2)
        held, buffered = sent, answer.pending
        size = sum([len(piece) async for piece in answer])

    assert held < total
    assert HIGH_WATER < buffered < 2_000_000
    assert size == total


async def test_bytes_after_the_answer_close_the_connection(models: Models) -> None:
    """The answer stands; what follows it was smuggled, or is a fault."""
    pieces = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"
    model = await models(says(pieces))

    async with model.pool() as pool:
        assert await (await pool.send(*CALL)).read(10) == b"ok"
        assert await (await pool.send(*CALL)).read(10) == b"ok"

    assert model.connections == 2


async def test_bytes_on_an_idle_connection_close_it(models: Models) -> None:
    """Nobody asked."""

    async def handle(far: Any) -> None:
        await far.request()
        await far.say(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        await asyncio.sleep(0.02)
        await far.say(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")
        await far.left()

    model = await models(handle)
    async with model.pool() as pool:
        assert await (await pool.send(*CALL)).read(10) == b"ok"
        await asyncio.wait_for(emptied(pool), 10)


async def test_reading_past_a_limit_is_an_error(models: Models) -> None:
    """The caller's own, smaller than the bound."""
    model = await models(says(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"))

    async with model.pool() as pool:
        with pytest.raises(UpstreamError, match="longer than 4 bytes"):
            await (await pool.send(*CALL)).read(4)


async def test_closing_an_answer_stops_the_model(models: Models) -> None:
    """It sees its connection close while it generates; whoever waits for more is woken."""
    stopped = asyncio.Event()

    async def handle(far: Any) -> None:
        await far.request()
        await far.say(CHUNKED + b"3\r\nabc\r\n")
        await far.left()
        stopped.set()

    model = await models(handle)
    async with model.pool() as pool:
        answer = await pool.send(*CALL)
        assert await anext(answer) == b"abc"
        asyncio.get_running_loop().call_soon(answer.close)
        with pytest.raises(UpstreamError, match="closed by the gateway"):
            await anext(answer)
        answer.close()
        await asyncio.wait_for(stopped.wait(), 10)


async def test_cancelling_a_call_stops_the_model(models: Models) -> None:
    """Before its first byte as well."""
    asked, stopped = asyncio.Event(), asyncio.Event()

    async def handle(far: Any) -> None:
        await far.request()
        asked.set()
        await far.left()
        stopped.set()

    model = await models(handle)
    async with model.pool() as pool:
        async with asyncio.TaskGroup() as tasks:
            call = tasks.create_task(pool.send(*CALL))
            await asked.wait()
            call.cancel()
        await asyncio.wait_for(stopped.wait(), 10)
        await asyncio.wait_for(emptied(pool), 10)


SOUND = [
    b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    CHUNKED + b"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nA: b\r\n\r\n",
    b"HTTP/1.1 204 No\r\n\r\n",
    b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\n\r\nuntil it closes",
    b"HTTP/1.1 200 OK\r\nContent-Length: 3000\r\nConnection: close\r\n\r\n" + b"z" * 3_000,
]


async def test_whatever_a_model_says_is_an_answer_or_an_error(models: Models) -> None:
    """Six hundred calls to one that says damaged things; no place in the pool is lost."""
    chance, failures = random.Random(7), list[dict[str, Any]]()
    asyncio.get_running_loop().set_exception_handler(lambda _, context: failures.append(context))

    async def handle(far: Any) -> None:
        while True:
            await far.request()
            data = bytearray(chance.choice(SOUND))
            for _ in range(chance.choice([0, 0, 1, 3])):
                data[chance.randrange(len(data))] = chance.choice(
                    b"\r\n\0 :0f" + bytes([chance.randrange(256)])
                )
            await far.say(bytes(data[: chance.choice([len(data), chance.randrange(len(data))])]))
            if chance.random() < 0.5:
                return

    model = await models(handle)
    settings = {"first_byte_seconds": 0.05, "between_bytes_seconds": 0.05, "connections": 20}
    async with model.pool(bounds=Bounds(answer_bytes=2_000), **settings) as pool:

        async def call() -> bool:
            try:
                await (await pool.send("GET", "/x", [], b"")).read(3_000)
            except UpstreamError:
                return False
            return True

        results = [await asyncio.gather(*(call() for _ in range(30))) for _ in range(20)]

        assert 0 < sum(map(sum, results)) < 600
        assert pool.open == pool.idle
    assert failures == []
