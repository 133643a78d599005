"""The console's process: pages and API, the watch in a thread of its own, served until SIGTERM."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import uvloop

from yanmen.console.app import build
from yanmen.console.desk.house import House
from yanmen.console.protection import BODY_BYTES
from yanmen.core.clock import now
from yanmen.core.config import Bounds, Config
from yanmen.core.ids import new_id
from yanmen.core.nouns import Event, Ref
from yanmen.gateway.lessons import Lessons
from yanmen.gateway.server import Server
from yanmen.guard import Guard
from yanmen.policy import Reloader
from yanmen.policy.modes import OWN
from yanmen.soc import Soc
from yanmen.store import Store

_PROCESS = Ref(kind="process", id="console")
POLL_SECONDS = 1.0
"""How often the policy files are looked at."""
STOP_SECONDS = 10.0
"""How long the watch may take to end."""
BOUNDS = Bounds(
    body_bytes=32 * BODY_BYTES, connections=256, concurrent_calls=64, body_seconds=30, idle_seconds=30
)
"""A console has tens of readers, not thousands. What is over BODY_BYTES is refused by the application, in its own shape."""


def run(config: Config, store: Store, ready: Callable[[int], None]) -> None:
    """Serve until a signal comes. ``ready`` is told the port. YanmenError for whatever the configuration has wrong."""
    uvloop.run(_serve(config, store, ready))


async def _serve(config: Config, store: Store, ready: Callable[[int], None]) -> None:
    policies = Reloader(
        [Path(file) for file in config.policy.files], store.append, modes=Path(config.data) / OWN
    )
    lessons = Lessons(store, _PROCESS)
    house = House(store=store, guard=lessons.begin(Guard(config.guard)), policies=policies, config=config)
    settings = config.console
    server = Server(build(house), host=settings.host, port=settings.port, bounds=BOUNDS)
    with watching(config, store, house.shadow_until()):
        port = await server.start()
        store.append_soon(
            Event(id=new_id("evt"), at=now(), kind="process.started", actor=_PROCESS, data={"port": port})
        )
        ready(port)
        polling = asyncio.get_running_loop().create_task(_poll(policies, lessons, house))
        await server.finished()
        polling.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await polling


@contextlib.contextmanager
def watching(config: Config, store: Store, shadow_until: int) -> Iterator[threading.Thread]:
    """The watch, in a thread of its own for as long as the block lasts."""
    stop = threading.Event()
    soc = Soc(store, config.soc, shadow_until=shadow_until)
    thread = threading.Thread(target=soc.run, args=(stop,), name="soc", daemon=True)
    thread.start()
    try:
        yield thread
    finally:
        stop.set()
        thread.join(STOP_SECONDS)


async def _poll(policies: Reloader, lessons: Lessons, house: House) -> None:
    """Take a changed policy or another version of the guard's model, or refuse it, while the server runs."""
    while True:
        await asyncio.sleep(POLL_SECONDS)
        await asyncio.to_thread(policies.poll)
        with contextlib.suppress(OSError, RuntimeError):  # a store that cannot be read says so at every page
            if lessons.due():
                fresh = await asyncio.to_thread(lessons.take, house.guard)
                house.guard = house.guard if fresh is None else fresh
