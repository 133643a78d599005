"""Who of those that wait is next: fair between tenants, then between a tenant's keys. Pure; times are seconds.

While calls wait, each tenant is charged the time that its calls hold places, divided by its weight; whoever has been charged
least is next. (So the virtual token counter of Sheng et al., OSDI 2024, with time in the place of tokens: a place at an upstream is
what is scarce here.) A tenant that comes back from idling begins where the others are: it saves nothing up. A queue that is no
burst (not empty for as long as a call may wait at all) lets its calls wait a short while only, as CoDel does.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from yanmen.core.config import Overload

WEIGHT = 10
"""Of a tenant that the configuration does not name."""
RANKS = {"low": 0.1, "normal": 1.0, "high": 4.0}
"""Priorities by what they make of a weight, and in the order in which calls are turned away."""
FIRST_GUESS = 1.0
"""Seconds that a call is thought to hold a place before any has."""
LEARNT = 0.1
"""How much of the way that thought goes towards each call."""
PRUNED = 4_096
"""Tenants remembered before those that owe nothing are forgotten."""

Item = TypeVar("Item")


class Waiter(Generic[Item]):
    """A call that waits."""

    __slots__ = ("item", "key", "rank", "since", "tenant", "until")

    def __init__(self, item: Item, tenant: str, key: str, rank: str, since: float) -> None:
        """``item`` is the caller's own; ``rank`` one of RANKS."""
        self.item = item
        self.tenant = tenant
        self.key = key
        self.since = since
        self.until = 0.0
        """When it has waited long enough."""
        self.rank = rank


class _Flow(Generic[Item]):
    """One tenant's calls of one class: by key, oldest first; the keys take turns."""

    __slots__ = ("count", "keys", "since")

    def __init__(self, since: float) -> None:
        self.keys: OrderedDict[str, deque[Waiter[Item]]] = OrderedDict()
        self.count = 0
        self.since = since
        """Since when it has not been empty."""


class Accounts:
    """What each tenant has been charged."""

    def __init__(self, settings: Overload) -> None:
        """Nobody owes anything."""
        self._settings = settings
        self._low = frozenset(settings.low_tenants)
        self._charged: dict[tuple[str, str], float] = {}
        self._floor = 0.0
        self.guess = FIRST_GUESS
        """Seconds that a call holds a place, on average."""

    def rank(self, tenant: str, priority: str) -> str:
        """How soon a call is served: one of RANKS."""
        return "low" if tenant in self._low else priority if priority in RANKS else "normal"

    def of(self, tenant: str, rank: str) -> float:
        """What a tenant has been charged."""
        return max(self._charged.get((tenant, rank), 0.0), self._floor)

    def waits(self, tenant: str, rank: str) -> None:
        """A tenant that had nothing waiting has now."""
        self._charged[tenant, rank] = self.of(tenant, rank)

    def begins(self, tenant: str, rank: str) -> None:
        """A waiting call is given its place: everybody has come so far."""
        self._floor = max(self._floor, self._charged.get((tenant, rank), 0.0))
        self._charge(tenant, rank, self.guess)

    def ends(self, tenant: str, rank: str, seconds: float, *, waited: bool) -> None:
        """A call has held its place for so long, while others waited; ``waited``: it was charged a guess when it began."""
        self._charge(tenant, rank, seconds - self.guess if waited else seconds)
        self.guess += (seconds - self.guess) * LEARNT

    def _charge(self, tenant: str, rank: str, seconds: float) -> None:
        charged, name = self._charged, (tenant, rank)
        weight = self._settings.weights.get(tenant, WEIGHT) / WEIGHT * RANKS[rank]
        charged[name] = charged.get(name, self._floor) + seconds / weight
        if len(charged) > PRUNED:
            self._charged = {one: owed for one, owed in charged.items() if owed > self._floor}


class Queue(Generic[Item]):
    """Calls that wait for one set of upstreams."""

    def __init__(self, settings: Overload, accounts: Accounts) -> None:
        """Nobody waits. ``accounts`` are shared by all queues."""
        self._settings = settings
        self._accounts = accounts
        self._flows: dict[tuple[str, str], _Flow[Item]] = {}
        self._count = 0

    def __len__(self) -> int:
        """Calls that wait."""
        return self._count

    def add(self, waiter: Waiter[Item], now: float) -> Waiter[Item] | None:
        """Let a call wait; who has to go for it where there is no room: perhaps itself."""
        name = waiter.tenant, waiter.rank
        flow = self._flows.get(name)
        if flow is None:
            flow = self._flows[name] = _Flow(now)
            self._accounts.waits(waiter.tenant, waiter.rank)
        flow.keys.setdefault(waiter.key, deque()).append(waiter)
        flow.count += 1
        self._count += 1
        waiter.until = waiter.since + self._patience(flow, now)
        return self._fattest() if self._count > self._settings.queue else None

    def _patience(self, flow: _Flow[Item], now: float) -> float:
        settings = self._settings
        standing = now - flow.since > settings.queue_seconds
        return min(settings.standing_seconds, settings.queue_seconds) if standing else settings.queue_seconds

    def _fattest(self) -> Waiter[Item]:
        """The last to come of whoever has most waiting, of the lowest priority that there is; it waits no longer."""
        there = {rank for _, rank in self._flows}
        lowest = next(rank for rank in RANKS if rank in there)
        names = [name for name in self._flows if name[1] == lowest]
        name = max(names, key=lambda name: self._flows[name].count)
        keys = self._flows[name].keys
        last = max(keys.values(), key=len)[-1]
        self.remove(last)
        return last

    def remove(self, waiter: Waiter[Item]) -> bool:
        """It waits no longer; whether it did."""
        flow = self._flows.get((waiter.tenant, waiter.rank))
        line = flow.keys.get(waiter.key) if flow else None
        if flow is None or line is None or waiter not in line:
            return False
        line.remove(waiter)
        self._shrink(flow, waiter)
        return True

    def take(
        self, now: float, fits: Callable[[Item], bool]
    ) -> tuple[Waiter[Item] | None, list[Waiter[Item]]]:
        """The next for whom there is room, and those that had waited too long by now: they wait no longer, either."""
        late: list[Waiter[Item]] = []
        order = sorted(self._flows, key=lambda name: (self._accounts.of(*name), name))
        for name in order:
            flow = self._flows[name]
            for key in list(flow.keys):
                line = flow.keys[key]
                while line and line[0].until < now:
                    late.append(line[0])
                    self._shrink(flow, line.popleft())
                if line and fits(line[0].item):
                    waiter = line.popleft()
                    flow.keys.move_to_end(key)
                    self._shrink(flow, waiter)
                    self._accounts.begins(waiter.tenant, waiter.rank)
                    return waiter, late
        return None, late

    def _shrink(self, flow: _Flow[Item], waiter: Waiter[Item]) -> None:
        flow.count -= 1
        self._count -= 1
        if not flow.keys[waiter.key]:
            del flow.keys[waiter.key]
        if not flow.count:
            del self._flows[waiter.tenant, waiter.rank]

    def everyone(self) -> Iterator[Waiter[Item]]:
        """All that wait."""
        for flow in self._flows.values():
            for line in flow.keys.values():
                yield from line
