"""Refusals that are the same are recorded together."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any, cast

import httpx
import pytest

from yanmen.core.clock import now
from yanmen.core.config.limits import Allowance, Limits
from yanmen.core.ids import new_id
from yanmen.core.nouns import Event, Ref
from yanmen.gateway.live import Recorder
from yanmen.gateway.together import AT_ONCE, NAMES, Together, kind_of
from yanmen.store import Recorded, Store

House = Any
KEY = Ref(kind="key", id="key_1")


def refusal(kind: str = "call.refused", **more: Any) -> Event:
    """A call that a limit refused."""
    data: dict[str, Any] = {
        "surface": "chat",
        "model": "m",
        "key": "key_1",
        "tenant": "default",
        "ip": "192.0.2.1",
        "status": 429,
        "bytes_in": 10,
        "digest_in": "d",
        "verdict": "allow",
        "error": "rate_limit_exceeded",
        "limit": {"meter": "key:key_1/requests/minute"},
        "findings": [],
    }
    call = Ref(kind="call", id=new_id("call"))
    return Event(id=new_id("evt"), at=now(), kind=kind, actor=KEY, subject=call, data=data | more)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A real store."""
    with Store.open(tmp_path / "data") as opened:
        yield opened


def written(store: Store) -> list[Recorded]:
    """What stands in the log of calls."""
    return store.events.after(0, 1_000, ("call.",))


def named(store: Store) -> list[str]:
    """The ids of all calls that the log tells of."""
    return [
        name
        for one in written(store)
        for name in one.event.data.get("calls", [one.event.subject.id if one.event.subject else ""])
    ]


async def test_each_is_durable_before_it_is_answered(store: Store) -> None:
    """The first at once; whoever follows is in an event that stands in the log when the wait is over."""
    together, events = Together(store, 0.05), [refusal() for _ in range(300)]

    async def recorded(event: Event) -> None:
        await together.record(event)
        assert event.subject is not None
        assert event.subject.id in named(store)

    await recorded(events[0])
    await asyncio.gather(*map(recorded, events[1:]))

    found = written(store)
    assert len(found) == 2
    assert found[1].event.data["count"] == 299
    assert sorted(named(store)) == sorted(one.subject.id for one in events if one.subject)
    assert found[1].event.data["bytes_in"] == 2_990
    assert "digest_in" not in found[1].event.data
    (minute,) = store.traffic.minutes(0)
    assert minute.calls == 300


async def test_a_flood_that_goes_on_is_an_event_each_time(store: Store) -> None:
    """And when it ends the next refusal is a first one again."""
    together = Together(store, 0.1)
    for _ in range(3):
        await asyncio.gather(*(together.record(refusal()) for _ in range(20)))
    assert [one.event.data.get("count", 1) for one in written(store)] == [1, 19, 20, 20]
    await asyncio.sleep(0.25)
    before = asyncio.get_running_loop().time()
    await together.record(refusal())
    assert written(store)[-1].event.data.get("count", 1) == 1
    assert asyncio.get_running_loop().time() - before < 30


async def test_what_differs_is_counted_by_name(store: Store) -> None:
    """Addresses, models, users; so many of each."""
    together = Together(store, 0.05)
    await together.record(refusal())
    many = [refusal(ip=f"192.0.2.{number % 3}", user=f"u{number}", model="m") for number in range(NAMES + 9)]
    await asyncio.gather(*map(together.record, many))

    data = written(store)[-1].event.data
    assert len(data["ips"]) == 3
    assert len(data["users"]) == NAMES + 1
    assert data["users"]["…"] == 9
    assert (data["ip"], data["model"], "models" in data) == ("", "m", False)
    assert sum(data["ips"].values()) == data["count"] == NAMES + 9


async def test_one_event_tells_of_so_many_at_most(store: Store) -> None:
    """The rest begin another, without waiting for the time."""
    together = Together(store, 30)
    await together.record(refusal())
    await asyncio.wait_for(asyncio.gather(*(together.record(refusal()) for _ in range(AT_ONCE))), 25)

    assert [one.event.data.get("count", 1) for one in written(store)] == [1, AT_ONCE]


@pytest.mark.parametrize(
    "event",
    [
        refusal(findings=[{"rule": "prompt.override"}]),
        refusal(decision_id="dec_1"),
        refusal(content={"request": "c"}),
        refusal("call.allowed"),
        refusal("call.failed"),
    ],
    ids=["a finding", "a decision", "kept content", "allowed", "failed"],
)
def test_what_says_more_is_recorded_alone(event: Event) -> None:
    """Nothing of it is joined."""
    assert kind_of(event) == ()


def test_whose_by_which_limit_and_on_which_surface() -> None:
    """These are the same; another key's, limit's or surface's are not."""
    other = {"meter": "key:key_1/tokens/minute"}
    kinds = {kind_of(refusal()), kind_of(refusal(model="n", ip="::1")), kind_of(refusal(key="key_2"))}
    kinds |= {kind_of(refusal(limit=other)), kind_of(refusal(surface="responses"))}

    assert len(kinds) == 4
    assert () not in kinds


async def test_where_the_store_fails_each_is_told() -> None:
    """None is answered as if it stood in the log."""

    class Broken:
        """A disk that is full."""

        available = True

        def append(self, *_: Event) -> Future[int]:
            """Fails."""
            failed: Future[int] = Future()
            failed.set_exception(OSError("disk full"))
            return failed

    together = Together(cast("Recorder", Broken()), 0.05)
    said = await asyncio.gather(*(together.record(refusal()) for _ in range(5)), return_exceptions=True)

    assert [type(one) for one in said] == [OSError] * 5


async def test_a_flood_at_the_gateway(houses: Any) -> None:
    """Every caller has its 429 with its own id; the log tells of each, in few events."""
    house: House = await houses(limits=Limits(key=Allowance(requests_per_minute=1)))
    house.stub.plays(b"{}")
    body = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}
    limits = httpx.Limits(max_connections=40)
    async with httpx.AsyncClient(timeout=60, limits=limits) as web:
        headers = {"authorization": f"Bearer {house.key}"}
        answers = await asyncio.gather(
            *(web.post(f"{house.url}/v1/chat/completions", json=body, headers=headers) for _ in range(200))
        )
    refused = [one.headers["x-request-id"] for one in answers if one.status_code == 429]
    house.store.flush()
    events = [one.event for one in house.store.events.after(0, 1_000, ("call.refused",))]
    told = [name for one in events for name in one.data.get("calls", [one.subject.id if one.subject else ""])]

    assert len(refused) >= 195
    assert sorted(told) == sorted(refused)
    assert len(events) < len(refused) / 2
