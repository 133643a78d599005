"""Calls that wait for an upstream with room, on real sockets."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

from yanmen.core.config import Gateway, Overload, Upstream
from yanmen.gateway.commands import Errand
from yanmen.gateway.upstreams.errors import UpstreamError
from yanmen.gateway.upstreams.fleet import Fleet

Models = Callable[..., Awaitable[Any]]


def slowly(seconds: float, most: list[int]) -> Callable[[Any], Awaitable[None]]:
    """Answers after a while, and counts how many it serves at once at most."""
    there = [0]

    async def handle(far: Any) -> None:
        while True:
            await far.request()
            there[0] += 1
            most[0] = max(most[0], there[0])
            await asyncio.sleep(seconds)
            there[0] -= 1
            await far.say(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    return handle


async def _call(fleet: Fleet, tenant: str, **more: str) -> str:
    """One call, whole; what became of it."""
    try:
        reply = await fleet.send("POST", "/chat/completions", [], b"{}", Errand(tenant=tenant, **more))
        await reply.read(100)
    except UpstreamError as error:
        return error.kind if error.retry_after >= 1 else "never"
    return tenant


async def test_an_upstream_gets_no_more_than_it_takes_and_everybody_is_served(models: Models) -> None:
    """Four at once of forty."""
    most = [0]
    model = await models(slowly(0.01, most))
    async with Fleet(Gateway(upstreams={"a": Upstream(url=model.url, calls=4)})) as fleet:
        ended = await asyncio.gather(*(_call(fleet, "t") for _ in range(40)))
        assert len(fleet.waiting) == 0
        assert fleet.members["a"].calls == 0

    assert ended == ["t"] * 40
    assert most == [4]


async def test_a_flood_of_one_tenant_does_not_keep_another_waiting(models: Models) -> None:
    """A hundred wait; the other's call is next but one."""
    order: list[str] = []
    model = await models(slowly(0.01, [0]))

    async def noted(fleet: Fleet, tenant: str) -> None:
        order.append(await _call(fleet, tenant))

    settings = Gateway(upstreams={"a": Upstream(url=model.url, calls=1)})
    async with Fleet(settings) as fleet, asyncio.TaskGroup() as group:
        for _ in range(60):
            group.create_task(noted(fleet, "flood"))
        await asyncio.sleep(0.05)
        for _ in range(3):
            group.create_task(noted(fleet, "good"))
        while len(order) < 63:  # noqa: ASYNC110  # the fleet closes when this ends
            await asyncio.sleep(0.01)

    assert len(order) == 63
    assert max(at for at, tenant in enumerate(order) if tenant == "good") < 20


async def test_who_waits_too_long_is_told_when_to_come_again(models: Models) -> None:
    """And has not been sent anywhere."""
    model = await models(slowly(1.0, [0]))
    settings = Gateway(
        upstreams={"a": Upstream(url=model.url, calls=1)},
        overload=Overload(queue_seconds=0.2, standing_seconds=0.1),
    )
    async with Fleet(settings) as fleet:
        ended = await asyncio.gather(*(_call(fleet, "t") for _ in range(3)))

        assert sorted(ended) == ["busy", "busy", "t"]
        assert fleet.waiting.shed == {"late": 2}


async def test_a_full_queue_turns_away_the_fattest(models: Models) -> None:
    """At once, not at its deadline; low priority first."""
    model = await models(slowly(0.05, [0]))
    settings = Gateway(upstreams={"a": Upstream(url=model.url, calls=1)}, overload=Overload(queue=5))
    async with Fleet(settings) as fleet:
        low = [_call(fleet, "night", priority="low") for _ in range(3)]
        flood = [_call(fleet, "flood") for _ in range(8)]
        good = [_call(fleet, "good") for _ in range(2)]
        ended = await asyncio.gather(*flood, *low, *good)

        assert ended[11:] == ["good", "good"]
        assert ended[8:11] == ["busy"] * 3
        assert sum(one == "flood" for one in ended[:8]) >= 3
        assert fleet.waiting.shed["full"] == ended.count("busy")


async def test_who_leaves_the_queue_leaves_no_place_taken(models: Models) -> None:
    """Before its turn, and in the very moment of it."""
    model = await models(slowly(0.02, [0]))
    async with Fleet(Gateway(upstreams={"a": Upstream(url=model.url, calls=1)})) as fleet:
        for patience in (0.0, 0.005, 0.019, 0.02, 0.021, 0.05):
            first = asyncio.get_running_loop().create_task(_call(fleet, "t"))
            await asyncio.sleep(0)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(_call(fleet, "t"), patience)
            await first
        async with asyncio.timeout(5):
            while fleet.members["a"].calls:  # noqa: ASYNC110  # the last may still be ending
                await asyncio.sleep(0.01)
        assert len(fleet.waiting) == 0
        assert await _call(fleet, "t") == "t"


async def test_another_configuration_plans_anew_for_those_who_wait(models: Models) -> None:
    """They go where there is room now."""
    stuck, quick = await models(slowly(30, [0])), await models(slowly(0, [0]))
    ups = {"a": Upstream(url=stuck.url, calls=1)}
    async with Fleet(Gateway(upstreams=ups)) as fleet:
        held = asyncio.get_running_loop().create_task(_call(fleet, "t"))
        waits = asyncio.get_running_loop().create_task(_call(fleet, "t"))
        await asyncio.sleep(0.05)
        assert len(fleet.waiting) == 1
        fleet.apply(Gateway(upstreams={**ups, "b": Upstream(url=quick.url)}))
        async with asyncio.timeout(5):
            assert await waits == "t"
        held.cancel()
        await asyncio.wait([held])


async def test_closing_ends_everybodys_waiting(models: Models) -> None:
    """With an error, at once."""
    model = await models(slowly(30, [0]))
    async with Fleet(Gateway(upstreams={"a": Upstream(url=model.url, calls=1)})) as fleet:
        calls = [
            asyncio.get_running_loop().create_task(fleet.send("POST", "/chat/completions", [], b"{}"))
            for _ in range(3)
        ]
        await asyncio.sleep(0.05)
    ended: list[Any] = await asyncio.gather(*calls, return_exceptions=True)

    assert [type(one) for one in ended] == [UpstreamError] * 3
