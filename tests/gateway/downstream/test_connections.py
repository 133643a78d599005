"""What the connections of a server share."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from email.utils import parsedate_to_datetime
from typing import Any

import pytest

from yanmen.core.config import Bounds
from yanmen.gateway.downstream import protocol, refusals
from yanmen.gateway.downstream.connections import Connections
from yanmen.gateway.downstream.exchange import Receive, Scope, Send

GET = b"GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\n"
HEAD = b"POST /a HTTP/1.1\r\nHost: x\r\n"
Serve = Callable[..., Awaitable[Any]]


class Looked:
    """A connection that notes when it is looked at."""

    def __init__(self) -> None:
        self.at: list[float] = []
        self.twice = asyncio.Event()

    def look(self, now: float) -> None:
        """Noted."""
        self.at.append(now)
        if len(self.at) > 1:
            self.twice.set()

    def abort(self) -> None:
        """There is no socket."""


async def test_every_open_connection_is_looked_at() -> None:
    """Again and again, by one timer, until it is removed."""
    shared, connection = Connections(Bounds(header_seconds=0.02), lambda *_: None), Looked()
    shared.add(connection, asyncio.get_running_loop())

    await asyncio.wait_for(connection.twice.wait(), 10)
    shared.remove(connection)
    looked = len(connection.at)
    await asyncio.sleep(0.05)

    assert len(connection.at) == looked
    assert shared.open == set()
    assert shared.counters.connections == 1


async def test_the_date_is_there_with_the_first_connection() -> None:
    """In the form that HTTP wants."""
    shared, connection = Connections(Bounds(), lambda *_: None), Looked()

    shared.add(connection, asyncio.get_running_loop())
    shared.remove(connection)

    name, _, value = shared.date.decode().partition(": ")
    assert name == "date"
    assert value.endswith(" GMT\r\n")
    assert parsedate_to_datetime(value.strip()).tzinfo is not None


def test_refusals_are_counted_and_told() -> None:
    """By their codes."""
    told: list[tuple[object, ...]] = []
    shared = Connections(Bounds(), lambda *what: told.append(what))

    shared.refused(refusals.TOO_LARGE, "192.0.2.1", "")
    shared.refused(refusals.TOO_LARGE, "192.0.2.2", "why")

    assert shared.counters.refused == {"request_too_large": 2}
    assert told == [
        ("request_too_large", 413, "192.0.2.1", ""),
        ("request_too_large", 413, "192.0.2.2", "why"),
    ]


@pytest.mark.parametrize("begun", [b"G", b"\r\n", b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "])
async def test_a_head_that_does_not_end_is_refused(serve: Serve, begun: bytes) -> None:
    """Wherever it stops."""
    gate = await serve(header_seconds=0.05)

    assert (await gate.ask(begun)).code == "header_timeout"


async def test_a_head_that_drips_is_refused(serve: Serve) -> None:
    """Each byte is no new beginning."""
    gate = await serve(header_seconds=0.1)
    client = await gate.client(b"GET / HTTP/1.1\r\nHost: x\r\nX: ")

    async def drip() -> None:
        while not gate.refused:
            await client.send(b"y")
            await asyncio.sleep(0.01)

    await asyncio.wait_for(drip(), 10)

    assert gate.codes == ["header_timeout"]


async def test_a_body_that_does_not_end_is_refused(serve: Serve) -> None:
    """The application learns that its client has gone."""
    gone = asyncio.Event()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        gone.set()

    gate = await serve(app, body_seconds=0.05)

    assert (await gate.ask(HEAD + b"Content-Length: 10\r\n\r\nabc")).code == "body_timeout"
    await asyncio.wait_for(gone.wait(), 10)


async def test_a_body_that_drips_is_refused(serve: Serve) -> None:
    """Slower than the least rate, though within its time."""
    gate = await serve(grace=0.1, min_body_rate=10_000)
    client = await gate.client(HEAD + b"Content-Length: 1000\r\n\r\n")

    async def drip() -> None:
        while not gate.refused:
            await client.send(b"y")
            await asyncio.sleep(0.01)

    await asyncio.wait_for(drip(), 10)

    assert [(code, detail) for code, _, _, detail in gate.refused] == [("body_timeout", "too slow")]


async def test_an_idle_connection_is_closed(serve: Serve) -> None:
    """Before the first request and after an answer; it is no refusal."""
    gate = await serve(idle_seconds=0.05)
    fresh, used = await gate.client(), await gate.client(GET)
    await used.reply()

    assert await fresh.rest() == b""
    assert await used.rest() == b""
    assert gate.refused == []


async def test_a_connection_that_waits_for_its_answer_is_not_idle(serve: Serve) -> None:
    """However long the model thinks."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.sleep(0.3)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"done"})

    gate = await serve(app, idle_seconds=0.05, header_seconds=0.05)

    assert (await gate.ask(GET)).body == b"done"


async def test_connections_past_the_maximum_are_told_to_come_again(serve: Serve) -> None:
    """And are served once there is room."""
    gate = await serve(connections=2)
    first, _ = await gate.client(GET), await gate.client(GET)
    await first.reply()

    refused = await (await gate.client()).reply()

    assert (refused.status, refused.code) == (503, "too_many_connections")
    assert refused.headers["retry-after"] == "1"
    await first.close()
    await gate.until(lambda: gate.server.open <= 2)
    assert (await gate.ask(GET)).status == 200


async def test_a_flood_past_the_maximum_is_cut_off(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that turning away does not fill what it protects."""
    monkeypatch.setattr(protocol, "TURNED_AWAY", 1)
    gate = await serve(connections=1)
    await (await gate.client(GET)).reply()

    clients = [await gate.client() for _ in range(5)]
    await gate.until(lambda: len(gate.refused) == 5)

    assert [detail for *_, detail in gate.refused] == ["", "cut off", "cut off", "cut off", "cut off"]
    assert [await client.rest() for client in clients[1:]] == [b""] * 4


async def endless_or_never(scope: Scope, receive: Receive, send: Send) -> None:
    """Begins, or does not, and never ends."""
    if scope["path"] == "/endless":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"begun", "more_body": True})
    await asyncio.Event().wait()


async def test_stopping_lets_answers_finish_and_closes_idle_connections(serve: Serve) -> None:
    """A stream in flight ends as it would have; nothing new is begun."""
    going, finish = asyncio.Event(), asyncio.Event()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"one ", "more_body": True})
        going.set()
        await finish.wait()
        await send({"type": "http.response.body", "body": b"two"})

    gate = await serve(app)
    idle, busy = await gate.client(), await gate.client(GET)
    await going.wait()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(gate.server.stop())
        assert await idle.rest() == b""
        finish.set()
        reply = await busy.reply()

    assert reply.body == b"one two"
    assert await busy.rest() == b""


async def test_stopping_does_not_wait_for_ever(serve: Serve) -> None:
    """An answer that does not begin is refused after its time, one that does not end is cut off."""
    gate = await serve(endless_or_never, stop_seconds=0)
    silent, endless = await gate.client(GET), await gate.client(b"GET /endless HTTP/1.1\r\nHost: x\r\n\r\n")
    await endless.reader.readuntil(b"begun")

    await asyncio.wait_for(gate.server.stop(), 10)

    assert (await silent.reply()).code == "stopping"
    assert b"0\r\n\r\n" not in await endless.rest()
    assert gate.server.open == 0
