"""Counts in the process, over a real store: exact, and not one token is spent twice after a kill."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from yanmen.core.clock import now
from yanmen.core.nouns import Event
from yanmen.store import Store
from yanmen.store.counters import (
    MONEY,
    REQUESTS,
    TOKENS,
    CountersError,
    Denied,
    Granted,
    Local,
    Meter,
    Plan,
    budget,
    rate,
)
from yanmen.store.counters.meters import MINUTE


class Told(list[tuple[str, dict[str, Any]]]):
    """What was told."""

    def __call__(self, kind: str, data: dict[str, Any]) -> None:
        """One more."""
        self.append((kind, data))


def local(store: Store) -> tuple[Local, Told]:
    """Counters over a store."""
    told = Told()
    return Local(store.balances, told, now), told


async def ask(counters: Local, lease: str, plan: Plan, tokens: int, at: int = 1) -> Granted | Denied:
    """As the shell asks: here and now, or waiting."""
    amounts = (1, tokens, tokens * 10, 1)
    return counters.reserve_here(lease, plan, amounts, at) or await counters.reserve(lease, plan, amounts, at)


MONTH = budget("tenant:acme/tokens/month/2026-11", TOKENS, 1_000, of=(("tenant", ("acme",)),))


async def spend(counters: Local, plan: Plan, tokens: int, *, used: int | None = None) -> int:
    """Calls of so many tokens until one is refused; how many tokens were used."""
    total = number = 0
    while isinstance(await ask(counters, f"{id(counters)}.{number}", plan, tokens), Granted):
        counters.settle(f"{id(counters)}.{number}", (1, tokens if used is None else used, 0, 0), 1)
        total += tokens if used is None else used
        number += 1
    return total


async def test_a_budget_is_used_to_the_last_token(store: Store) -> None:
    """And no further."""
    counters, told = local(store)

    assert await spend(counters, Plan([MONTH]), 7) == 994
    assert await spend(counters, Plan([MONTH]), 1) == 6
    assert [data["percent"] for kind, data in told if kind == "limit.reached"] == [80, 100]


async def test_what_was_not_used_of_a_reservation_comes_back(store: Store) -> None:
    """Reserved 100, used 3, three hundred times over."""
    counters, _ = local(store)

    assert await spend(counters, Plan([MONTH]), 100, used=3) == 903


async def test_after_a_kill_nothing_is_spent_twice(store: Store) -> None:
    """What a killed process had authorised counts as used; the next one says so."""
    first, _ = local(store)
    before = 0
    for number in range(37):
        assert isinstance(await ask(first, f"f{number}", Plan([MONTH]), 10), Granted)
        if number < 30:
            first.settle(f"f{number}", (1, 10, 0, 0), 1)
        before += 10
    second, told = local(store)
    after = await spend(second, Plan([MONTH]), 10)

    assert before + after <= 1_000
    assert before + after >= 980, "no more is lost than the piece that was open"
    assert told[0][0] == "limit.reconciled"
    assert told[0][1]["assumed"] >= before


async def test_after_an_orderly_end_nothing_is_lost(store: Store) -> None:
    """What was authorised and not used is given back; the rest is told by the events."""
    first, _ = local(store)
    await first.start()
    assert isinstance(await ask(first, "1", Plan([MONTH]), 300), Granted)
    first.settle("1", (1, 123, 0, 0), 1)
    used = {"at": 5, "in": 100, "out": 23, "cost": 0}
    store.append(Event(id="evt_1", at=5, kind="call.allowed", data={"tenant": "acme", "usage": used})).result(
        10
    )
    await first.close()
    second, told = local(store)

    assert await spend(second, Plan([MONTH]), 1) == 877
    assert [kind for kind, _ in told] == ["limit.reached", "limit.reached"]


async def test_a_budget_that_is_new_knows_what_was_used_before_it_was_set(store: Store) -> None:
    """From the events of its window, and of nobody else."""
    for number, tenant in enumerate(("acme", "acme", "other")):
        data = {"tenant": tenant, "usage": {"at": 5, "in": 100, "out": 200, "cost": 1_000}}
        store.append(Event(id=f"evt_{number}", at=5, kind="call.allowed", data=data)).result(10)
    counters, told = local(store)
    money = MONTH._replace(name="tenant:acme/money/month/2026-11", measure=MONEY, limit=12_000)

    assert await spend(counters, Plan([MONTH]), 1) == 400
    assert isinstance(await ask(counters, "m", Plan([money]), 1_000), Granted)
    assert isinstance(await ask(counters, "n", Plan([money]), 1), Denied)
    assert "limit.reconciled" not in [kind for kind, _ in told]


async def test_two_processes_share_one_budget(store: Store) -> None:
    """Each takes pieces; together never more than there is."""
    with Store.open(store.folder) as beside:
        one, other = local(store)[0], local(beside)[0]
        plan_one, plan_other = Plan([MONTH]), Plan([MONTH])
        used = 0
        for number in range(200):
            for counters, plan in ((one, plan_one), (other, plan_other)):
                name = f"{number}{id(counters)}"
                if isinstance(await ask(counters, name, plan, 9), Granted):
                    counters.settle(name, (1, 9, 0, 0), 1)
                    used += 9

        assert 980 <= used <= 1_000


async def test_many_callers_at_once_get_no_more_than_there_is(store: Store) -> None:
    """They wait for the disk together."""
    counters, _ = local(store)
    plan = Plan([MONTH])
    said = await asyncio.gather(*(ask(counters, f"l{number}", plan, 30) for number in range(60)))

    assert sum(isinstance(each, Granted) for each in said) == 33


async def test_the_backlog_of_a_rate_survives_a_restart(store: Store) -> None:
    """It is kept once a second, and at an orderly end."""
    meter: Meter = rate("key:k/requests/minute", REQUESTS, 2, MINUTE)
    first, _ = local(store)
    await first.start()
    for number in range(2):
        assert isinstance(await ask(first, str(number), Plan([meter]), 0, now()), Granted)
    await first.close()
    second, _ = local(store)
    await second.start()

    assert isinstance(await ask(second, "3", Plan([meter]), 0, now()), Denied)
    await second.close()


async def test_a_disk_that_refuses_grants_nothing(tmp_path: Path) -> None:
    """What is not on the disk is not used."""
    store = Store.open(tmp_path / "gone")
    counters, _ = local(store)
    store.close()

    with pytest.raises(CountersError):
        await ask(counters, "1", Plan([MONTH]), 1)
