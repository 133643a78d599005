"""The pool of connections to one model endpoint. Kept alive, reused, bounded; every wait has an end.

A call: ``answer = await pool.send("POST", "/chat/completions", headers, body)``, then ``async for piece in answer`` or
``await answer.read(limit)``, and ``answer.close()`` in a ``finally``. Closing an unfinished answer, or cancelling the task
that waits in ``send``, closes the connection to the model, so that it stops generating. Redirects are not followed and
nothing is decompressed. A call is repeated in one case only: a connection that had served before died before any byte of
the answer, which is how an upstream's own idle timeout looks.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from collections import deque
from collections.abc import Iterable
from types import TracebackType
from typing import Self

from yanmen.core.config import Bounds, Upstream
from yanmen.gateway.upstreams.address import SECTION, locate
from yanmen.gateway.upstreams.answer import Answer
from yanmen.gateway.upstreams.connection import Connection
from yanmen.gateway.upstreams.errors import UpstreamError
from yanmen.gateway.upstreams.headers import forward_request_headers, own_headers

IDLE_SECONDS = 30.0
"""A connection idle for longer is not used again: upstreams close theirs after 5 to 75 s."""
SWEEP_SECONDS = 0.25
"""How often deadlines are looked at; a wait may last this much longer than configured."""
_PATH = re.compile(r"/[!-~]*")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

Turn = asyncio.Future[Connection | None]
"""Somebody waits for a connection: one that is free now, or None for the right to open one."""


class Pool:
    """Connections to the endpoint that the configuration names. Belongs to one event loop."""

    def __init__(self, settings: Upstream, bounds: Bounds, section: str = SECTION) -> None:
        """Read the address, the credential and the certificates; whatever is wrong with them is a YanmenError.

        ``section``: where in the configuration they stand, for that error.
        """
        self._settings = settings
        self._bounds = bounds
        self._place = place = locate(settings, section)
        own = [
            (b"host", place.authority.encode()),
            (b"accept-encoding", b"identity"),
            (b"user-agent", b"yanmen"),
            *own_headers(settings, section),
        ]
        self._own = b"".join(b"%b: %b\r\n" % pair for pair in own)
        self._idle: deque[Connection] = deque()
        self._open: set[Connection] = set()
        self._opening = 0
        self._waiting: deque[Turn] = deque()
        self._sweeper: asyncio.TimerHandle | None = None
        self._closed = False
        self._emptied = asyncio.Event()
        shortest = min(settings.first_byte_seconds, settings.between_bytes_seconds)
        self._period = min(SWEEP_SECONDS, shortest / 4)

    @property
    def address(self) -> str:
        """``host:port`` of the endpoint, for logs."""
        return f"{self._place.host}:{self._place.port}"

    @property
    def open(self) -> int:
        """Connections that are open or being opened, in use or idle."""
        return len(self._open) + self._opening

    @property
    def idle(self) -> int:
        """Connections that wait for a call."""
        return len(self._idle)

    async def __aenter__(self) -> Self:
        """The pool itself; nothing is connected before the first call."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        await self.close()

    async def close(self) -> None:
        """Close every connection, in use or not. Calls that wait for one end as ``unreachable``."""
        self._closed = True
        for connection in list(self._open):
            connection.fail("broken", "the gateway is closing")
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():
                waiter.set_exception(UpstreamError("unreachable", "the gateway is closing"))
        if self._sweeper is not None:
            self._sweeper.cancel()
            self._sweeper = None
        if self._open:
            await self._emptied.wait()

    async def send(
        self, method: str, path: str, headers: Iterable[tuple[bytes, bytes]], body: bytes
    ) -> Answer:
        """Make a call and wait for the head of its answer; raise UpstreamError where there is none.

        ``path`` begins with a slash, is relative to the endpoint's base path and may carry a query; Ollama's own
        (``/api/…``) stand beside that base's ``/v1``, not below it. Of the headers
        (names in lower case) those that ``forward_request_headers`` lets through are sent.
        """
        head = self._head(method, path, headers, body)
        connection = await self._taken()
        reused = connection.calls > 0
        try:
            return await connection.call(head, body, head_only=method == "HEAD")
        except UpstreamError as error:
            if not (reused and connection.untouched and error.kind == "broken") or self._closed:
                raise
        connection = await self._taken(fresh=True)
        return await connection.call(head, body, head_only=method == "HEAD")

    def _head(self, method: str, path: str, headers: Iterable[tuple[bytes, bytes]], body: bytes) -> bytes:
        if method not in _METHODS or not _PATH.fullmatch(path):
            raise ValueError("not a method or a path that can be sent")
        base = self._place.root if path.startswith("/api/") else self._place.base
        target, mark, query = (base + path).partition("?")
        if "/.." in target or "#" in path or "%2e" in target.lower():
            raise ValueError("the path leaves its place")
        if self._place.query:
            mark, query = "?", f"{query}&{self._place.query}" if query else self._place.query
        passed = b"".join([b"%b: %b\r\n" % pair for pair in forward_request_headers(headers)])
        length = b"" if not body and method in {"GET", "HEAD"} else b"content-length: %d\r\n" % len(body)
        head = b"%b %b HTTP/1.1\r\n%b%b%b\r\n"
        return head % (method.encode(), f"{target}{mark}{query}".encode(), self._own, passed, length)

    # Connections.

    async def _taken(self, *, fresh: bool = False) -> Connection:
        """A connection of its own for a call; where there is none, the error says that nothing was sent."""
        try:
            return await self._take(fresh=fresh)
        except UpstreamError as error:
            error.sent = False
            raise

    async def _take(self, *, fresh: bool = False) -> Connection:
        """A connection of its own for a call; ``fresh``: one that has not served before."""
        if self._closed:
            raise UpstreamError("unreachable", "the gateway is closing")
        if not fresh:
            while self._idle:
                connection = self._idle.pop()
                if connection.alive and connection.loop.time() - connection.idle_since < IDLE_SECONDS:
                    return connection
                connection.abort()
        if self.open < self._settings.connections or self._drop_idle():
            self._opening += 1
            return await self._connect()
        handed = await self._wait_turn()
        if handed is not None:
            if handed.alive and not fresh:
                return handed
            self._open.discard(handed)
            handed.abort()
            self._opening += 1
        return await self._connect()

    def _drop_idle(self) -> bool:
        if not self._idle:
            return False
        connection = self._idle.popleft()
        self._open.discard(connection)
        connection.abort()
        return True

    async def _wait_turn(self) -> Connection | None:
        """A connection handed over by the call before, or None: the right to open one (already counted as opening)."""
        seconds = self._settings.connect_seconds
        if len(self._waiting) >= self._settings.connections:
            raise UpstreamError("timeout", "too many calls wait for a connection")
        turn: Turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        taken = False
        try:
            async with asyncio.timeout(seconds):
                handed = await turn
            taken = True
        except TimeoutError:
            raise UpstreamError("timeout", f"no connection was free within {seconds:g} s") from None
        finally:
            if not taken:
                self._give_back(turn)
        return handed

    def _give_back(self, turn: Turn) -> None:
        if turn in self._waiting:
            self._waiting.remove(turn)
        elif turn.done() and not turn.cancelled() and turn.exception() is None:
            if (handed := turn.result()) is not None:
                self._release(handed)
            else:
                self._opening -= 1
                self._grant()

    def _next_turn(self) -> Turn | None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                return turn
        return None

    def _grant(self) -> None:
        """A place is free: whoever has waited longest may open a connection."""
        if (turn := self._next_turn()) is not None:
            self._opening += 1
            turn.set_result(None)

    def _release(self, connection: Connection) -> None:
        if self._waiting and (turn := self._next_turn()) is not None:
            turn.set_result(connection)
            return
        connection.idle_since = connection.loop.time()
        self._idle.append(connection)

    def _forget(self, connection: Connection) -> None:
        if connection in self._open:
            self._open.discard(connection)
            if connection in self._idle:
                self._idle.remove(connection)
            self._grant()
            if self._closed and not self._open:
                self._emptied.set()

    async def _connect(self) -> Connection:
        """Open a connection; its place has been counted as opening."""
        settings, opened = self._settings, False
        try:
            async with asyncio.timeout(settings.connect_seconds):
                connection = await self._dial()
            opened = True
        except TimeoutError:
            raise UpstreamError("timeout", f"no connection within {settings.connect_seconds:g} s") from None
        except OSError as error:  # ssl.SSLError is one
            raise UpstreamError("unreachable", _reason(error)) from None
        finally:
            self._opening -= 1
            if not opened:
                self._grant()
        if self._closed or not connection.alive:
            connection.abort()
            self._grant()
            raise UpstreamError("unreachable", "the connection was closed at once")
        self._open.add(connection)
        if self._sweeper is None:
            self._sweeper = asyncio.get_running_loop().call_later(self._period, self._sweep)
        return connection

    async def _dial(self) -> Connection:
        tls, settings = self._place.tls, self._settings
        limits = settings.first_byte_seconds, settings.between_bytes_seconds, settings.total_seconds
        _, connection = await asyncio.get_running_loop().create_connection(
            lambda: Connection(self._bounds, limits, self._release, self._forget),
            self._place.host,
            self._place.port,
            ssl=tls,
            server_hostname=self._place.host if tls else None,
        )
        return connection

    def _sweep(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        for connection in list(self._open):
            if connection.deadline < now:
                connection.overdue()
        while self._idle and now - self._idle[0].idle_since > IDLE_SECONDS:
            self._idle.popleft().abort()
        self._sweeper = (
            loop.call_later(self._period, self._sweep) if self._open and not self._closed else None
        )


def _reason(error: OSError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted: {error.verify_message}"
    return error.strerror or type(error).__name__


__all__ = ["Answer", "Pool", "UpstreamError"]
