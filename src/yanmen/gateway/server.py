"""Runs an ASGI application behind our protocol: uvicorn's life cycle, uvloop, a socket of our own making."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import ssl
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Self

import uvicorn
import uvloop

from yanmen.core import foreign
from yanmen.core.config import Bounds
from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Phrase
from yanmen.gateway.downstream.connections import Connections, Counters, OnRefused
from yanmen.gateway.downstream.exchange import Application
from yanmen.gateway.downstream.protocol import HttpProtocol

STOP_SECONDS = 30
"""How long answers in flight may take to finish when the server stops."""
DEAD_PEER_SECONDS = 30
"""After so long without a sign of life a client is taken for gone: unacknowledged bytes, or an idle line."""
ANOTHER_SECONDS = 1.0
"""A signal so long after the first says that draining is to end; before, it says the same once more."""
BACKLOG = 2_048


def _unheard(code: str, status: int, peer: str, detail: str) -> None:
    """Nobody wants to know of refusals but the counters."""
    del code, status, peer, detail


class Server:
    """A server of one application on one socket, in the running event loop.

    ``async with Server(app, …) as server:`` or ``start``, ``stop`` and ``finished``.
    """

    def __init__(
        self,
        app: Application,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        bounds: Bounds,
        on_refused: OnRefused = _unheard,
        listening: socket.socket | None = None,
        stop_seconds: int = STOP_SECONDS,
        grace: float = 5.0,
        tls: ssl.SSLContext | None = None,
        drain_seconds: float = 0,
        on_draining: Callable[[], None] | None = None,
    ) -> None:
        """``port`` 0 takes a free one. ``listening``: a bound socket instead of host and port, for several workers.

        ``on_refused`` is called in the event loop and must return at once. ``grace``: see ``Connections``. ``tls``: speak
        HTTPS. ``drain_seconds``: how long after a signal calls are still taken, so that whoever balances the load can turn
        away; ``on_draining`` is called when that begins, a second signal ends it. The application must speak ASGI's
        lifespan: one that fails to start is not served.
        """
        self._connections = Connections(bounds, on_refused, grace=grace)
        self._socket = listening
        self._where = host, port
        config = uvicorn.Config(
            app,
            http=HttpProtocol.sharing(self._connections),
            ws="none",
            lifespan="on",
            interface="asgi3",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            date_header=False,
            backlog=BACKLOG,
            timeout_graceful_shutdown=stop_seconds,
            ssl_context_factory=None if tls is None else lambda *_: tls,
        )
        self._uvicorn = _Uvicorn(config, drain_seconds, on_draining)
        self._task: asyncio.Task[None] | None = None

    @property
    def counters(self) -> Counters:
        """What it has done so far."""
        return self._connections.counters

    @property
    def open(self) -> int:
        """Connections that are open."""
        return len(self._connections.open)

    async def start(self) -> int:
        """Bind, start the application and listen; answers the port. YanmenError where the address cannot be had."""
        listening = self._socket or bind(*self._where)
        _watch_peers(listening)
        port: int = listening.getsockname()[1]
        self._task = asyncio.get_running_loop().create_task(self._serve(listening))
        self._task.add_done_callback(self._uvicorn.ended)
        await self._uvicorn.ready
        return port

    async def _serve(self, listening: socket.socket) -> None:
        try:
            await self._uvicorn.serve(sockets=[listening])
        finally:
            for connection in list(self._connections.open):
                connection.abort()
            listening.close()

    async def finished(self) -> None:
        """Wait until it has stopped, by ``stop`` or by a signal (SIGINT, SIGTERM)."""
        if self._task is not None:
            await asyncio.shield(self._task)

    async def stop(self) -> None:
        """Take no more connections, let answers in flight finish within the time for it, and stop the application."""
        self._uvicorn.ask_to_stop()
        await self.finished()

    async def __aenter__(self) -> Self:
        """Start it."""
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop it."""
        await self.stop()


class _Uvicorn(uvicorn.Server):
    """Uvicorn's server, which says when it is ready and raises where uvicorn would exit the process."""

    def __init__(
        self, config: uvicorn.Config, drain_seconds: float, on_draining: Callable[[], None] | None
    ) -> None:
        super().__init__(config)
        self._asked, self._hurried = asyncio.Event(), asyncio.Event()
        self._asked_at = 0.0
        self._drain_seconds = drain_seconds
        self._on_draining = on_draining
        self._loop = asyncio.get_running_loop()
        self.ready: asyncio.Future[None] = self._loop.create_future()
        """Done when it listens; carries the error of an application that would not start."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            await super().startup(sockets=sockets)
        except SystemExit as error:
            raise RuntimeError("the application did not start") from error
        self.ready.set_result(None)

    async def main_loop(self) -> None:
        """Wait for the end instead of looking ten times a second whether it has come, then drain."""
        await self._asked.wait()
        if self._on_draining is not None:
            self._on_draining()
        if self._drain_seconds:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._hurried.wait(), self._drain_seconds)

    def ask_to_stop(self) -> None:
        """Begin to stop, without draining."""
        self.should_exit = True
        self._asked.set()
        self._hurried.set()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to stop. Uvicorn's own would raise the signal once more afterwards, before the caller has closed."""
        del frame
        self.force_exit = self.should_exit and sig == signal.SIGINT
        if not self.should_exit:
            self._asked_at = self._loop.time()
        elif self._loop.time() - self._asked_at > ANOTHER_SECONDS:
            self._loop.call_soon_threadsafe(self._hurried.set)
        self.should_exit = True
        self._loop.call_soon_threadsafe(self._asked.set)

    def ended(self, task: asyncio.Task[None]) -> None:
        """Whoever waits for the start learns that it will not come."""
        if not self.ready.done():
            error = None if task.cancelled() else task.exception()
            self.ready.set_exception(error or RuntimeError("the server stopped before it had started"))


def serve(
    app: Application,
    *,
    host: str,
    port: int,
    bounds: Bounds,
    on_refused: OnRefused = _unheard,
    listening: socket.socket | None = None,
    on_started: Callable[[int], None] | None = None,
) -> None:
    """Serve until a signal comes, on an event loop of uvloop's. ``on_started`` is told the port."""

    async def run() -> None:
        server = Server(app, host=host, port=port, bounds=bounds, on_refused=on_refused, listening=listening)
        taken = await server.start()
        if on_started is not None:
            on_started(taken)
        await server.finished()

    uvloop.run(run())


def bind(host: str, port: int) -> socket.socket:
    """A listening address of our own, IPv4 or IPv6; YanmenError where it cannot be had."""
    try:
        family, kind, number, _, place = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listening = socket.socket(family, kind, number)
    except OSError as error:
        hint = Phrase(en="Name another address.", zh="请换一个监听地址。")
        raise _unbound(host, port, error, hint) from error
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(place)
    except OSError as error:
        listening.close()
        hint = Phrase(
            en="Choose another port, or stop what listens there.", zh="请换一个端口，或停止占用该端口的程序。"
        )
        raise _unbound(host, port, error, hint) from error
    listening.setblocking(False)
    return listening


def _unbound(host: str, port: int, error: OSError, hint: Phrase) -> YanmenError:
    why = foreign.system(error)
    return YanmenError(
        Phrase(en=f"cannot listen on {host}:{port}: {why.en}", zh=f"无法监听 {host}:{port}：{why.zh}"),
        hint=hint,
    )


def _watch_peers(listening: socket.socket) -> None:
    """Notice clients whose machine or network has died; accepted sockets inherit this (Linux)."""
    if listening.family not in {socket.AF_INET, socket.AF_INET6}:
        return
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for name, value in (
        ("TCP_KEEPIDLE", DEAD_PEER_SECONDS // 2),
        ("TCP_KEEPINTVL", DEAD_PEER_SECONDS // 6),
        ("TCP_KEEPCNT", 3),
        ("TCP_USER_TIMEOUT", DEAD_PEER_SECONDS * 1_000),
    ):
        if hasattr(socket, name):
            listening.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
