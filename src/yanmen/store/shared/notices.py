"""What PostgreSQL tells of the log as it grows, and a look four times a second for the case that it does not."""

from __future__ import annotations

import asyncio
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

import asyncpg

from yanmen.core.nouns import Phrase
from yanmen.store.database import StoreError
from yanmen.store.shared.errors import WHATEVER
from yanmen.store.shared.loop import Loop

CHANNEL = "yanmen"
PLACE = object()
"""Stands for an item's place in the log, where that is the answer."""
LOOK_SECONDS = 0.25
"""Between two looks, whether anything was told or not."""
SLOWEST_RETRY = 5.0
"""Seconds between two tries to connect, at most; they begin at a tenth."""
_STATE = "SELECT (SELECT size FROM head), (SELECT full_up FROM bound)"
_TOUCHED = "SELECT name, seq FROM touched"
_PLACES = "SELECT id, seq, NULL FROM events WHERE id = ANY($1) UNION ALL SELECT id, 0, reason FROM refused WHERE id = ANY($1)"
_PAUSE = 0.005
_LOST = Phrase(en="the record did not answer in time", zh="记录未能及时确认")
_UNSURE = Phrase(
    en="It is written as soon as PostgreSQL answers; look before you do it again.",
    zh="PostgreSQL 恢复后会写入；重做之前请先查看是否已生效。",
)


@dataclass(slots=True)
class Awaited:
    """Somebody waits for an item to stand in the log."""

    future: Future[Any]
    until: float
    """When waiting ends, on the loop's clock."""
    value: Any = PLACE
    """What it is answered with."""


class Notices:
    """Listens, in the loop's thread; answers from memory. The shared store's ``Watch``."""

    def __init__(self, loop: Loop, pending: Callable[[], None]) -> None:
        """``pending`` is called, in the loop's thread, when something waits for the integrator."""
        self._loop = loop
        self._pending = pending
        self._lock = threading.Lock()
        self._version = 0
        self._size = -1
        self._touched: dict[str, int] = {}
        self._awaited: dict[str, list[Awaited]] = {}
        self._wake = asyncio.Event()
        self.full = False
        """Whether no more events of allowed traffic are recorded, on any node."""
        self.answers = False
        """Whether PostgreSQL answered when last asked."""
        self._ready = threading.Event()
        self._task = asyncio.run_coroutine_threadsafe(self._run(), loop.loop)
        self._ready.wait(loop.patience)

    def version(self) -> int:
        """A number that differs from the last whenever the log has grown."""
        return self._version

    def touched(self, name: str) -> int:
        """Place in the log of the last event that changed a projection; 0 before the first."""
        return self._touched.get(name, 0)

    def wait_for(self, item: str, future: Future[Any], value: Any = PLACE) -> None:
        """Settle a future when an item stands in the log: with a value, or with its place."""
        until = self._loop.loop.time() + 2 * self._loop.patience
        with self._lock:
            self._awaited.setdefault(item, []).append(Awaited(future, until, value))

    def look(self) -> None:
        """Look now."""
        self._loop.loop.call_soon_threadsafe(self._wake.set)

    def finish(self, until: float) -> None:
        """End, when nobody waits any more or at a time (monotonic); whoever still waits is told."""
        while self._awaited and time.monotonic() < until:
            self.look()
            time.sleep(_PAUSE)
        self._task.cancel()
        self._expire(float("inf"))

    async def _run(self) -> None:
        pause = 0.1
        while True:
            db: asyncpg.Connection | None = None
            try:
                db = await self._loop.connect()
                await db.add_listener(CHANNEL, self._heard)
                pause = 0.1
                while True:
                    await self._read(db)
                    await self._rest()
            except WHATEVER:
                self.answers = False
                self._ready.set()
            finally:
                if db is not None:
                    db.terminate()
            self._expire(self._loop.loop.time())
            await asyncio.sleep(pause * random.uniform(0.75, 1.25))  # noqa: S311  # so that nodes do not come all at once
            pause = min(2 * pause, SLOWEST_RETRY)

    async def _read(self, db: asyncpg.Connection) -> None:
        self._wake.clear()
        row = await db.fetchrow(_STATE)
        size, self.full = (row[0] or 0, bool(row[1])) if row else (0, False)
        self.answers = True
        if size != self._size:
            self._touched = dict(await db.fetch(_TOUCHED))
            self._size = size
            self._version += 1
        self._ready.set()
        with self._lock:
            asked = list(self._awaited)
        if asked:
            for item, seq, reason in await db.fetch(_PLACES, asked):
                self._settle(item, seq, reason)
        self._expire(self._loop.loop.time())

    async def _rest(self) -> None:
        try:
            await asyncio.wait_for(self._wake.wait(), LOOK_SECONDS)
        except TimeoutError:
            self._pending()

    def _heard(self, _db: object, _pid: int, _channel: str, said: object) -> None:
        if said == "pending":
            self._pending()
        else:
            self._wake.set()

    def _settle(self, item: str, seq: int, reason: str | None) -> None:
        with self._lock:
            found = self._awaited.pop(item, ())
        for one in found:
            if one.value is PLACE and reason is not None:
                one.future.set_exception(ValueError(f"the event cannot be recorded: {reason}"))
            else:
                one.future.set_result(seq if one.value is PLACE else one.value)

    def _expire(self, now: float) -> None:
        with self._lock:
            late = [item for item, waiting in self._awaited.items() if waiting[0].until <= now]
            ended = [one for item in late for one in self._awaited.pop(item)]
        for one in ended:
            one.future.set_exception(StoreError(_LOST, hint=_UNSURE))
