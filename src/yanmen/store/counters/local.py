"""Counts in the process. Budgets survive a kill: what may be used of them is on the disk before it is used."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import Protocol

from yanmen.core import foreign
from yanmen.core.clock import Clock
from yanmen.store.counters.balances import Piece
from yanmen.store.counters.book import Book, Short
from yanmen.store.counters.counters import CountersError, Tell, crossed_data
from yanmen.store.counters.meters import Amounts, Bucket, Denied, Granted, Meter, Plan, Purse

KEEP_SECONDS = 1.0
"""How often the backlogs of rates are kept: what a kill forgets of them."""
_log = logging.getLogger(__name__)


class Ledger(Protocol):
    """Where budgets are authorised: ``store.balances``."""

    def authorise(self, wanted: list[tuple[Meter, int]], known: set[str], /) -> list[Piece]:
        """More of some budgets."""

    def give_back(self, unused: list[tuple[str, int]], /) -> None:
        """What was not used."""

    def keep(self, rates: list[tuple[str, Bucket]], before: int, /) -> None:
        """Keep rates."""

    def rates(self) -> dict[str, Bucket]:
        """Rates as they were kept."""


class Local:
    """Counts of one process, or of several on one machine: budgets they share exactly, rates and seats each has its own."""

    def __init__(self, ledger: Ledger, tell: Tell, clock: Clock) -> None:
        """``tell`` is called in the event loop."""
        self._ledger = ledger
        self._tell = tell
        self._clock = clock
        self._lock = asyncio.Lock()
        self._known: set[str] = set()
        self._keeping: asyncio.Task[None] | None = None
        self.book = Book(authorised=False)

    async def start(self) -> None:
        """Take up the rates where they were."""
        self.book.counts.update(await asyncio.to_thread(self._ledger.rates))
        self._keeping = asyncio.get_running_loop().create_task(self._keep())

    def reserve_here(self, lease: str, plan: Plan, amounts: Amounts, now: int) -> Granted | Denied | None:
        """At once, unless the disk must be asked."""
        said = self.book.reserve(lease, plan, amounts, now)
        return None if type(said) is Short else said  # type: ignore[return-value]  # told apart by its class

    async def reserve(self, lease: str, plan: Plan, amounts: Amounts, now: int) -> Granted | Denied:
        """Ask the disk for more of the budgets that lack it, one caller at a time."""
        async with self._lock:
            while isinstance(said := self.book.reserve(lease, plan, amounts, now), Short):
                wanted = list(said.amounts)
                try:
                    pieces = await asyncio.to_thread(self._ledger.authorise, wanted, self._known)
                except (OSError, RuntimeError, TimeoutError) as error:
                    raise CountersError(foreign.said(str(error))) from error
                for piece in pieces:
                    self._take(piece)
        return said

    def settle(self, lease: str, used: Amounts, now: int) -> None:
        """Settle in memory; the disk knows the upper bound."""
        for told in self.book.settle(lease, used, now):
            self._tell("limit.reached", crossed_data(told))

    async def close(self) -> None:
        """Give back what of budgets was not used, and keep the rates. What is still open stays charged."""
        if self._keeping is not None:
            self._keeping.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._keeping
            self._keeping = None
        unused = [
            (name, count.authorised - count.spent - count.held)
            for name, count in self.book.counts.items()
            if isinstance(count, Purse) and count.authorised > count.spent + count.held
        ]
        self.book.counts = {
            name: count for name, count in self.book.counts.items() if not isinstance(count, Purse)
        }
        await asyncio.to_thread(self._ledger.give_back, unused)
        await asyncio.to_thread(self._ledger.keep, self._rates(), self._clock())

    def _take(self, piece: Piece) -> None:
        meter = piece.meter
        count = self.book.count(meter)
        if not isinstance(count, Purse):
            raise TypeError(meter.name)
        self._known.add(meter.name)
        count.authorised += piece.granted
        count.others = piece.total - count.authorised
        if piece.assumed:
            self._tell(
                "limit.reconciled", {"meter": meter.name, "assumed": piece.assumed, "limit": meter.limit}
            )

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep(KEEP_SECONDS)
            try:
                await asyncio.to_thread(self._ledger.keep, self._rates(), self._clock())
            except (OSError, RuntimeError, TimeoutError) as error:
                _log.warning("the rates were not kept: %s", error)

    def _rates(self) -> list[tuple[str, Bucket]]:
        found = []
        for name, count in self.book.counts.items():
            if isinstance(count, Bucket):
                kept = Bucket(count.backlog, count.seen)
                kept.held = count.held
                found.append((name, kept))
        return found
