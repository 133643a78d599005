"""All counts of one process, in memory. Pure: the clock is passed in."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from yanmen.store.counters.meters import (
    Amounts,
    Bucket,
    Count,
    Crossed,
    Denied,
    Granted,
    Left,
    Meter,
    Plan,
    Purse,
    Seats,
    crossed,
)

MANY = 50_000
"""Counts past which those that are idle are forgotten."""


Pairs = tuple[tuple[Count, Meter], ...]


class Bound(NamedTuple):
    """What counts the meters of a plan."""

    pairs: Pairs
    rates: Pairs
    """Of these the rates, of which callers are told what is left."""


class Lease(msgspec.Struct, frozen=True):
    """What one call has reserved."""

    pairs: Pairs
    amounts: Amounts


class Short(NamedTuple):
    """It would fit, but for amounts of budgets that are not authorised yet."""

    amounts: tuple[tuple[Meter, int], ...]


class Book:
    """Counts, and the leases that are open."""

    def __init__(self, *, authorised: bool = True) -> None:
        """``authorised``: budgets may be used to their limit; False: as far as they are authorised one by one."""
        self.counts: dict[str, Count] = {}
        self.leases: dict[str, Lease] = {}
        self._authorised = authorised
        self._generation = 0
        self._many = MANY

    def reserve(self, lease: str, plan: Plan, amounts: Amounts, now: int) -> Granted | Denied | Short:
        """Reserve amounts on every meter of a plan, or on none."""
        bound: Bound = plan.bound if plan.generation == self._generation else self._bind(plan, now)
        pairs, rates = bound
        for count, meter in pairs:
            if not count.take(meter, amounts[meter.measure], now):
                for before, taken in pairs[: pairs.index((count, meter))]:
                    before.untake(taken, amounts[taken.measure])
                return self._denied(pairs, amounts, now)
        self.leases[lease] = Lease(pairs, amounts)
        return Granted(lease, tuple([count.left(meter) for count, meter in rates]))

    def settle(self, lease: str, used: Amounts, now: int) -> list[Crossed]:
        """What was really used of a lease. Done twice: the second is nothing."""
        found = self.leases.pop(lease, None)
        if found is None:
            return []
        told: list[Crossed] = []
        amounts = found.amounts
        for count, meter in found.pairs:
            measure = meter.measure
            if type(count) is Purse:
                before = count.others + count.spent
                count.give(meter, amounts[measure], used[measure], now)
                if used[measure]:
                    told += crossed(meter, before, before + used[measure])
            else:
                count.give(meter, amounts[measure], used[measure], now)
        return told

    def count(self, meter: Meter) -> Count:
        """The state of a meter's count."""
        found = self.counts.get(meter.name)
        if found is None:
            found = self.counts[meter.name] = self._new(meter)
        return found

    def open_leases(self) -> dict[str, tuple[tuple[Meter, ...], Amounts]]:
        """What is reserved and not settled yet."""
        return {
            name: (tuple(meter for _, meter in lease.pairs), lease.amounts)
            for name, lease in self.leases.items()
        }

    def _bind(self, plan: Plan, now: int) -> Bound:
        if len(self.counts) > self._many:
            self._forget(now)
        pairs = tuple((self.count(meter), meter) for meter in plan.meters)
        rates = tuple(pair for pair in pairs if pair[1].kind == "rate")
        bound = plan.bound = Bound(pairs, rates)
        plan.generation = self._generation
        return bound

    def _new(self, meter: Meter) -> Count:
        if meter.kind == "rate":
            return Bucket()
        if meter.kind == "concurrent":
            return Seats()
        return Purse() if self._authorised else Purse(0)

    def _forget(self, now: int) -> None:
        """Drop counts that say no more than new ones would; plans look theirs up again."""
        for name, count in list(self.counts.items()):
            if isinstance(count, Bucket):
                count.drain(now)
                idle = count.idle
            else:
                idle = isinstance(count, Seats) and not count.taken
            if idle:
                del self.counts[name]
        self._generation += 1
        self._many = max(MANY, 2 * len(self.counts))

    @staticmethod
    def _denied(pairs: Pairs, amounts: Amounts, now: int) -> Denied | Short:
        """What stands in the way: the longest wait, and what no waiting helps against first of all."""
        worst: Denied | None = None
        missing: list[tuple[Meter, int]] = []
        for count, meter in pairs:
            amount = amounts[meter.measure]
            if count.fits(meter, amount, now):
                continue
            if isinstance(count, Purse) and (short := count.short(meter, amount)):
                missing.append((meter, short))
                continue
            wait = count.retry(meter, amount, now)
            if worst is None or wait < 0 <= worst.retry or (wait > worst.retry >= 0):
                worst = Denied(meter, count.left(meter).remaining, wait)
        if worst is None:
            return Short(tuple(missing))
        left: tuple[Left, ...] = tuple(count.left(meter) for count, meter in pairs if meter.kind == "rate")
        return worst._replace(left=left)
