"""Calls that wait for an upstream with room: the queues of ``fairness`` with futures and a timer."""

from __future__ import annotations

import asyncio
import math
from collections import Counter
from typing import NamedTuple

from yanmen.core.config import Overload
from yanmen.gateway.commands import Errand
from yanmen.gateway.upstreams.choice import Plan, Seat, choose
from yanmen.gateway.upstreams.errors import UpstreamError
from yanmen.gateway.upstreams.fairness import Accounts, Queue, Waiter

TICK = 0.1
"""Seconds between two looks at those who wait, beside the look at each place that falls free."""
LONGEST = 30
"""Seconds that a call which is turned away is told to wait, at most."""


class Replanned(Exception):  # noqa: N818  # an outcome
    """The configuration has changed: whoever waits must ask anew."""


class Turn(NamedTuple):
    """What waits: a plan, and whoever is to be told of the seat."""

    plan: Plan
    told: asyncio.Future[Seat]


class Waiting:
    """Everybody who waits."""

    def __init__(self, settings: Overload, loop: asyncio.AbstractEventLoop) -> None:
        """Nobody does."""
        self._settings = settings
        self._loop = loop
        self.accounts = Accounts(settings)
        self._queues: dict[frozenset[str], Queue[Turn]] = {}
        self._timer: asyncio.TimerHandle | None = None
        self.shed: Counter[str] = Counter()
        """Calls turned away, by why: ``full`` or ``late``."""

    def __len__(self) -> int:
        """Calls that wait."""
        return sum(map(len, self._queues.values()))

    async def seat(self, plan: Plan, errand: Errand) -> Seat:
        """Wait for a seat, which is taken already when it is answered. UpstreamError ``busy`` where it takes too long."""
        turn = Turn(plan, self._loop.create_future())
        now = self._loop.time()
        rank = self.accounts.rank(errand.tenant, errand.priority)
        waiter = Waiter(turn, errand.tenant, errand.key, rank, now)
        queue = self._queues.setdefault(plan.peers, Queue(self._settings, self.accounts))
        if (victim := queue.add(waiter, now)) is not None:
            self._turn_away(victim, "full")
        self._arm()
        try:
            return await turn.told
        except asyncio.CancelledError:
            if turn.told.done() and not turn.told.cancelled() and turn.told.exception() is None:
                leave(turn.told.result())
                self.look(plan.peers)
            else:
                queue.remove(waiter)
            raise

    def look(self, freed: frozenset[str] | None = None) -> None:
        """There may be room: at these upstreams, or at any."""
        now = self._loop.time()
        for peers, queue in list(self._queues.items()):
            if freed is None or peers & freed:
                self._serve(queue, now)
            if not len(queue):
                del self._queues[peers]

    def _serve(self, queue: Queue[Turn], now: float) -> None:
        seats: list[Seat] = []

        def fits(turn: Turn) -> bool:
            choice = choose(turn.plan, now)
            if choice.seat is not None:
                seats.append(choice.seat)
            return choice.seat is not None

        while True:
            waiter, late = queue.take(now, fits)
            for one in late:
                self._turn_away(one, "late")
            if waiter is None:
                return
            seat = seats.pop()
            take(seat)
            told = waiter.item.told
            if told.done():  # it left in this very turn of the loop
                leave(seat)
            else:
                told.set_result(seat)

    def _turn_away(self, waiter: Waiter[Turn], why: str) -> None:
        self.shed[why] += 1
        told = waiter.item.told
        if not told.done():
            error = UpstreamError("busy", "no upstream had room")
            error.sent = False
            error.retry_after = self._again(waiter.item.plan)
            told.set_exception(error)

    def _again(self, plan: Plan) -> int:
        """When those who wait now will have been served, by what calls have taken of late."""
        room = sum(seat.peer.limit.now for row in plan.rows for seat in row)
        return max(1, min(LONGEST, math.ceil(len(self) * self.accounts.guess / max(1, room))))

    def _arm(self) -> None:
        if self._timer is None:
            self._timer = self._loop.call_later(TICK, self._tick)

    def _tick(self) -> None:
        self._timer = None
        self.look()
        if self._queues:
            self._arm()

    def replan(self) -> None:
        """Everybody asks anew: there are other plans."""
        self._empty(Replanned())

    def close(self) -> None:
        """Nobody waits any more."""
        self._empty(UpstreamError("unreachable", "the gateway is closing"))

    def _empty(self, outcome: Exception) -> None:
        turns = [waiter.item for queue in self._queues.values() for waiter in queue.everyone()]
        self._queues.clear()
        for turn in turns:
            if not turn.told.done():
                turn.told.set_exception(outcome)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def take(seat: Seat) -> None:
    """A call goes there."""
    seat.peer.calls += 1
    seat.peer.health.begin()


def leave(seat: Seat) -> None:
    """A call goes there after all not, or says nothing of how the upstream does."""
    seat.peer.calls -= 1
    seat.peer.health.unsaid()
