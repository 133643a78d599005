"""A gateway that runs takes up another configuration, or another certificate, without dropping a connection.

Upstreams, models, routes, health and overload can be renewed; every other value needs a restart, and the event names those
that differ. What is wrong with a new configuration leaves all as it was.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterable
from typing import Any, Protocol

import msgspec

from yanmen.core.clock import now
from yanmen.core.config import Config
from yanmen.core.config import Gateway as Settings
from yanmen.core.config.crossing import upstreams
from yanmen.core.errors import YanmenError
from yanmen.core.ids import new_id
from yanmen.core.nouns import Event, Ref
from yanmen.gateway.mcp.mounts import endpoint
from yanmen.gateway.tls import Certificate
from yanmen.gateway.upstreams.fleet import Fleet
from yanmen.gateway.upstreams.headers import credential
from yanmen.gateway.upstreams.member import credited
from yanmen.guard import Guard

LOOK_SECONDS = 1.0
"""How often the certificate's files are looked at."""
RENEWABLE = ("upstream", "upstreams", "models", "routes", "health", "overload")
"""The values of ``[gateway]`` that a running gateway takes up."""
_ACTOR = Ref(kind="process", id="gateway")


class Recorder(Protocol):
    """What keeps events."""

    def append_soon(self, *events: Event) -> None:
        """Write soon."""


class Offers:
    """Where a configuration is handed over to a running gateway, from any thread."""

    def __init__(self) -> None:
        """Nobody takes any yet; what comes before that is dropped, for the process was started with it."""
        self._loop: asyncio.AbstractEventLoop | None = None
        self._take: Callable[[Config], None] = lambda _: None

    def open(self, take: Callable[[Config], None]) -> None:
        """``take`` is called with each in the running loop."""
        self._loop, self._take = asyncio.get_running_loop(), take

    def offer(self, config: Config) -> None:
        """Hand one over."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._take, config)


class Renewing:
    """Renews one gateway."""

    def __init__(
        self,
        config: Config,
        fleet: Fleet,
        store: Recorder,
        certificate: Certificate | None,
        guarded: Callable[[list[str]], Guard],
        swap: Callable[[Guard], None],
    ) -> None:
        """``guarded`` builds a guard that holds these credentials, in a thread; ``swap`` puts it in force, in the loop."""
        self._config = config
        self._fleet = fleet
        self._store = store
        self._certificate = certificate
        self._guarded = guarded
        self._swap = swap
        self._lock = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, offers: Offers | None) -> None:
        """Look at the certificate from now on, and take what is offered. SIGHUP reads the certificate at once."""
        loop = asyncio.get_running_loop()
        if offers is not None:
            offers.open(lambda config: self._run(self.take(config)))
        if self._certificate is not None:
            self._run(self._watch(self._certificate))
        loop.add_signal_handler(signal.SIGHUP, self.read_certificate)

    def end(self) -> None:
        """Look no more."""
        asyncio.get_running_loop().remove_signal_handler(signal.SIGHUP)
        for task in self._tasks:
            task.cancel()

    def _run(self, steps: Any) -> None:
        task = asyncio.get_running_loop().create_task(steps)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def read_certificate(self) -> None:
        """Read the certificate's files again, changed or not."""
        if self._certificate is not None:
            self._certificate.poll(self._told, anyway=True)

    async def _watch(self, certificate: Certificate) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            certificate.poll(self._told)

    def _told(self, error: YanmenError | None) -> None:
        if error is None:
            event = Event(id=new_id("evt"), at=now(), kind="certificate.loaded", actor=_ACTOR)
        else:
            event = Event(
                id=new_id("evt"), at=now(), kind="certificate.refused", actor=_ACTOR, data=_said(error)
            )
        self._store.append_soon(event)

    async def take(self, config: Config) -> None:
        """Take up a configuration, as far as a running gateway can. One at a time."""
        async with self._lock:
            old, new = self._config, config
            gateway = _joined(old.gateway, new.gateway)
            fresh: Guard | None = None
            try:
                before, after = held(old.gateway), held(gateway)
                if before != after:
                    fresh = await asyncio.to_thread(self._guarded, after)
                self._fleet.apply(gateway)
            except YanmenError as error:
                if fresh is not None:
                    fresh.close()
                self._store.append_soon(
                    Event(id=new_id("evt"), at=now(), kind="config.refused", actor=_ACTOR, data=_said(error))
                )
                return
            if fresh is not None:
                self._swap(fresh)
            self._config = msgspec.structs.replace(old, gateway=gateway)
            changed = [f"gateway.{name}" for name in _differing(old.gateway, gateway)]
            restart = [
                *(f"gateway.{name}" for name in _differing(gateway, new.gateway)),
                *(name for name in _differing(old, new) if name != "gateway"),
            ]
            data = {"changed": changed, "restart": restart}
            self._store.append_soon(
                Event(id=new_id("evt"), at=now(), kind="config.loaded", actor=_ACTOR, data=data)
            )


def held(gateway: Settings) -> list[str]:
    """Every upstream's and every MCP server's credential. YanmenError for one that cannot be read."""
    found = {credential(credited(name, one)) for name, one in upstreams(gateway).items()}
    found |= {credential(endpoint(mount)) for mount in gateway.mcp.values()}
    return sorted(found - {""})


def _joined(old: Settings, new: Settings) -> Settings:
    """The old settings with what can be renewed of the new."""
    return msgspec.structs.replace(old, **{name: getattr(new, name) for name in RENEWABLE})


def _differing(old: Any, new: Any) -> Iterable[str]:
    return [name for name in old.__struct_fields__ if getattr(old, name) != getattr(new, name)]


def _said(error: YanmenError) -> dict[str, Any]:
    return {"error": error.message.en[:500], "where": error.where[:300]}
