"""Back-pressure, as the transport finds it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, cast

import pytest

from yanmen.core.config import Bounds
from yanmen.gateway.downstream import pacing
from yanmen.gateway.downstream.connections import Connections
from yanmen.gateway.downstream.exchange import Receive, Scope, Send
from yanmen.gateway.downstream.pacing import GATHERED, Paced, address

GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
HEAD = b"POST /a HTTP/1.1\r\nHost: x\r\n"
Serve = Callable[..., Awaitable[Any]]


class Written:
    """A transport's writing end that keeps what it is given, as a client who takes nothing would have it."""

    def __init__(self) -> None:
        self.calls: list[bytes] = []
        self.taken = 0
        self.reading = True
        self.aborted = False

    def write(self, data: bytes) -> None:
        """Kept."""
        self.calls.append(data)

    def get_write_buffer_size(self) -> int:
        """What was not taken."""
        return sum(map(len, self.calls)) - self.taken

    def pause_reading(self) -> None:
        """Noted."""
        self.reading = False

    def resume_reading(self) -> None:
        """Noted."""
        self.reading = True

    def is_closing(self) -> bool:
        """Whether it was aborted."""
        return self.aborted

    def abort(self) -> None:
        """Noted."""
        self.aborted = True


@pytest.fixture
async def paced() -> tuple[Any, Written]:
    """A connection and its transport."""

    class Sharing(Paced):
        shared = Connections(Bounds(min_drain_rate=100), lambda *_: None, grace=1.0)

    connection, transport = Sharing(asyncio.get_running_loop()), Written()
    connection._transport = cast("asyncio.Transport", transport)
    return connection, transport


async def test_what_is_written_before_a_flush_is_one_system_call(paced: tuple[Any, Written]) -> None:
    """Unless it is much, or said to be the last."""
    connection, transport = paced

    connection.write(b"a", now=False)
    connection.write(b"b", now=False)
    assert transport.calls == []
    connection.flush()
    connection.flush()
    connection.write(b"c", now=False)
    connection.write(b"d", now=True)
    connection.write(b"x" * (GATHERED + 1), now=False)

    assert [data[:2] for data in transport.calls] == [b"ab", b"cd", b"xx"]
    assert connection.shared.counters.bytes_out == GATHERED + 5


async def test_senders_wait_while_the_transport_is_full(paced: tuple[Any, Written]) -> None:
    """Until it has room, or is no more."""
    connection, _ = paced
    await connection.drained()

    connection.pause_writing()
    waiting = asyncio.ensure_future(connection.drained())  # noqa: TID251  # awaited below
    await asyncio.sleep(0)
    assert not waiting.done()
    connection.resume_writing()

    await waiting


async def test_a_sender_that_is_cancelled_leaves_the_others_waiting(paced: tuple[Any, Written]) -> None:
    """They share one future."""
    connection, _ = paced
    connection.pause_writing()
    first = asyncio.ensure_future(connection.drained())  # noqa: TID251  # awaited below
    second = asyncio.ensure_future(connection.drained())  # noqa: TID251  # awaited below
    await asyncio.sleep(0)

    first.cancel()
    await asyncio.wait({first})
    connection.resume_writing()

    await second
    assert first.cancelled()


async def test_a_reader_is_judged_by_windows(paced: tuple[Any, Written]) -> None:
    """However much it took before, in each it must take its share."""
    connection, transport = paced
    connection.write(b"x" * 100_000, now=True)
    connection.pause_writing()
    begun = connection._window[0]

    assert not connection.reads_too_slowly(begun + 0.9)
    transport.taken = 50_000
    assert not connection.reads_too_slowly(begun + 1.1)
    assert connection.reads_too_slowly(connection._window[0] + 1.1)


async def test_a_reader_with_nothing_to_read_is_not_slow(paced: tuple[Any, Written]) -> None:
    """The buffer is empty."""
    connection, transport = paced
    connection.write(b"x", now=True)
    transport.taken = 1

    assert not connection.reads_too_slowly(connection.loop.time() + 100)


async def test_time_in_which_we_did_not_read_is_not_held_against_the_client(
    paced: tuple[Any, Written],
) -> None:
    """Its deadline moves."""
    connection, transport = paced
    connection._deadline = deadline = connection.loop.time() + 1

    connection.pause_reading()
    await asyncio.sleep(0.02)
    paused = not transport.reading
    connection.resume_reading()

    assert paused
    assert transport.reading
    assert connection._deadline > deadline


async def test_an_abort_sends_nothing_more(paced: tuple[Any, Written]) -> None:
    """Not even what was written before."""
    connection, transport = paced
    connection.write(b"a", now=False)

    connection.abort()
    connection.flush()

    assert transport.calls == []
    assert transport.aborted


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (("192.0.2.1", 5), ("192.0.2.1", 5)),
        (("::ffff:192.0.2.1", 5, 0, 0), ("192.0.2.1", 5)),
        (("2001:db8::1", 5, 0, 0), ("2001:db8::1", 5)),
        (("::ffff:1", 5, 0, 0), ("::ffff:1", 5)),
        ("", None),
        (None, None),
    ],
)
def test_an_address_has_one_way_to_be_written(found: object, said: object) -> None:
    """So that a ban of an IPv4 address holds on a socket of both families."""

    class Ends:
        def get_extra_info(self, name: str) -> object:
            return found

    assert address(cast("asyncio.BaseTransport", Ends()), "peername") == said


async def test_a_reader_that_takes_nothing_is_cut_off(serve: Serve) -> None:
    """The application is held back meanwhile, and learns of the end."""
    sent: list[int] = []
    ended = asyncio.Event()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        try:
            while True:
                await send({"type": "http.response.body", "body": b"x" * 65_536, "more_body": True})
                sent.append(65_536)
        except ConnectionResetError:
            ended.set()

    gate = await serve(app, grace=0.2)
    client = await gate.client(GET)
    await client.reader.readuntil(b"\r\n\r\n")
    client.writer.transport.pause_reading()

    await asyncio.wait_for(ended.wait(), 10)

    assert gate.server.counters.slow_readers == 1
    assert sum(sent) < 50_000_000


@pytest.mark.parametrize(
    ("request_", "after"),
    [
        (GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n\r\n"), b""),
        (GET + b"garbage\r\n\r\n", b"malformed_request"),
        (GET + b"GET / HT", b"header_timeout"),
    ],
)
async def test_an_answer_that_is_owed_goes_out_whatever_was_sent_after_its_request(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, request_: bytes, after: bytes
) -> None:
    """However long it takes; what came after it is answered after it."""
    monkeypatch.setattr(pacing, "LINGER_SECONDS", 0.01)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for number in range(4):
            await send({"type": "http.response.body", "body": b"%d" % number, "more_body": True})
            await asyncio.sleep(0.05)
        await send({"type": "http.response.body", "body": b"whole"})

    gate = await serve(app, header_seconds=0.02)
    client = await gate.client(request_)
    reply = await client.reply()

    assert reply.body == b"0123whole"
    assert after in await client.rest()


async def test_a_refused_client_that_stays_is_cut_off(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even while the application has not noticed yet."""
    monkeypatch.setattr(pacing, "LINGER_SECONDS", 0.01)
    end = asyncio.Event()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await end.wait()

    gate = await serve(app, body_seconds=0.05)
    client = await gate.client(HEAD + b"Content-Length: 5\r\n\r\nabc")
    assert (await client.reply()).code == "body_timeout"
    await gate.until(lambda: gate.server.open == 0)
    end.set()


async def test_an_early_answer_ends_the_connection_gently(serve: Serve) -> None:
    """The client still sends; it can read why it need not."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 401, "headers": []})
        await send({"type": "http.response.body", "body": b"no"})

    gate = await serve(app)
    client = await gate.client(HEAD + b"Content-Length: 1000000\r\n\r\nabc")
    reply = await client.reply()
    await client.send(b"x" * 100_000)

    assert (reply.status, reply.body, reply.headers["connection"]) == (401, b"no", "close")
    assert await client.rest() == b""


async def test_a_large_body_waits_for_an_application_that_is_busy(serve: Serve) -> None:
    """The socket is not read meanwhile, and nothing of it is lost."""
    ready = asyncio.Event()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await ready.wait()
        size, more = 0, True
        while more:
            message = await receive()
            size, more = size + len(message["body"]), message["more_body"]
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"%d" % size})

    gate = await serve(app, body_seconds=0.2, grace=0.1)
    client = await gate.client(HEAD + b"Content-Length: 4000000\r\n\r\n")
    client.writer.write(b"x" * 4_000_000)
    await asyncio.sleep(0.4)

    assert gate.server.counters.bytes_in < 4_000_000
    ready.set()
    assert (await client.reply()).body == b"4000000"
    assert gate.refused == []
