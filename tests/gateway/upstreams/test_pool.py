"""The pool: where calls go, on which connection, and when they are repeated."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from yanmen.core.config import Bounds, Upstream
from yanmen.gateway.upstreams import pool as pool_module
from yanmen.gateway.upstreams.errors import UpstreamError
from yanmen.gateway.upstreams.pool import Pool

Models = Callable[..., Awaitable[Any]]
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


async def obliging(far: Any) -> None:
    """Answers every request, on one connection after another."""
    while True:
        await far.request()
        await far.say(OK)


def recording(seen: list[bytes]) -> Callable[[Any], Awaitable[None]]:
    """Answers every request and keeps it."""

    async def handle(far: Any) -> None:
        while True:
            seen.append(await far.request())
            await far.say(OK)

    return handle


async def call(pool: Pool) -> bytes:
    """One call, whole."""
    return await (await pool.send("POST", "/chat/completions", [], b"{}")).read(100)


async def test_a_request_says_what_it_must_and_nothing_of_the_client(models: Models) -> None:
    """Base path, query, host, credential, length; no cookie, no foreign credential."""
    seen: list[bytes] = []
    model = await models(recording(seen))
    headers = [
        (b"content-type", b"application/json"),
        (b"authorization", b"Bearer ym_client"),
        (b"cookie", b"a=b"),
    ]

    async with model.pool(
        url=f"http://127.0.0.1:{model.port}/base/v1/?a=b", query={"api-version": "1 2"}
    ) as pool:
        await (await pool.send("POST", "/chat/completions?x=y", headers, b"{}")).read(10)
        await (await pool.send("GET", "/models", [], b"")).read(10)

    assert seen[0].decode().split("\r\n") == [
        "POST /base/v1/chat/completions?x=y&a=b&api-version=1+2 HTTP/1.1",
        f"host: 127.0.0.1:{model.port}",
        "accept-encoding: identity",
        "user-agent: yanmen",
        "authorization: Bearer sk-test",
        "content-type: application/json",
        "content-length: 2",
        "",
        "{}",
    ]
    assert seen[1].startswith(b"GET /base/v1/models?a=b&api-version=1+2 HTTP/1.1\r\n")
    assert b"content-length" not in seen[1]


async def test_a_long_body_arrives_whole(models: Models) -> None:
    """Larger than any buffer."""
    seen: list[bytes] = []
    model = await models(recording(seen))

    async with model.pool() as pool:
        await (await pool.send("POST", "/a", [], b"x" * 3_000_000)).read(10)

    assert seen[0].endswith(b"\r\n\r\n" + b"x" * 3_000_000)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "no-slash"),
        ("POST", "/a b"),
        ("POST", "/a\r\nx: y"),
        ("POST", "/é"),
        ("POST", "/../admin"),
        ("POST", "/%2e%2e/admin"),
        ("POST", "/a#b"),
        ("CONNECT", "/"),
        ("GET /x HTTP/1.1\r\n", "/"),
    ],
)
async def test_a_path_that_would_leave_its_place_is_not_sent(method: str, path: str) -> None:
    """It is the caller's fault."""
    async with Pool(Upstream(url="http://127.0.0.1:1/v1"), Bounds()) as pool:
        with pytest.raises(ValueError, match="path"):
            await pool.send(method, path, [], b"")


async def test_connections_are_used_again(models: Models) -> None:
    """One after another needs one; at the same time needs more."""
    model = await models(obliging)

    async with model.pool() as pool:
        for _ in range(5):
            assert await call(pool) == b"ok"
        assert (model.connections, pool.open, pool.idle) == (1, 1, 1)
        await asyncio.gather(*(call(pool) for _ in range(8)))
        assert 1 < model.connections <= 8
        assert pool.open == pool.idle == model.connections


async def test_an_answer_may_be_read_after_its_connection_serves_another_call(models: Models) -> None:
    """Whole answers that came at once are their readers' own."""
    model = await models(obliging)

    async with model.pool(connections=1) as pool:
        answers = [await pool.send("POST", "/a", [], b"") for _ in range(4)]
        bodies = await asyncio.gather(*(answer.read(10) for answer in answers))

    assert bodies == [b"ok"] * 4
    assert model.connections == 1


async def test_many_calls_share_few_connections(models: Models) -> None:
    """Each is answered, none is mixed up with another."""

    async def handle(far: Any) -> None:
        while True:
            body = (await far.request()).partition(b"\r\n\r\n")[2]
            await asyncio.sleep(0)
            await far.say(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body), body)

    model = await models(handle)
    async with model.pool(connections=3) as pool:

        async def ask(number: int) -> bytes:
            body: bytes = await (await pool.send("POST", "/a", [], b"%d" % number)).read(10)
            return body

        answers = await asyncio.gather(*(ask(number) for number in range(200)), return_exceptions=True)

    refused = [answer for answer in answers if isinstance(answer, BaseException)]
    assert all(answer == b"%d" % number for number, answer in enumerate(answers) if isinstance(answer, bytes))
    assert len(refused) == 200 - 3 - 3
    assert model.connections == 3


async def test_calls_past_the_limit_wait_and_not_for_ever(models: Models) -> None:
    """For a connection as for an answer."""
    release = asyncio.Event()

    async def handle(far: Any) -> None:
        await far.request()
        await release.wait()
        await far.say(OK)
        await far.left()

    model = await models(handle)
    async with model.pool(connections=1, connect_seconds=0.05) as pool, asyncio.TaskGroup() as tasks:
        first = tasks.create_task(call(pool))
        await asyncio.sleep(0.01)
        with pytest.raises(UpstreamError, match="no connection was free") as raised:
            await call(pool)
        release.set()
        assert await first == b"ok"

    assert raised.value.kind == "timeout"


async def test_a_call_that_is_cancelled_while_it_waits_gives_its_place_on(models: Models) -> None:
    """The next one is served."""
    release = asyncio.Event()

    async def handle(far: Any) -> None:
        while True:
            await far.request()
            await release.wait()
            await far.say(OK)

    model = await models(handle)
    async with model.pool(connections=2) as pool:
        calls = [asyncio.ensure_future(call(pool)) for _ in range(4)]  # noqa: TID251  # all are awaited below
        await asyncio.sleep(0.02)
        calls[2].cancel()
        release.set()
        results = await asyncio.gather(*calls, return_exceptions=True)

        assert [result for result in results if result == b"ok"] == [b"ok"] * 3
        assert await call(pool) == b"ok"


async def test_a_kept_connection_that_died_is_replaced_once(models: Models) -> None:
    """The model closed it as the call went out: not one byte of an answer came."""
    seen: list[bytes] = []

    async def handle(far: Any) -> None:
        seen.append(await far.request())
        await far.say(OK)
        seen.append(await far.request())
        far.writer.transport.abort()

    model = await models(handle)
    async with model.pool() as pool:
        assert await call(pool) == b"ok"
        assert await call(pool) == b"ok"

    assert model.connections == 2
    assert len(seen) == 3


async def test_a_new_connection_that_dies_is_not_tried_again(models: Models) -> None:
    """The model has had the call; it may be working on it."""

    async def handle(far: Any) -> None:
        await far.request()

    model = await models(handle)
    async with model.pool() as pool:
        with pytest.raises(UpstreamError, match="before an answer") as raised:
            await call(pool)

    assert raised.value.kind == "broken"
    assert model.connections == 1


async def test_a_call_is_not_repeated_once_a_byte_of_its_answer_has_come(models: Models) -> None:
    """Half a status line is enough."""

    async def handle(far: Any) -> None:
        await far.request()
        await far.say(OK)
        await far.request()
        await far.say(b"HTTP/1.1 2")

    model = await models(handle)
    async with model.pool() as pool:
        await call(pool)
        with pytest.raises(UpstreamError, match="in the middle"):
            await call(pool)

    assert model.connections == 1


async def test_a_connection_that_the_model_will_close_is_not_kept(models: Models) -> None:
    """It says so."""

    async def handle(far: Any) -> None:
        await far.request()
        await far.say(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
        await far.left()

    model = await models(handle)
    async with model.pool() as pool:
        await call(pool)
        await call(pool)

    assert model.connections == 2


async def test_a_connection_idle_for_long_is_not_used_again(
    models: Models, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The model may be about to close it."""
    monkeypatch.setattr(pool_module, "IDLE_SECONDS", 0.0)
    model = await models(obliging)

    async with model.pool() as pool:
        await call(pool)
        await asyncio.sleep(0.01)
        await call(pool)

    assert model.connections == 2


async def test_redirects_are_answers(models: Models) -> None:
    """They are not followed, and where to is not told."""

    async def handle(far: Any) -> None:
        await far.request()
        await far.say(
            b"HTTP/1.1 302 Found\r\nLocation: http://elsewhere.example/\r\nContent-Length: 0\r\n\r\n"
        )
        await far.left()

    model = await models(handle)
    async with model.pool() as pool:
        answer = await pool.send("GET", "/models", [], b"")
        answer.close()

    assert answer.status == 302
    assert answer.headers == []
    assert answer.header(b"location") == b"http://elsewhere.example/"


async def test_nobody_there_is_unreachable() -> None:
    """A port on which nothing listens."""
    async with Pool(Upstream(url="http://127.0.0.1:1/v1"), Bounds()) as pool:
        with pytest.raises(UpstreamError) as raised:
            await call(pool)

    assert raised.value.kind == "unreachable"


async def test_closing_ends_what_is_in_flight_and_what_waits(models: Models) -> None:
    """And nothing new is begun."""

    async def handle(far: Any) -> None:
        await far.request()
        await far.left()

    model = await models(handle)
    pool: Pool = model.pool(connections=1)
    calls = [asyncio.ensure_future(call(pool)) for _ in range(2)]  # noqa: TID251  # both are awaited below
    await asyncio.sleep(0.02)
    await pool.close()
    kinds = [
        error.kind
        for error in await asyncio.gather(*calls, return_exceptions=True)
        if isinstance(error, UpstreamError)
    ]

    assert kinds == ["broken", "unreachable"]
    with pytest.raises(UpstreamError, match="closing"):
        await call(pool)
    assert pool.open == 0


async def test_the_credential_is_in_no_text(models: Models, caplog: pytest.LogCaptureFixture) -> None:
    """Of errors, logs and representations."""
    caplog.set_level(logging.DEBUG)

    async def handle(far: Any) -> None:
        await far.say(b"nonsense " + (await far.request()))

    model = await models(handle)
    async with model.pool(key="sk-very-secret") as pool:
        with pytest.raises(UpstreamError) as raised:
            await call(pool)
        texts = f"{pool!r} {pool.address} {raised.value!r} {raised.value} {caplog.text}"

    assert "sk-very-secret" not in texts
