"""The gateway's process: everything it needs is built here, and served until SIGTERM."""

from __future__ import annotations

import asyncio
import ctypes
import gc
import socket
import time
from collections.abc import Callable
from pathlib import Path

import uvloop

from yanmen.core.clock import DAY, now
from yanmen.core.config import Config
from yanmen.core.config import Gateway as Settings
from yanmen.core.errors import YanmenError
from yanmen.core.ids import new_id
from yanmen.core.nouns import Event, Phrase, Ref
from yanmen.gateway.app import Gateway
from yanmen.gateway.lessons import Lessons
from yanmen.gateway.mcp.mounts import Mounts
from yanmen.gateway.pictures import Pictures
from yanmen.gateway.renewing import Offers, Renewing, held
from yanmen.gateway.selftest import selftest
from yanmen.gateway.server import Server
from yanmen.gateway.tls import Certificate
from yanmen.gateway.traces import observer
from yanmen.gateway.upstreams.figures import recording
from yanmen.gateway.upstreams.fleet import Fleet
from yanmen.guard import Guard
from yanmen.guard.examination import Late, Passage
from yanmen.guard.workers import Workers
from yanmen.policy import Policy, Reloader
from yanmen.policy.modes import OWN
from yanmen.store import Store

ENCODER_SECONDS = 90.0
"""How long the encoder may take to be loaded before the door opens."""
TRANSPORT_EVENTS = 20
"""Refusals below HTTP that are recorded one by one in each second; those past it are only counted."""
YOUNG, LEAST_YOUNG = 20, 10_000
"""New objects, for each connection that there may be, before they are searched for cycles; all calls wait meanwhile. A call leaves
none, but an open stream has fourteen that live until its next event: in smaller lots, 5,000 streams' are gone through for nothing
every few seconds, 50 ms each time."""

_PROCESS = Ref(kind="process", id="gateway")


def run(
    config: Config,
    store: Store,
    ready: Callable[[int], None],
    offers: Offers | None = None,
    listening: socket.socket | None = None,
) -> None:
    """Serve until a signal comes. ``ready`` is told the port; ``offers``: where another configuration may come from.

    ``listening``: a socket that is shared with other gateways. YanmenError for whatever the configuration has wrong.
    """
    uvloop.run(_serve(config, store, ready, offers, listening))


async def _serve(
    config: Config,
    store: Store,
    ready: Callable[[int], None],
    offers: Offers | None,
    listening: socket.socket | None,
) -> None:
    settings = config.gateway
    lessons = Lessons(store, _PROCESS, _staff)
    guard = lessons.begin(Guard(config.guard, held=held(settings)))
    pictures = Pictures(config.guard) if config.guard.images else None
    policies = Reloader(
        [Path(file) for file in config.policy.files], store.append, modes=Path(config.data) / OWN
    )
    store.append_soon(*await _tried(guard, policies.policy))
    observe, close = observer(config.telemetry)
    try:
        async with Fleet(settings, recording(store)) as fleet, Mounts(settings, fleet) as mounts:
            gateway = Gateway(
                store,
                guard,
                policies,
                fleet,
                config,
                observe=observe,
                shadow_until=shadow_until(config, store),
                lessons=lessons,
                pictures=pictures,
                mounts=mounts,
            )
            certificate = Certificate.of(settings)
            renewing = Renewing(
                config,
                fleet,
                store,
                certificate,
                lambda credentials: lessons.again(Guard(config.guard, held=credentials)),
                gateway.guard_with,
            )
            server = _server(gateway, settings, store, certificate, listening)
            port = await server.start()
            renewing.begin(offers)
            store.append_soon(_started(port))
            gc.collect()
            gc.freeze()
            _trim()
            gc.set_threshold(max(YOUNG * settings.bounds.connections, LEAST_YOUNG), 1, 10)
            ready(port)
            await server.finished()
            renewing.end()
            guard = gateway.door.guard
    finally:
        await asyncio.to_thread(close)
        await asyncio.to_thread(guard.close)
        if pictures is not None:
            await asyncio.to_thread(pictures.close)


def _server(
    gateway: Gateway,
    settings: Settings,
    store: Store,
    certificate: Certificate | None,
    listening: socket.socket | None,
) -> Server:
    server = Server(
        gateway,
        host=settings.host,
        port=settings.port,
        bounds=settings.bounds,
        listening=listening,
        on_refused=TransportRefusals(store, gateway),
        tls=None if certificate is None else certificate.context,
        stop_seconds=settings.stop_seconds,
        drain_seconds=settings.drain_seconds,
        on_draining=gateway.drain,
    )
    gateway.metrics.watch("yanmen_open_connections", "Open connections.", lambda: server.open)
    return server


def _staff(guard: Guard) -> None:
    """Give a guard processes for its encoder. YanmenError where the models that should judge cannot be loaded."""
    if guard.cascade is None:
        return
    if guard.cascade.failure is not None:
        raise guard.cascade.failure
    guard.workers = Workers(guard.settings.encoder_workers, guard.cascade.folder)
    (said,) = guard.workers.ask([Passage("Hello", "user")], ENCODER_SECONDS).result()
    if isinstance(said, Late):
        guard.close()
        raise YanmenError(
            Phrase(en=f"the encoder does not answer: {said.detail}", zh=f"编码器没有应答：{said.detail}"),
            hint=Phrase(
                en="Is there memory for it? `guard.learned = false` does without.",
                zh="请检查内存是否充足；设 `guard.learned = false` 可不使用。",
            ),
        )


async def _tried(guard: Guard, policy: Policy) -> list[Event]:
    """The self-test at start: a door that does not see everything does not open."""
    sights = await selftest(guard, policy)
    blind = [f"{sight.surface}: {sight.carrier}" for sight in sights if not sight.seen]
    if blind:
        unseen = ", ".join(blind)
        raise YanmenError(
            Phrase(
                en=f"the guard does not see: {unseen}", zh=f"检测引擎未能发现以下载体中的探测内容：{unseen}"
            ),
            hint=Phrase(en="Is a detector missing from this installation?", zh="请检查安装是否缺少检测器。"),
        )
    data = {"carriers": len(sights), "policy": policy.revision}
    return [Event(id=new_id("evt"), at=now(), kind="selftest.passed", actor=_PROCESS, data=data)]


def shadow_until(config: Config, store: Store) -> int:
    """The end of shadow mode: so many days from the first event of this store; 0 where none are configured."""
    if not config.policy.shadow_days:
        return 0
    first = store.events.after(0, 1)
    return (first[0].event.at if first else now()) + config.policy.shadow_days * DAY


def _trim() -> None:
    """Give back what building the guard took and no longer needs: ten megabytes, where the C library is glibc."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


class TransportRefusals:
    """Requests that never reached the door are recorded too, within bounds: whoever floods must not fill the store."""

    def __init__(self, store: Store, gateway: Gateway) -> None:
        """Nothing has been refused yet."""
        self._store = store
        self._gateway = gateway
        self._second = 0
        self._count = 0

    def __call__(self, code: str, status: int, peer: str, detail: str) -> None:
        """Called by the server in the event loop."""
        self._gateway.metrics.refused(code)
        second = int(time.monotonic())
        if second != self._second:
            self._second, self._count = second, 0
        self._count += 1
        if self._count > TRANSPORT_EVENTS:
            return
        data = {"code": code, "status": status, "ip": peer, "detail": detail[:200]}
        subject = Ref(kind="ip", id=peer) if peer else None
        self._store.append_soon(
            Event(id=new_id("evt"), at=now(), kind="transport.refused", subject=subject, data=data)
        )


def _started(port: int) -> Event:
    return Event(id=new_id("evt"), at=now(), kind="process.started", actor=_PROCESS, data={"port": port})
