"""Counts in Valkey (or Redis), for any number of gateways: one script a step, so each is one round trip and atomic.

Every reservation is a lease under its gateway's name. A gateway gives signs of life; of one that has given none for too long,
whoever sees it first counts all that was reserved as used. While the engine is gone, nothing is granted, or, where it is so
configured, up to a part of each limit is granted here, and charged when the engine is back.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from importlib import resources
from typing import Any, NamedTuple, cast

import msgspec
import valkey.asyncio as engine
from valkey.exceptions import ValkeyError

from yanmen.core import foreign
from yanmen.core.clock import Clock
from yanmen.core.config.limits import Counters as Settings
from yanmen.core.errors import YanmenError
from yanmen.core.ids import new_id
from yanmen.core.nouns import Phrase
from yanmen.store.counters.book import Book, Short
from yanmen.store.counters.counters import CountersError, Tell, crossed_data
from yanmen.store.counters.meters import REQUESTS, Amounts, Crossed, Denied, Granted, Left, Meter, Plan

AGAIN_SECONDS = 1.0
"""After a failure the engine is not asked for so long: callers must not wait for it one by one."""
CANCEL_SECONDS = 1.0
"""A task that has not ended after so long is told again: the engine's library may take the end for one of its own timeouts."""
WAITING = 100_000
"""Settlements that may wait for the engine; past it the oldest are left to be reconciled."""
_PREFIX = "{ym}:"
"""All keys lie in one slot, so that one script may touch them."""
_METER, _LEASES, _DONE, _NODES = f"{_PREFIX}m:", f"{_PREFIX}l:", f"{_PREFIX}d:", f"{_PREFIX}nodes"
_GRANTED, _DENIED = 0, 1
_log = logging.getLogger(__name__)


class UnaskedError(CountersError):
    """The engine was not even asked."""


class Settlement(NamedTuple):
    """What the engine is still to be told."""

    lease: str
    meters: tuple[Meter, ...]
    amounts: Amounts
    used: Amounts


class Shared:
    """Counts in one engine."""

    def __init__(self, settings: Settings, tell: Tell, ledger: Callable[[Meter], int], clock: Clock) -> None:
        """``ledger``: what the record tells of a budget that the engine does not know; it may block.

        YanmenError for an address that is none.
        """
        self._settings = settings
        self._tell = tell
        self._ledger = ledger
        self._clock = clock
        self.node = new_id("node")
        seconds = settings.timeout_milliseconds / 1_000
        try:
            self._engine = engine.Valkey.from_url(
                settings.url,
                socket_timeout=seconds,
                socket_connect_timeout=seconds,
                single_connection_client=False,
            )
        except ValueError as error:
            raise _no_address(settings.url) from error
        folder = resources.files("yanmen.store.counters") / "scripts"
        self._scripts = {
            name: self._engine.register_script((folder / f"{name}.lua").read_text("utf-8"))
            for name in ("reserve", "settle", "reconcile")
        }
        self._open: dict[str, tuple[tuple[Meter, ...], Amounts]] = {}
        self._queue: deque[Settlement] = deque()
        self._wake = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._down_until = 0.0
        self._nodes = 1
        self._strays: set[str] = set()
        self._outage = Outage()

    async def start(self) -> None:
        """Give signs of life, and settle. An engine that cannot be reached now is one that is gone."""
        loop = asyncio.get_running_loop()
        with contextlib.suppress(CountersError):
            await self._beat()
        self._tasks = [loop.create_task(self._live()), loop.create_task(self._settling())]

    def reserve_here(self, lease: str, plan: Plan, amounts: Amounts, now: int) -> Granted | Denied | None:
        """Never at once: the engine must be asked."""
        del lease, plan, amounts, now
        return None

    async def reserve(self, lease: str, plan: Plan, amounts: Amounts, now: int) -> Granted | Denied:
        """Ask the engine."""
        try:
            return await self._reserve(lease, plan.meters, amounts)
        except CountersError:
            if self._settings.unavailable == "refuse":
                raise
            return self._outage.reserve(lease, plan, amounts, now, self._settings.local_share)

    def settle(self, lease: str, used: Amounts, now: int) -> None:
        """Told to the engine as soon as it listens."""
        found = self._open.pop(lease, None) or self._outage.settle(lease, used, now)
        if found is not None:
            self._later(Settlement(lease, *found, used))

    async def close(self) -> None:
        """Settle what waits, as far as the engine listens; the rest is reconciled when this gateway's silence is noticed."""
        while waiting := [task for task in self._tasks if not task.done()]:
            for task in waiting:
                task.cancel()
            await asyncio.wait(waiting, timeout=CANCEL_SECONDS)
        self._tasks = []
        with contextlib.suppress(CountersError):
            await self._settle_all()
            if not self._open:
                await self._ask(self._engine.zrem(_NODES, self.node))
        await self._engine.aclose()

    # One step each.

    async def _reserve(self, lease: str, meters: Sequence[Meter], amounts: Amounts) -> Granted | Denied:
        told: dict[int, int] = {}
        entries = [(m.name, m.kind, _units(m, amounts), int(m.measure == REQUESTS)) for m in meters]
        kept = msgspec.json.encode(entries)
        keys = [f"{_LEASES}{self.node}", _NODES, *(_METER + meter.name for meter in meters)]
        while True:
            arguments: list[Any] = [lease, self.node, kept]
            for index, meter in enumerate(meters, 1):
                span = meter.period // 1_000 if meter.kind == "rate" else meter.ends // 1_000
                limit = meter.cap if meter.kind == "rate" else meter.limit
                once = int(meter.measure == REQUESTS)
                arguments += [meter.kind, _units(meter, amounts), limit, once, told.get(index, -1), span]
            try:
                said = await self._ask(self._scripts["reserve"](keys, arguments))
            except UnaskedError:
                raise
            except CountersError:
                self._later(
                    Settlement(lease, tuple(meters), amounts, (0, 0, 0, 0))
                )  # it may have been granted
                raise
            word, *rest = cast("list[int]", said)
            if word == _GRANTED:
                self._open[lease] = tuple(meters), amounts
                return Granted(lease, _left(meters, rest))
            if word == _DENIED:
                index, remaining, retry = rest[:3]
                meter = meters[index - 1]
                remaining = remaining // meter.grain if meter.kind == "rate" else remaining
                return Denied(meter, remaining, retry, _left(meters, rest[3:]))
            for index in rest:
                told[index] = await self._told(meters[index - 1])

    async def _told(self, meter: Meter) -> int:
        try:
            return await asyncio.to_thread(self._ledger, meter)
        except (OSError, RuntimeError, TimeoutError) as error:
            raise CountersError(foreign.said(str(error))) from error

    async def _settle(self, one: Settlement) -> None:
        keys = [
            f"{_LEASES}{self.node}",
            _NODES,
            f"{_DONE}{one.lease}",
            *(_METER + m.name for m in one.meters),
        ]
        arguments: list[Any] = [one.lease, self.node]
        for meter in one.meters:
            held, used = _units(meter, one.amounts), _units(meter, one.used)
            once = int(meter.measure == REQUESTS)
            arguments += [meter.kind, held, used, meter.limit, once, meter.period // 1_000]
        said = cast("list[int]", await self._ask(self._scripts["settle"](keys, arguments)))
        for at in range(0, len(said), 3):
            index, percent, used = said[at : at + 3]
            self._tell("limit.reached", crossed_data(Crossed(one.meters[index - 1], percent, used)))

    async def _settle_all(self) -> None:
        while self._queue:
            await self._settle(self._queue[0])
            self._queue.popleft()

    async def _beat(self) -> None:
        """A sign of life; what dead gateways had reserved counts as used."""
        seconds, micros = await self._ask(self._engine.time())
        now, silence = seconds * 1_000_000 + micros, int(self._settings.lease_seconds * 1_000_000)
        await self._ask(self._engine.zadd(_NODES, {self.node: now}))
        dead = await self._ask(self._engine.zrangebyscore(_NODES, 0, now - silence))
        for name in dead:
            node = name.decode()
            arguments = [node, silence, _DONE, _METER]
            said = await self._ask(self._scripts["reconcile"]([f"{_LEASES}{node}", _NODES], arguments))
            if said:
                pairs = zip(said[1::2], said[2::2], strict=True)
                assumed = {meter.decode(): int(amount) for meter, amount in pairs}
                self._tell("limit.reconciled", {"node": node, "leases": int(said[0]), "assumed": assumed})
        self._nodes = max(1, int(await self._ask(self._engine.zcard(_NODES))))
        await self._sweep()

    async def _sweep(self) -> None:
        """Leases under our name that are not ours: granted when nobody listened any more. Seen twice, they are given up."""
        held = {name.decode() for name in await self._ask(self._engine.hkeys(f"{_LEASES}{self.node}"))}
        strays = held - self._open.keys() - {one.lease for one in self._queue}
        for lease in strays & self._strays:
            kept = await self._ask(self._engine.hget(f"{_LEASES}{self.node}", lease))
            if kept:
                await self._give_up(lease, msgspec.json.decode(kept, type=list[tuple[str, str, int, int]]))
        self._strays = strays

    async def _give_up(self, lease: str, entries: list[tuple[str, str, int, int]]) -> None:
        keys = [f"{_LEASES}{self.node}", _NODES, f"{_DONE}{lease}", *(_METER + name for name, *_ in entries)]
        arguments: list[Any] = [lease, self.node]
        for _, kind, held, once in entries:
            arguments += [kind, held, 0, 0, once, 0]
        await self._ask(self._scripts["settle"](keys, arguments))

    # What goes on beside the calls.

    async def _live(self) -> None:
        while True:
            await asyncio.sleep(self._settings.lease_seconds / 3 if not self._outage.since else AGAIN_SECONDS)
            with contextlib.suppress(CountersError):
                await self._beat()
                self._wake.set()

    async def _settling(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            with contextlib.suppress(CountersError):
                await self._settle_all()

    def _later(self, one: Settlement) -> None:
        if len(self._queue) >= WAITING:
            self._queue.popleft()
        self._queue.append(one)
        self._wake.set()

    async def _ask(self, asked: Any) -> Any:
        """What the engine answers; CountersError where it does not. After a failure it is left alone for a while."""
        if time.monotonic() < self._down_until:
            asked.close()
            raise UnaskedError(Phrase(en="no answer a moment ago", zh="片刻之前没有应答"))
        try:
            said = await asked
        except (ValkeyError, OSError, TimeoutError) as error:
            self._down_until = time.monotonic() + AGAIN_SECONDS
            if self._outage.began(self._clock()):
                share = self._settings.local_share if self._settings.unavailable == "local" else 0.0
                data = {"error": str(error)[:200], "nodes": self._nodes, "share": share}
                self._tell("limit.degraded", data | {"overspend": self._nodes * share})
            raise CountersError(foreign.said(f"{type(error).__name__}: {error}")) from error
        if self._outage.since:
            self._tell("limit.recovered", self._outage.ended(self._clock()))
        return said


class Outage:
    """What is granted while the engine is gone."""

    def __init__(self) -> None:
        """It is there."""
        self.since = 0
        self._book = Book()
        self._plans: dict[int, tuple[Plan, Plan]] = {}
        self._whole: dict[str, tuple[Meter, ...]] = {}
        self._spent: dict[str, int] = {}

    def began(self, at: int) -> bool:
        """It is gone; whether that is news."""
        news = not self.since
        self.since = self.since or at
        return news

    def ended(self, at: int) -> dict[str, Any]:
        """It is back: for how long it was gone, and what was used meanwhile."""
        data = {"milliseconds": (at - self.since) // 1_000, "used": self._spent}
        self.since, self._spent, self._plans = 0, {}, {}
        leases, self._book = self._book.leases, Book()
        self._book.leases = leases
        return data

    def reserve(self, lease: str, plan: Plan, amounts: Amounts, now: int, share: float) -> Granted | Denied:
        """Up to a part of each limit."""
        _, part = self._plans.get(id(plan), (None, None))
        if part is None:
            part = Plan([_part(meter, share) for meter in plan.meters])
            self._plans[id(plan)] = plan, part
        said = self._book.reserve(lease, part, amounts, now)
        if isinstance(said, Short):
            raise TypeError("a budget that is authorised by nobody")
        if isinstance(said, Granted):
            self._whole[lease] = plan.meters
        return said

    def settle(self, lease: str, used: Amounts, now: int) -> tuple[tuple[Meter, ...], Amounts] | None:
        """What of it was really used: that the engine must be told."""
        found = self._book.leases.get(lease)
        if found is None:
            return None
        self._book.settle(lease, used, now)
        meters = self._whole.pop(lease)
        for meter in meters:
            if meter.kind == "budget":
                self._spent[meter.name] = self._spent.get(meter.name, 0) + used[meter.measure]
        return meters, found.amounts


def _part(meter: Meter, share: float) -> Meter:
    limit = int(meter.limit * share)
    return meter._replace(limit=limit, cap=meter.grain * limit)


def _units(meter: Meter, amounts: Amounts) -> int:
    amount = amounts[meter.measure]
    return amount * meter.grain if meter.kind == "rate" else amount


def _left(meters: Sequence[Meter], said: Sequence[int]) -> tuple[Left, ...]:
    found = []
    for at in range(0, len(said), 3):
        index, grains, reset = said[at : at + 3]
        meter = meters[index - 1]
        found.append(Left(meter, grains // meter.grain, reset))
    return tuple(found)


def _no_address(url: str) -> YanmenError:
    kind = url.partition("://")[0][:20]
    return YanmenError(
        Phrase(en=f"{kind}:// is no address of a counting engine", zh=f"{kind}:// 不是计数引擎的地址"),
        hint=Phrase(
            en="Write valkey://host:6379/0, or redis://….", zh="写法如 valkey://host:6379/0 或 redis://…。"
        ),
        where="counters.url",
    )
