"""One request and its response on a connection: the ASGI side of the wire."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Generator, Iterable, MutableMapping
from http import HTTPStatus
from typing import Any, Protocol

from yanmen.gateway.downstream import refusals
from yanmen.gateway.downstream.framing import Framed
from yanmen.gateway.downstream.refusals import Refusal

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Coroutine[Any, Any, Message]]
Send = Callable[[Message], Coroutine[Any, Any, None]]
Application = Callable[[Scope, Receive, Send], Coroutine[Any, Any, None]]
"""An ASGI 3 application."""

BODY_HIGH_WATER = 256 << 10
"""Bytes of a request body waiting for the application at which the socket is no longer read."""
_STATUS_LINES = {
    status.value: b"HTTP/1.1 %d %b\r\n" % (status, status.phrase.encode()) for status in HTTPStatus
}
_OURS = frozenset(
    {b"connection", b"date", b"keep-alive", b"proxy-connection", b"transfer-encoding", b"upgrade"}
)
BODILESS = frozenset({*range(100, 200), HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})
"""Statuses whose responses have no body (RFC 9110 §6.4.1)."""
_DISCONNECT = {"type": "http.disconnect"}
_log = logging.getLogger("yanmen.gateway")


class Line(Protocol):
    """A connection, as the exchange on it needs it."""

    loop: asyncio.AbstractEventLoop
    tasks: set[asyncio.Task[None]]
    blocked: asyncio.Future[None] | None

    @property
    def date(self) -> bytes:
        """The Date header's line."""

    def write(self, data: bytes, *, now: bool) -> None:
        """Put bytes on the wire; not ``now``: when they are flushed."""

    def flush(self) -> None:
        """Send what has been written."""

    async def drained(self) -> None:
        """Wait until the client has taken enough."""

    def taken(self) -> None:
        """The application has taken what there was of the body."""

    def answered(self, exchange: Exchange) -> None:
        """The response is out."""

    def refuse_now(self, refusal: Refusal, exchange: Exchange) -> None:
        """The application failed before it said anything."""

    def abort(self) -> None:
        """Close the socket without sending anything more."""


class Exchange:
    """Receives a request's body for the application and sends what it answers."""

    __slots__ = (
        "_bodiless",
        "_chunked",
        "_continue",
        "_expected",
        "_head",
        "_pieces",
        "_streaming",
        "_told",
        "_waiter",
        "closed",
        "complete",
        "gone",
        "keep_alive",
        "line",
        "more",
        "pending",
        "scope",
        "size",
        "started",
        "stepping",
    )

    def __init__(self, connection: Line, scope: Scope, framed: Framed, *, keep_alive: bool) -> None:
        """A request whose head has been read."""
        self.line = connection
        self.scope = scope
        self.closed: asyncio.Future[None] = connection.loop.create_future()
        """Done as soon as the client has gone before the response was complete."""
        scope["extensions"] = {"yanmen.closed": self.closed}
        self.keep_alive = keep_alive
        self.more = True
        """Whether more of the request's body is to come."""
        self.size = 0
        """Bytes of body received."""
        self.pending = 0
        """Bytes of body the application has not taken yet."""
        self.started = False
        """Whether any of the response has been written."""
        self.complete = False
        """Whether all of it has been."""
        self.gone = False
        """Whether nobody is there to read it."""
        self.stepping = False
        """Whether the application's own task is running just now."""
        self._pieces: list[bytes] = []
        self._told = False
        self._continue = framed.expects
        self._waiter: asyncio.Future[None] | None = None
        self._head: tuple[int, list[tuple[bytes, bytes]]] | None = None
        self._chunked = False
        self._streaming = False  # chunks are being sent, and somebody takes them
        self._bodiless = scope["method"] == "HEAD"
        self._expected = -1

    # The connection's side.

    def start(self, app: Application) -> None:
        """Run the application on it."""
        connection = self.line
        task = connection.loop.create_task(_Steps(app, self))
        connection.tasks.add(task)
        task.add_done_callback(self._finished)

    def feed(self, body: bytes) -> None:
        """Take a piece of the request's body."""
        size = len(body)
        self.size += size
        if not self.complete and not self.gone:
            self.pending += size
            self._pieces.append(body)
            self._wake()

    def end_of_body(self) -> None:
        """The request is whole."""
        self.more = False
        self._wake()

    def leave(self) -> None:
        """The client has gone, or is to be answered by the connection itself."""
        if not self.complete and not self.gone:
            self.gone, self._streaming = True, False
            if not self.closed.done():
                self.closed.set_result(None)
            self._wake()

    def _wake(self) -> None:
        if (waiter := self._waiter) is not None and not waiter.done():
            waiter.set_result(None)

    def _finished(self, task: asyncio.Task[None]) -> None:
        connection = self.line
        connection.tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if self.complete or self.gone:
            if error is not None and not isinstance(error, ConnectionError):
                _log.error("the application failed after its answer", exc_info=error)
            return
        if not task.cancelled():
            _log.error("the application failed before its answer was complete", exc_info=error)
        if self.started:
            connection.abort()
        else:
            connection.refuse_now(refusals.STOPPING if task.cancelled() else refusals.CRASHED, self)

    # The application's side.

    async def receive(self) -> Message:
        """The next piece of the body, as much as has come; ``http.disconnect`` once nobody reads the response any more."""
        while not self._over():
            if self._pieces or not (self.more or self._told):
                return self._taken()
            if self._continue and not self.started and self.more:
                self._continue = False
                self.line.write(b"HTTP/1.1 100 Continue\r\n\r\n", now=True)
            self._waiter = self.line.loop.create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        return dict(_DISCONNECT)

    def _over(self) -> bool:
        return self.gone or self.complete

    def _taken(self) -> Message:
        pieces = self._pieces
        body = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        pieces.clear()
        self._told = not self.more
        if self.pending:
            self.pending = 0
            self.line.taken()
        return {"type": "http.request", "body": body, "more_body": self.more}

    async def send(self, message: Message) -> None:
        """Write a part of the response, waiting while the client is slow.

        Raise ConnectionResetError once the client has gone, and RuntimeError for messages out of order.
        """
        if self._streaming and message.get("more_body"):  # the way of nearly every message
            if body := message.get("body"):
                self.line.write(b"%x\r\n%b\r\n" % (len(body), body), now=not self.stepping)
            if self.line.blocked is not None:
                await self.line.drained()
            return
        if self.gone:
            raise ConnectionResetError("the client has gone")
        kind = message["type"]
        if kind == "http.response.body" and not self.complete:
            connection, more = self.line, message.get("more_body", False)
            frame = self._next if self.started else self._first
            data = frame(message.get("body", b""), more=more)
            if data:
                connection.write(data, now=not (more and self.stepping))
            if not more:
                connection.answered(self)
            elif connection.blocked is not None:
                await connection.drained()
        elif kind == "http.response.start" and self._head is None and not self.started:
            self._head = message["status"], list(message.get("headers", ()))
        else:
            raise RuntimeError(f"{kind} cannot be sent now")

    def _first(self, body: bytes, *, more: bool) -> bytes:
        """The head with the first bytes of the body."""
        if self._head is None:
            raise RuntimeError("the response has not been started")
        status, headers = self._head
        self._head, self.started = None, True
        if not more and self._expected < 0 and not any(name == b"content-length" for name, _ in headers):
            headers.append((b"content-length", b"%d" % len(body)))
        if status in BODILESS:
            self._bodiless = True
        return self._response_head(status, headers) + self._next(body, more=more)

    def _response_head(self, status: int, headers: Iterable[tuple[bytes, bytes]]) -> bytes:
        parts = [_STATUS_LINES.get(status) or b"HTTP/1.1 %d \r\n" % status, self.line.date]
        for name, value in headers:
            lowered = name.lower()
            if lowered in _OURS or (lowered == b"content-length" and status == HTTPStatus.NO_CONTENT):
                continue
            if lowered == b"content-length":
                self._expected = int(value)
            parts.append(b"%b: %b\r\n" % (lowered, value))
        if self._expected < 0 and not self._bodiless:
            if self.scope["http_version"] == "1.1":
                self._chunked = True
                parts.append(b"transfer-encoding: chunked\r\n")
            else:
                self.keep_alive = False
        if self.more:
            self.keep_alive = False
        if not self.keep_alive:
            parts.append(b"connection: close\r\n")
        parts.append(b"\r\n")
        head = b"".join(parts)
        if head.count(b"\n") != len(parts) or head.count(b"\r") != len(parts):
            raise RuntimeError("a response header holds a line break")
        return head

    def _next(self, body: bytes, *, more: bool) -> bytes:
        """Some of the body, framed."""
        if self._bodiless:
            self.complete = not more
            return b""
        if self._chunked:
            self.complete, self._streaming = not more, more
            if more:
                return b"%x\r\n%b\r\n" % (len(body), body) if body else b""
            return b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body) if body else b"0\r\n\r\n"
        if self._expected >= 0:
            self._expected -= len(body)
            if self._expected < 0 or (self._expected and not more):
                raise RuntimeError("the body is not as long as content-length says")
        self.complete = not more
        return body


class _Steps(Coroutine[Any, Any, None]):
    """The application's coroutine. Whenever it comes to wait for something, what it has sent so far leaves together.

    So 33 small messages that were ready at once are one system call, and none is kept for later. What is sent by other
    tasks than the application's own leaves at once.
    """

    __slots__ = ("_coroutine", "_exchange", "_line", "_send")

    def __init__(self, app: Application, exchange: Exchange) -> None:
        self._exchange = exchange
        self._line = exchange.line
        self._coroutine = app(exchange.scope, exchange.receive, exchange.send).__await__()
        self._send = self._coroutine.send

    def send(self, value: Any, /) -> Any:
        self._exchange.stepping = True
        try:
            return self._send(value)
        finally:
            self._exchange.stepping = False
            self._line.flush()

    def throw(self, *error: Any) -> Any:
        self._exchange.stepping = True
        try:
            return self._coroutine.throw(*error)
        finally:
            self._exchange.stepping = False
            self._line.flush()

    def close(self) -> None:
        self._coroutine.close()

    def __await__(self) -> Generator[Any, Any, None]:
        return self._coroutine
