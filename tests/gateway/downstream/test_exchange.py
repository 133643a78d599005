"""The application's side of a request, without a socket."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from yanmen.gateway.downstream.exchange import Exchange, Message, Receive, Scope, Send
from yanmen.gateway.downstream.framing import Framed
from yanmen.gateway.downstream.refusals import Refusal


class Sheet:
    """A connection that keeps what is written on it."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.tasks: set[asyncio.Task[None]] = set()
        self.blocked: asyncio.Future[None] | None = None
        self.date = b"date: now\r\n"
        self.calls: list[bytes] = []
        self._unsent = b""
        self.notes: list[str] = []

    def write(self, data: bytes, *, now: bool) -> None:
        """Kept until it is flushed."""
        self._unsent += data
        if now:
            self.flush()

    def flush(self) -> None:
        """One system call."""
        if self._unsent:
            self.calls.append(self._unsent)
            self._unsent = b""

    async def drained(self) -> None:
        """Wait as long as told."""
        assert self.blocked is not None
        await self.blocked

    def taken(self) -> None:
        """Noted."""
        self.notes.append("taken")

    def answered(self, exchange: Exchange) -> None:
        """Noted."""
        self.notes.append("answered")

    def refuse_now(self, refusal: Refusal, exchange: Exchange) -> None:
        """Noted."""
        self.notes.append(refusal.code)

    def abort(self) -> None:
        """Noted."""
        self.notes.append("abort")

    @property
    def text(self) -> bytes:
        """All that was sent."""
        return b"".join(self.calls)


def begin(sheet: Sheet, *, method: str = "POST", version: str = "1.1", expects: bool = False) -> Exchange:
    """A request whose head has been read."""
    scope: Scope = {"type": "http", "method": method, "http_version": version}
    return Exchange(sheet, scope, Framed(None, 0, expects), keep_alive=version == "1.1")


def whole(exchange: Exchange) -> Exchange:
    """Its body has come too."""
    exchange.end_of_body()
    return exchange


def start(status: int = 200, *headers: tuple[bytes, bytes]) -> Message:
    """The beginning of a response."""
    return {"type": "http.response.start", "status": status, "headers": headers}


def body(data: bytes = b"", *, more: bool = False) -> Message:
    """A part of its body."""
    return {"type": "http.response.body", "body": data, "more_body": more}


async def run(exchange: Exchange, app: Any) -> None:
    """Run an application on it to its end."""
    exchange.start(app)
    line: Any = exchange.line
    await asyncio.wait(set(line.tasks))
    await asyncio.sleep(0)


async def test_the_body_is_received_as_far_as_it_has_come() -> None:
    """And afterwards the disconnection, when there is one."""
    exchange = begin(Sheet())
    exchange.feed(b"a")
    exchange.feed(b"b")

    assert await exchange.receive() == {"type": "http.request", "body": b"ab", "more_body": True}
    exchange.end_of_body()
    assert await exchange.receive() == {"type": "http.request", "body": b"", "more_body": False}
    exchange.leave()
    assert await exchange.receive() == {"type": "http.disconnect"}
    assert exchange.closed.done()


async def test_whoever_waits_for_the_body_is_woken() -> None:
    """By the next piece and by the client's leaving."""
    exchange = begin(Sheet())
    loop = asyncio.get_running_loop()

    loop.call_soon(exchange.feed, b"a")
    assert (await exchange.receive())["body"] == b"a"
    loop.call_soon(exchange.leave)
    assert (await exchange.receive())["type"] == "http.disconnect"


async def test_after_its_response_an_exchange_is_over_for_the_application() -> None:
    """It is told so, though the client has not gone."""
    exchange = whole(begin(Sheet()))
    await exchange.send(start())
    await exchange.send(body())

    assert await exchange.receive() == {"type": "http.disconnect"}
    exchange.leave()
    assert not exchange.closed.done()


async def test_a_response_in_one_message_has_a_length() -> None:
    """And is one system call with its head."""
    sheet = Sheet()
    exchange = whole(begin(sheet))

    await exchange.send(start(200, (b"X-A", b"b")))
    await exchange.send(body(b"hello"))

    assert sheet.calls == [b"HTTP/1.1 200 OK\r\ndate: now\r\nx-a: b\r\ncontent-length: 5\r\n\r\nhello"]
    assert sheet.notes == ["answered"]


async def test_a_response_in_several_messages_is_chunked() -> None:
    """Empty ones are not written: an empty chunk is the end."""
    sheet = Sheet()
    exchange = whole(begin(sheet))

    await exchange.send(start())
    for data in (b"one", b"", b"x" * 16):
        await exchange.send(body(data, more=True))
    await exchange.send(body(b"end"))

    assert (
        sheet.text.partition(b"\r\n\r\n")[2]
        == b"3\r\none\r\n10\r\n" + b"x" * 16 + b"\r\n3\r\nend\r\n0\r\n\r\n"
    )
    assert b"\r\ntransfer-encoding: chunked\r\n" in sheet.text


async def test_http_1_0_gets_no_chunks() -> None:
    """The end of the connection is the end of the body."""
    sheet = Sheet()
    exchange = whole(begin(sheet, version="1.0"))

    await exchange.send(start())
    await exchange.send(body(b"one", more=True))
    await exchange.send(body(b"two"))

    assert sheet.text == b"HTTP/1.1 200 OK\r\ndate: now\r\nconnection: close\r\n\r\nonetwo"


@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("GET", 204), ("GET", 304)])
async def test_some_responses_have_no_body(method: str, status: int) -> None:
    """Whatever the application sends."""
    sheet = Sheet()
    exchange = whole(begin(sheet, method=method))

    await exchange.send(start(status))
    await exchange.send(body(b"one", more=True))
    await exchange.send(body(b"two"))

    assert sheet.text.endswith(b"\r\n\r\n")
    assert b"transfer-encoding" not in sheet.text
    assert sheet.notes == ["answered"]


async def test_headers_of_the_connection_are_not_the_applications() -> None:
    """It cannot frame the message."""
    sheet = Sheet()
    exchange = whole(begin(sheet))

    await exchange.send(
        start(200, (b"Connection", b"upgrade"), (b"transfer-encoding", b"gzip"), (b"date", b"then"))
    )
    await exchange.send(body())

    assert sheet.text == b"HTTP/1.1 200 OK\r\ndate: now\r\ncontent-length: 0\r\n\r\n"


@pytest.mark.parametrize(
    "header", [(b"x", b"a\r\nset-cookie: b"), (b"x", b"a\nb"), (b"x\r\ny", b"a"), (b"x", b"a\rb")]
)
async def test_a_header_cannot_break_the_line(header: tuple[bytes, bytes]) -> None:
    """A response is not split, wherever its headers came from."""
    sheet = Sheet()
    exchange = whole(begin(sheet))
    await exchange.send(start(200, header))

    with pytest.raises(RuntimeError, match="line break"):
        await exchange.send(body())
    assert sheet.calls == []


@pytest.mark.parametrize("data", [b"toolong", b"x"])
async def test_a_body_must_be_as_long_as_it_said(data: bytes) -> None:
    """Neither longer nor shorter."""
    exchange = whole(begin(Sheet()))
    await exchange.send(start(200, (b"content-length", b"3")))

    with pytest.raises(RuntimeError, match="content-length"):
        await exchange.send(body(data))


@pytest.mark.parametrize(
    "messages",
    [
        [body()],
        [start(), start()],
        [start(), body(), body()],
        [start(), body(), start()],
        [{"type": "http.unknown"}],
    ],
)
async def test_messages_out_of_order_are_errors(messages: list[Message]) -> None:
    """The application's, at once."""
    exchange = whole(begin(Sheet()))

    for message in messages[:-1]:
        await exchange.send(message)

    with pytest.raises(RuntimeError):
        await exchange.send(messages[-1])


async def test_an_unread_body_ends_the_connection() -> None:
    """What is left of it is not read as the next request."""
    sheet = Sheet()
    exchange = begin(sheet)
    exchange.feed(b"half")

    await exchange.send(start(401))
    await exchange.send(body(b"no"))

    assert b"\r\nconnection: close\r\n" in sheet.text
    assert not exchange.keep_alive


async def test_the_client_is_told_to_go_on_once() -> None:
    """And only when the body is wanted."""
    sheet = Sheet()
    exchange = begin(sheet, expects=True)
    loop = asyncio.get_running_loop()

    for data in (b"a", b"b"):
        loop.call_soon(exchange.feed, data)
        await exchange.receive()

    assert sheet.calls == [b"HTTP/1.1 100 Continue\r\n\r\n"]


async def test_sending_waits_while_the_client_is_slow() -> None:
    """Until the line is free."""
    sheet = Sheet()
    exchange = whole(begin(sheet))
    await exchange.send(start())

    sheet.blocked = sheet.loop.create_future()
    sheet.loop.call_soon(sheet.blocked.set_result, None)
    await exchange.send(body(b"a", more=True))

    assert sheet.blocked.done()


async def test_to_a_client_that_has_gone_nothing_is_sent() -> None:
    """The application learns it by the error that sockets have for it."""
    exchange = whole(begin(sheet := Sheet()))
    await exchange.send(start())
    exchange.leave()

    with pytest.raises(ConnectionResetError):
        await exchange.send(body(b"a"))
    assert sheet.calls == []


async def test_what_is_sent_before_a_wait_leaves_together() -> None:
    """33 events that were there at once are one system call; none is kept while the application waits."""
    sheet = Sheet()
    exchange = whole(begin(sheet))

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send(start())
        for number in range(33):
            await send(body(b"%d" % number, more=True))
        await asyncio.sleep(0)
        assert len(sheet.calls) == 1
        await send(body(b"late", more=True))
        await asyncio.sleep(0)
        assert len(sheet.calls) == 2
        await send(body())

    await run(exchange, app)

    assert len(sheet.calls) == 3
    assert sheet.notes == ["answered"]


async def test_what_another_task_sends_leaves_at_once() -> None:
    """Nobody else would flush it."""
    exchange = whole(begin(sheet := Sheet()))

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(elsewhere(send))
        await send(body())

    async def elsewhere(send: Send) -> None:
        await send(start())
        await send(body(b"a", more=True))
        assert len(sheet.calls) == 1

    await run(exchange, app)

    assert sheet.notes == ["answered"]


@pytest.mark.parametrize(("began", "note"), [(False, "internal_error"), (True, "abort")])
async def test_an_application_that_fails_is_answered_for(
    caplog: pytest.LogCaptureFixture, began: bool, note: str
) -> None:
    """As far as that is possible still."""
    sheet = Sheet()
    exchange = whole(begin(sheet))

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send(start())
        if began:
            await send(body(b"a", more=True))
        raise LookupError("a bug")

    await run(exchange, app)

    assert sheet.notes == [note]
    assert "a bug" in caplog.text


async def test_an_application_that_ends_without_an_answer_is_answered_for(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It forgot."""
    sheet = Sheet()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()

    await run(whole(begin(sheet)), app)

    assert sheet.notes == ["internal_error"]
    assert "before its answer was complete" in caplog.text


async def test_an_application_that_is_cancelled_was_stopped() -> None:
    """By the server, which is stopping."""
    sheet = Sheet()
    exchange = whole(begin(sheet))

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.Event().wait()

    exchange.start(app)
    await asyncio.sleep(0)
    (task,) = sheet.tasks
    task.cancel()
    await asyncio.wait({task})
    await asyncio.sleep(0)

    assert sheet.notes == ["stopping"]


async def test_a_failure_because_the_client_has_gone_is_no_news(caplog: pytest.LogCaptureFixture) -> None:
    """Only other ones are logged."""
    exchange = whole(begin(Sheet()))

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        exchange.leave()
        await send(start())

    await run(exchange, app)

    assert caplog.text == ""
