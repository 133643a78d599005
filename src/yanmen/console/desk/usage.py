"""What calls used and what it cost, and how far budgets are used."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Annotated, Literal

from msgspec import Meta

from yanmen.console.desk.house import Caller, House
from yanmen.console.desk.shapes import Asked, Shape
from yanmen.core.clock import SECOND
from yanmen.gateway.limits.plans import Planner
from yanmen.gateway.limits.windows import zone
from yanmen.store import Key
from yanmen.store.counters import MONEY, REQUESTS, Meter
from yanmen.store.usage import Used

By = Literal["key", "user", "team", "tenant", "model"]
ROWS = 200
"""Rows of one answer; ``more`` says how many there were beyond."""
KEYS = 500
"""Keys, the latest first, and callers by name, whose budgets are looked at."""
_END = 1 << 61


class AskedUsage(Asked, frozen=True):
    """What is added up, and since when."""

    by: By = "key"
    days: Annotated[int, Meta(ge=1, le=366)] = 30
    """Days of the configured time zone, today among them."""


class UsageRow(Shape, frozen=True):
    """Usage of one key, user, team, tenant or model."""

    name: str
    """Its id or name; nothing: of calls that named none."""
    calls: int
    tokens_in: int
    tokens_out: int
    tokens_cached: int
    cost: int
    """In 1e-9 of the currency."""
    estimated: int
    """Calls of which no usage was told."""


class BudgetRow(Shape, frozen=True):
    """One budget, and how far it is used."""

    whose: str
    """``key:key_…``, ``tenant:acme``, ``user:acme/ann`` …"""
    measure: Literal["requests", "tokens", "money"]
    period: str
    """``day``, ``month`` or ``total``."""
    used: int
    """Money in 1e-9 of the currency; without what calls that are under way have reserved."""
    limit: int
    ends: int
    """0: never."""


class UsageShape(Shape, frozen=True):
    """What was used."""

    by: By
    since: int
    currency: str
    rows: list[UsageRow]
    """What cost most first."""
    more: int
    total: UsageRow
    budgets: list[BudgetRow]
    """The fullest first."""


def usage(house: House, caller: Caller, asked: AskedUsage) -> UsageShape:
    """What calls used and what it cost, by key, user, team, tenant or model, and how far budgets are used."""
    del caller
    limits, at = house.config.limits, house.clock()
    today = datetime.fromtimestamp(at // SECOND, zone(limits.timezone)).replace(
        hour=0, minute=0, second=0, microsecond=0
    )
    since = int((today - timedelta(days=asked.days - 1)).timestamp()) * SECOND
    found = house.store.usage.sums((asked.by,), since, _END)
    return UsageShape(
        by=asked.by,
        since=since,
        currency=limits.currency,
        rows=[_row(one) for one in found[:ROWS]],
        more=max(0, len(found) - ROWS),
        total=_row(house.store.usage.total((), since, _END)),
        budgets=_budgets(house, at),
    )


def _row(used: Used) -> UsageRow:
    return UsageRow(
        name=used.by[0] if used.by else "",
        calls=used.calls,
        tokens_in=used.tokens_in,
        tokens_out=used.tokens_out,
        tokens_cached=used.tokens_cached,
        cost=used.cost,
        estimated=used.estimated,
    )


def _budgets(house: House, at: int) -> list[BudgetRow]:
    """Every budget that concerns a usable key, or a user or model of this month's calls, each once."""
    meters: dict[str, Meter] = {}
    for meter in _meters(house, at):
        if meter.kind == "budget":
            meters.setdefault(meter.name, meter)
    rows = [_budget(house, meter) for meter in list(meters.values())[:KEYS]]
    return sorted(rows, key=lambda row: (-row.used / max(1, row.limit), row.whose))[:ROWS]


def _meters(house: House, at: int) -> Iterator[Meter]:
    store = house.store
    keys = {key.id: key for key in store.keys.list()}
    standing = store.decisions.standing(at)
    planner = Planner(house.config.limits, keys, standing)
    usable = sorted((key for key in keys.values() if key.usable(at)), key=lambda key: -key.created)[:KEYS]
    for key in usable:
        yield from planner.terms(key, "", "", at).plan.meters
    month = at - 31 * 86_400 * SECOND
    for used in store.usage.sums(("key", "user", "model"), month, _END)[:KEYS]:
        found: Key | None = keys.get(used.by[0])
        if found is not None:
            yield from planner.terms(found, used.by[1], used.by[2], at).plan.meters


def _budget(house: House, meter: Meter) -> BudgetRow:
    """What the record says was used in the budget's window, of everybody who shares it."""
    whose, word, period, _ = meter.name.rsplit("/", 3)
    used = 0
    for of in _alternatives(meter):
        sums = house.store.usage.total(of, meter.starts, meter.ends or _END)
        used += (
            sums.cost
            if meter.measure == MONEY
            else sums.calls
            if meter.measure == REQUESTS
            else sums.tokens_in + sums.tokens_out
        )
    measure: Literal["requests", "tokens", "money"] = (
        "money" if word == "money" else "requests" if word == "requests" else "tokens"
    )
    return BudgetRow(
        whose=whose, measure=measure, period=period, used=used, limit=meter.limit, ends=meter.ends
    )


def _alternatives(meter: Meter) -> list[list[tuple[str, str]]]:
    """A key and those it was rotated from share a budget: one question for each."""
    found: list[list[tuple[str, str]]] = [[]]
    for name, values in meter.of:
        found = [[*one, (name, value)] for one in found for value in values]
    return found
