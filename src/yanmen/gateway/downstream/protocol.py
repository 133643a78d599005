"""The server's side of HTTP/1.1: our own protocol on llhttp for uvicorn, bounded in bytes, counts and time.

For applications (ASGI 3, scope type ``http`` only):

- ``scope["extensions"]["yanmen.closed"]`` is an ``asyncio.Future`` that is done (result None) as soon as the client has
  gone before the response was complete, also while the application waits for something else:
  ``closed.add_done_callback(lambda _: answer.close())``. It is never done for a response that went out whole.
- ``receive()`` answers ``http.disconnect`` at once from then on, and ``send()`` raises ConnectionResetError.
- ``send()`` waits while the client is slow. A client that takes less than ``bounds.min_drain_rate`` is cut off, and the
  application learns of it as of any other disconnection.
- ``scope["client"]`` is ``(address, port)`` with IPv4-mapped addresses written as IPv4.
- A response without ``content-length`` that is sent in one message gets one; in several, it is chunked. ``date`` and the
  headers of the connection are the protocol's own. Refusals made here never reach the application: ``on_refused`` hears.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any, Self, cast

import httptools
from uvicorn.config import Config
from uvicorn.server import ServerState

from yanmen.core.language import accepted
from yanmen.gateway.downstream import refusals
from yanmen.gateway.downstream.connections import Connections
from yanmen.gateway.downstream.exchange import BODY_HIGH_WATER, Application, Exchange
from yanmen.gateway.downstream.framing import METHODS, framed, target
from yanmen.gateway.downstream.pacing import BODY, CLOSING, HEAD, IDLE, Paced, address
from yanmen.gateway.downstream.refusals import Refusal
from yanmen.gateway.downstream.upgrades import AfterUpgrade

REQUEST_LINE = 8 << 10
"""Bytes of a request's target; RFC 9112 asks for 8,000 at least."""
PIPELINE = 16
"""Requests that may wait on one connection behind the one being answered."""
CHUNKS = 65_536
"""Chunks of one request body: each costs the loop half a microsecond, whatever its size."""
CHUNK_WASTE = 1 << 20
"""Bytes that chunk headers and trailers may add to a body, beside as much again as the body itself."""
TURNED_AWAY = 256
"""Connections past the maximum that are told so at one time; others are cut off without a word."""
_ASGI = {"version": "3.0", "spec_version": "2.4"}


class _RefusedError(Exception):
    """Carries a refusal out of the parser's callbacks; which one is in the connection."""


class HttpProtocol(Paced):
    """One connection of a client."""

    @classmethod
    def sharing(cls, shared: Connections) -> type[Self]:
        """The class to give to uvicorn's ``Config(http=…)``."""
        return type("SharingHttpProtocol", (cls,), {"shared": shared})

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        """As uvicorn calls it."""
        super().__init__(_loop or asyncio.get_running_loop())
        self.tasks = server_state.tasks
        self._app = cast("Application", config.loaded_app)
        self._app_state = app_state
        self._state = server_state
        self._parser = httptools.HttpRequestParser(self)
        self._ends: dict[str, Any] = {}
        self._peer = ""
        self._raw = 0  # bytes of the present message, framing included
        self._known = True  # whether _raw began with the message
        self._url = b""
        self._headers: list[tuple[bytes, bytes]] = []
        self._chunks = self._trailers = 0
        self._seen = 0  # body bytes at the beginning of the window
        self._refusal: Refusal | None = None
        self._deferred: Refusal | None = None  # to be said when the answers before it are out
        self._upgrade = b""  # how the body of a request that asks for an upgrade is framed
        self._active: Exchange | None = None
        self._incoming: Exchange | None = None
        self._queue: deque[Exchange] = deque()
        self._stopping = False
        self._turned_away = False

    # What the transport says.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection, or turn it away when there are too many."""
        self._transport = cast("asyncio.Transport", transport)
        shared, client = self.shared, address(transport, "peername")
        self._peer = client[0] if client else ""
        scheme = "https" if transport.get_extra_info("sslcontext") else "http"
        self._ends = {"client": client, "server": address(transport, "sockname"), "scheme": scheme}
        self._since = self.loop.time()
        shared.add(self, self.loop)
        if len(self._state.connections) < self._bounds.connections:
            self._state.connections.add(cast("Any", self))
        elif shared.turned_away < TURNED_AWAY:
            shared.turned_away += 1
            self._turned_away = True
            self._refuse(refusals.TOO_MANY_CONNECTIONS)
        else:
            shared.refused(refusals.TOO_MANY_CONNECTIONS, self._peer, "cut off")
            self.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever still reads from it or writes to it."""
        del exc
        self._state.connections.discard(cast("Any", self))
        self.shared.remove(self)
        self.shared.turned_away -= self._turned_away
        self._phase = CLOSING
        self._leave()
        self.resume_writing()

    def eof_received(self) -> None:
        """A client that has said its last word is taken for gone; the transport closes itself."""
        self.begin_closing()
        self._leave()

    def _leave(self) -> None:
        for exchange in (self._active, *self._queue):
            if exchange is not None and not (exchange.complete or exchange.gone):
                self.shared.counters.gone += 1
                exchange.leave()
        self._queue.clear()

    def data_received(self, data: bytes) -> None:
        """Parse what came, within the bounds."""
        size = len(data)
        self.shared.counters.bytes_in += size
        phase = self._phase
        if phase == IDLE:
            self._phase, self._raw, self._known = HEAD, size, True
            self._since = self.loop.time()
            self._deadline = self._since + self._bounds.header_seconds
        elif phase == CLOSING:
            self._raw += size
            if self._raw > 2 * self._bounds.body_bytes:
                self.abort()
            return
        else:
            self._raw += size
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._ignore_upgrade(data[upgrade.args[0] :])
        except httptools.HttpParserError as error:
            self._unreadable(str(error))
        self._judge_size()

    def _judge_size(self) -> None:
        if self._phase == HEAD and self._raw > self._bounds.header_bytes:
            self._refuse(refusals.BIG_HEADERS, "unfinished")
        elif self._phase == BODY and (incoming := self._incoming) is not None:
            self._judge_waste(incoming)

    def _judge_waste(self, incoming: Exchange) -> None:
        if self._raw > 2 * incoming.size + CHUNK_WASTE:
            self._refuse(refusals.TOO_MANY_CHUNKS)

    def _unreadable(self, reason: str) -> None:
        if self._refusal is not None:
            self._refuse(self._refusal)
        elif self._incoming is None or self._incoming.keep_alive or self._phase != IDLE:
            self._refuse(refusals.MALFORMED, reason)
        else:
            self._phase = CLOSING  # bytes after a request that was to be the last are nobody's

    def _ignore_upgrade(self, rest: bytes) -> None:
        """Go on in HTTP/1.1 (RFC 9110 §7.8): llhttp stops at ``Upgrade: h2c``, which Java's client sends by default."""
        head = b"POST / HTTP/1.1\r\n%b\r\n\r\n" % self._upgrade
        self._upgrade = b""
        self._parser = httptools.HttpRequestParser(AfterUpgrade(self))
        try:
            self._parser.feed_data(head + rest)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            self._unreadable(str(error))

    # What the parser says.

    def on_message_begin(self) -> None:
        """A request begins; ``data_received`` has said so already unless it follows another in the same read."""
        if self._phase == IDLE:
            self._phase, self._raw, self._known = HEAD, 0, False
            self._since = self.loop.time()
            self._deadline = self._since + self._bounds.header_seconds
        self._url = b""
        self._headers = []
        self._chunks = self._trailers = 0

    def on_url(self, url: bytes) -> None:
        """A piece of the target."""
        self._url += url
        if len(self._url) > REQUEST_LINE:
            raise self._refused(refusals.LONG_TARGET)

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header, or a trailer, which is dropped."""
        if self._phase == HEAD:
            self._headers.append((name.lower(), value))
            return
        self._trailers += 1
        if self._trailers > self._bounds.header_count:
            raise self._refused(refusals.BIG_HEADERS)

    def on_headers_complete(self) -> None:
        """The head is whole: judge it and begin the exchange."""
        parser, headers, bounds = self._parser, self._headers, self._bounds
        if len(headers) > bounds.header_count or (
            (self._raw > bounds.header_bytes or not self._known) and self._head_size() > bounds.header_bytes
        ):
            raise self._refused(refusals.BIG_HEADERS)
        version, method = parser.get_http_version(), METHODS.get(parser.get_method())
        frame = framed(version, headers)
        if frame.refusal is not None:
            raise self._refused(frame.refusal)
        if method is None:
            raise self._refused(refusals.BAD_METHOD)
        if frame.length > bounds.body_bytes:
            raise self._refused(refusals.TOO_LARGE)
        place = target(self._url, frame.host)
        if place is None or (place.raw_path == b"*" and method != "OPTIONS"):
            raise self._refused(refusals.MALFORMED)
        scope = {
            "type": "http",
            "asgi": _ASGI,
            "http_version": version,
            "method": method,
            "root_path": "",
            "path": place.path,
            "raw_path": place.raw_path,
            "query_string": place.query,
            "headers": headers,
            "state": self._app_state.copy(),
            **self._ends,
        }
        keep_alive = version == "1.1" and not self._stopping and parser.should_keep_alive()
        exchange = Exchange(self, scope, frame, keep_alive=keep_alive)
        self._phase, self._incoming, self._seen = BODY, exchange, 0
        self._since = self.loop.time()
        self._deadline = self._since + bounds.body_seconds
        if parser.should_upgrade():
            chunked = frame.length < 0
            self._upgrade = b"transfer-encoding: chunked" if chunked else b"content-length: %d" % frame.length
        self._begin(exchange)

    def _head_size(self) -> int:
        return len(self._url) + 16 + sum(len(name) + len(value) + 4 for name, value in self._headers)

    def _begin(self, exchange: Exchange) -> None:
        if self._active is None:
            self._active = exchange
            exchange.start(self._app)
        elif len(self._queue) < PIPELINE:
            self._queue.append(exchange)
            self.pause_reading()
        else:
            raise self._refused(refusals.TOO_MANY_PIPELINED)

    def on_chunk_header(self) -> None:
        """A chunk begins."""
        self._chunks += 1
        if self._chunks > CHUNKS:
            raise self._refused(refusals.TOO_MANY_CHUNKS)

    def on_body(self, body: bytes) -> None:
        """A piece of the body."""
        if (exchange := self._incoming) is not None:
            exchange.feed(body)
            if exchange.size > self._bounds.body_bytes:
                raise self._refused(refusals.TOO_LARGE)
            if exchange.pending > BODY_HIGH_WATER:
                self.pause_reading()

    def on_message_complete(self) -> None:
        """The request is whole."""
        if (exchange := self._incoming) is not None and not self._upgrade:
            self._phase = IDLE
            self._since = self.loop.time()
            exchange.end_of_body()

    def _refused(self, refusal: Refusal) -> _RefusedError:
        self._refusal = refusal
        return _RefusedError(refusal.code)

    # What the exchange says.

    def answered(self, exchange: Exchange) -> None:
        """A response is out: begin the next, wait for one, or close."""
        self._state.total_requests += 1
        self.shared.counters.requests += 1
        self._active = None
        if not exchange.keep_alive or self._stopping:
            self._close(gently=exchange.more)
        elif self._queue:
            self._active = self._queue.popleft()
            self._active.start(self._app)
        elif self._deferred is not None:
            self._say(self._deferred)
        else:
            self._since = self.loop.time()
        if not self._queue:
            self.resume_reading()

    def taken(self) -> None:
        """The application has taken what it was given of the body: there is room for more."""
        if not self._queue:
            self.resume_reading()

    def refuse_now(self, refusal: Refusal, exchange: Exchange) -> None:
        """The application failed before it said anything: say so in its place."""
        exchange.complete = True
        self._active = None
        self._count(refusal, "")
        self._say(refusal)

    # What the clock says.

    def look(self, now: float) -> None:
        """Act on whatever is overdue."""
        phase, bounds = self._phase, self._bounds
        if (self.blocked is not None or phase == CLOSING) and self.reads_too_slowly(now):
            self.shared.counters.slow_readers += 1
            self.abort()
        elif phase == CLOSING:
            owed = self._active is not None and not self._active.gone
            if now > self._deadline and not owed and not self._transport.get_write_buffer_size():
                self.abort()
        elif self._paused_at:
            return
        elif phase == IDLE:
            if self._active is None and now - self._since > bounds.idle_seconds:
                self._close()
        elif now > self._deadline:
            self._refuse(refusals.HEADER_TIMEOUT if phase == HEAD else refusals.BODY_TIMEOUT)
        elif phase == BODY and now - self._since > self.shared.grace and self._incoming is not None:
            if self._incoming.size - self._seen < bounds.min_body_rate * (now - self._since):
                self._refuse(refusals.BODY_TIMEOUT, "too slow")
            self._since, self._seen = now, self._incoming.size

    # Endings.

    def _refuse(self, refusal: Refusal, detail: str = "") -> None:
        """Answer a request that the application shall not see, after the answers that are owed before it, and close."""
        if self._phase == CLOSING:
            return
        incoming = self._incoming if self._phase == BODY else None
        self._count(refusal, detail)
        self.begin_closing()
        if incoming is not None and incoming in self._queue:
            self._queue.remove(incoming)
        active = self._active
        if active is not None and active is not incoming:
            self._deferred = refusal
        elif active is not None and active.started:
            self.abort()
        else:
            if active is not None:
                active.leave()
            self._say(refusal)

    def _count(self, refusal: Refusal, detail: str) -> None:
        self.shared.refused(refusal, self._peer, detail)

    def _say(self, refusal: Refusal) -> None:
        wanted = next((value for name, value in self._headers if name == b"accept-language"), b"")
        self.write(refusals.response(refusal, accepted(wanted.decode("latin-1"))), now=True)
        self._close(gently=True)

    def _close(self, *, gently: bool = False) -> None:
        """Send what is written, then close. ``gently``: only our side at first, for a client that is still sending."""
        self.flush()
        self.begin_closing()
        self._leave()
        if gently and self._transport.can_write_eof():
            self.resume_reading()
            self._transport.write_eof()
        else:
            self._transport.close()

    def shutdown(self) -> None:
        """The server is stopping: close when idle, or else after the answer that is being made."""
        self._stopping = True
        if self._active is None:
            self._close()
        elif not self._active.started:
            self._active.keep_alive = False
