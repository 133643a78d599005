"""The gateway as one ASGI application: the door, its probes, and the watch over the store."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

from yanmen.core.clock import Clock, now
from yanmen.core.config import Config
from yanmen.core.ids import new_id
from yanmen.core.nouns import Event, Ref
from yanmen.gateway import proving
from yanmen.gateway.clients import Clients
from yanmen.gateway.door import Door
from yanmen.gateway.downstream.exchange import Receive, Scope, Send
from yanmen.gateway.knowledge import Knowledge
from yanmen.gateway.lessons import Lessons
from yanmen.gateway.limits.plans import Planner
from yanmen.gateway.mcp.known import Offers
from yanmen.gateway.mcp.mounts import Mounts
from yanmen.gateway.metrics import CONTENT_TYPE, Metrics
from yanmen.gateway.pictures import Pictures
from yanmen.gateway.proxies import Proxies
from yanmen.gateway.shell import Shell
from yanmen.gateway.upstreams.figures import Figures, states
from yanmen.gateway.upstreams.fleet import Fleet
from yanmen.gateway.watch import SECONDS, Watch
from yanmen.guard import Guard
from yanmen.intel.networks import Networks
from yanmen.policy import Reloader, Standing
from yanmen.store import Store
from yanmen.store.counters import Counters, Local, Meter

LEAVE = 3
"""How many deadlines of an examination a guard that was replaced is kept for the calls that began with it."""
POLICY_TICKS = 20
"""The policy files are looked at on every so many looks at the store: once a second."""
PROBES = frozenset({"/healthz", "/readyz", "/metrics"})


class Gateway:
    """Answers calls. The store, the guard, the reloader and the fleet are the caller's, who closes them."""

    def __init__(
        self,
        store: Store,
        guard: Guard,
        policies: Reloader,
        fleet: Fleet,
        config: Config,
        *,
        observe: Callable[[Event, float], None] | None = None,
        shadow_until: int = 0,
        lessons: Lessons | None = None,
        pictures: Pictures | None = None,
        clock: Clock = now,
        counters: Counters | None = None,
        mounts: Mounts | None = None,
    ) -> None:
        """``observe`` is told of every call beside the metrics; ``lessons``: where the model comes from; ``mounts``: MCP servers.

        ``shadow_until`` is in microseconds; ``pictures`` reads images.
        """
        self.metrics = Metrics()
        self._observe = observe
        self._config = config
        self._policies = policies
        self._store = store
        self._clock = clock
        self._watch = Watch(store, clock)
        known = Knowledge(
            keys={},
            standing=Standing(()),
            policy=policies.policy,
            tenants=config.tenants,
            shadow_until=shadow_until,
            planner=Planner(config.limits),
            proving=proving.known(store.secrets, config.abuse.proof_bits, config.abuse.proof_seconds),
        )
        self.counters = counters or self._counting()
        self.door = Door(guard, self._watch.first(known), config.gateway, clock)
        self.take_mode()
        guard.part(self.door.known.policy.cuts(guard.rules, "out"))
        self.shell = Shell(
            self.door,
            store,
            mounts or fleet,
            config.gateway.bounds,
            self._told,
            clock,
            tracing=observe is not None,
            clients=Clients(
                Proxies(config.gateway.trusted_proxies),
                Networks(config.intel.networks),
                config.intel.fingerprint_header,
            ),
            pictures=pictures,
            counters=self.counters,
        )
        self.shell.performers |= Offers(store, clock).performers | proving.Spending(store).performers
        self.metrics.watch("yanmen_calls_in_flight", "Calls in flight.", lambda: len(self.shell.live))
        self.metrics.add(Figures(fleet))
        self.metrics.watch(
            "yanmen_crowded_calls",
            "Calls of tenants that held all their places.",
            lambda: self.shell.places.refused,
        )
        self._fleet = fleet
        self.draining = False
        """Whether the process is about to end: it takes calls, and says that others should."""
        self._watching: asyncio.Task[None] | None = None
        self._lessons = lessons
        self._learning: asyncio.Task[None] | None = None
        self._leaving: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI scope."""
        if scope["type"] == "http":
            if scope["path"] in PROBES and scope["method"] in {"GET", "HEAD"} and self._may_probe(scope):
                await self._probe(scope["path"], send)
            else:
                await self.shell.serve(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._lifespan(receive, send)

    async def start(self) -> None:
        """Begin to count, and to watch the store."""
        await self.counters.start()
        self._watching = asyncio.get_running_loop().create_task(self._keep_watch())

    async def stop(self) -> None:
        """Watch no more."""
        if self._watching is not None:
            tasks = [one for one in (self._watching, self._learning, *self._leaving) if one is not None]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._watching = self._learning = None
            await self.counters.close()

    def drain(self) -> None:
        """The process is about to end: ``/readyz`` says so from now on."""
        self.draining = True

    def _counting(self) -> Counters:
        """Where it is counted what callers use: in one engine for many gateways, or in this process."""
        settings, balances = self._config.counters, self._store.balances
        if not settings.url:
            return Local(balances, self.tell, self._clock)
        from yanmen.store.counters.shared import Shared  # noqa: PLC0415  # the engine's client is loaded where it is used

        return Shared(settings, self.tell, self._recorded, self._clock)

    def _recorded(self, meter: Meter) -> int:
        """What the record tells of a budget, what this process still has to write included."""
        self._store.flush()
        return self._store.balances.recorded(meter)

    def tell(self, kind: str, data: dict[str, Any]) -> None:
        """What the counters have to say."""
        subject = Ref(kind="limit", id=str(data.get("meter", "counters"))[:200])
        self._store.append_soon(
            Event(id=new_id("evt"), at=self._clock(), kind=kind, subject=subject, data=data)
        )

    def refresh(self) -> bool:
        """Take up what the store has now; cut the calls in flight that may not go on. Whether anything changed."""
        try:
            fresh = self._watch.look(self.door.known)
        except (OSError, RuntimeError, ValueError) as error:
            self.shell.store_failed = True
            self.shell.failed("store.unreadable", error)
            return False
        if fresh is None:
            return self.take_mode()
        self.door.known = fresh
        self.take_mode()
        at = self._clock()
        for live in [live for live in self.shell.live if live.subjects]:
            if barred := fresh.barred(live.subjects, at):
                live.stop(barred)
        return True

    def take_mode(self) -> bool:
        """Put the policy in force that the mode that stands now asks for; a mode may end without anything being written."""
        known = self.door.known
        policy = self._policies.in_mode(known.standing.mode(self._clock()))
        if policy is known.policy:
            return False
        self.door.known = known._replace(policy=policy)
        guard = self.door.guard
        guard.parted(policy.cuts(guard.rules, "out"))
        return True

    async def _keep_watch(self) -> None:
        tick = 0
        while True:
            await asyncio.sleep(SECONDS)
            self.refresh()
            with contextlib.suppress(
                OSError, RuntimeError
            ):  # a store that cannot be read: refresh has told of it
                self._look_for_lessons()
            tick += 1
            if tick % POLICY_TICKS == 0 and await asyncio.to_thread(self._policies.poll):
                self.take_mode()

    def _look_for_lessons(self) -> None:
        """Take up another version of the model, in the background; calls go on with the one in use."""
        idle = self._learning is None or self._learning.done()
        if self._lessons is not None and idle and self._lessons.due():
            self._learning = asyncio.get_running_loop().create_task(self._learn(self._lessons))

    async def _learn(self, lessons: Lessons) -> None:
        fresh = await asyncio.to_thread(lessons.take, self.door.guard)
        if fresh is not None:
            self.guard_with(fresh)

    def guard_with(self, fresh: Guard) -> None:
        """Another guard from now on; calls end with the one they began with."""
        old, self.door.guard = self.door.guard, fresh
        leaving = asyncio.get_running_loop().create_task(self._leave(old))
        self._leaving.add(leaving)
        leaving.add_done_callback(self._leaving.discard)

    @staticmethod
    async def _leave(old: Guard) -> None:
        """Close a guard when no examination can still be waiting for it."""
        try:
            await asyncio.sleep(LEAVE * old.settings.deadline_seconds)
        finally:
            old.close()

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await self.start()
                await send({"type": "lifespan.startup.complete"})
            else:
                await self.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return

    def _told(self, event: Event, seconds: float) -> None:
        self.metrics.call(event, seconds)
        if self._observe is not None:
            self._observe(event, seconds)

    # Probes.

    def _may_probe(self, scope: Scope) -> bool:
        """From this machine, or from anywhere where the configuration says so; others find nothing at that address."""
        if self._config.gateway.open_probes:
            return True
        try:
            return ip_address(self.shell.clients.of(scope).ip).is_loopback
        except ValueError:
            return False

    async def _probe(self, path: str, send: Send) -> None:
        status, kind = 200, "application/json"
        if path == "/metrics":
            body, kind = self.metrics.page(), CONTENT_TYPE
        elif path == "/healthz":
            body = b'{"status":"ok"}'
        else:
            state = self.ready()
            status = 200 if state["status"] == "ok" else 503
            body = json.dumps(state).encode()
        headers = [(b"content-type", kind.encode()), (b"cache-control", b"no-store")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def ready(self) -> dict[str, Any]:
        """Whether calls can be served, and by which policy. The upstreams are reported and decide nothing."""
        store = "failed" if self.shell.store_failed else "ok"
        return {
            "status": "draining" if self.draining else store,
            "store": store,
            "policy": self.door.known.policy.revision,
            "mode": self.door.known.policy.mode_name,
            "policy_files": "refused" if self._policies.refused else "ok",
            "guard": "ok",
            "upstream": self.shell.upstream or "not called yet",
            "upstreams": states(self._fleet),
        }
