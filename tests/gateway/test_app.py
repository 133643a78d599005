"""Probes, the watch over the store, and the policy in force."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

House = Any


async def test_probes_answer_this_machine(house: House) -> None:
    """Alive, ready and by which policy, and figures."""
    async with httpx.AsyncClient(base_url=house.url) as web:
        live, ready, figures = [await web.get(path) for path in ("/healthz", "/readyz", "/metrics")]

    assert (live.status_code, ready.status_code, figures.status_code) == (200, 200, 200)
    assert ready.json()["policy"] == house.gateway.door.known.policy.revision
    assert "yanmen_calls_in_flight" in figures.text


async def test_others_find_no_probes_unless_they_are_opened(houses: Callable[..., Awaitable[House]]) -> None:
    """A stranger gets what any unknown address gets."""

    async def ask(house: House) -> int:
        said: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request", "body": b""}

        async def send(message: Any) -> None:
            said.append(message)

        scope = {
            "type": "http",
            "method": "GET",
            "path": "/metrics",
            "headers": [],
            "client": ("203.0.113.9", 1),
        }
        await house.gateway(scope, receive, send)
        return int(said[0]["status"])

    assert await ask(await houses()) == 404
    assert await ask(await houses(gateway={"open_probes": True})) == 200


async def test_a_callers_trace_goes_on_to_the_model_where_calls_are_traced(
    houses: Callable[..., Awaitable[House]],
) -> None:
    """With a span of ours between the caller's and the model's; where nothing is traced it passes as it is."""
    told: list[Any] = []
    parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    headers = {"traceparent": parent, "tracestate": "vendor=1"}
    for house in (await houses(observe=lambda event, _: told.append(event)), await houses()):
        house.stub.plays(b'{"object":"list","data":[]}')
        async with httpx.AsyncClient(base_url=house.url) as web:
            key = {"authorization": f"Bearer {house.key}"}
            assert (await web.get("/v1/models", headers=key | headers)).status_code == 200
        passed = house.stub.seen[-1].headers
        assert passed["tracestate"] == "vendor=1"
        assert (passed["traceparent"] == parent) == (house.gateway._observe is None)
        if house.gateway._observe:
            trace = told[-1].data["trace"]
            assert (trace["id"], trace["parent"]) == (parent[3:35], parent[36:52])
            assert passed["traceparent"] == f"00-{trace['id']}-{trace['span']}-01"


async def test_behind_a_trusted_proxy_the_client_is_known_banned_and_no_probe(
    houses: Callable[..., Awaitable[House]],
) -> None:
    """What a client says of itself makes it nobody else, and the proxy on this machine opens no probes to it."""
    house = await houses(gateway={"trusted_proxies": ["127.0.0.1"]})
    house.stub.plays(b'{"object":"list","data":[]}')
    house.ban("ip", "203.0.113.9")
    house.gateway.refresh()
    key = {"authorization": f"Bearer {house.key}"}
    async with httpx.AsyncClient(base_url=house.url, headers=key) as web:
        asked = [
            (await web.get("/v1/models", headers={"x-forwarded-for": way})).status_code
            for way in ("203.0.113.9", "198.51.100.1, 203.0.113.9", "203.0.113.9, 198.51.100.1", "nonsense")
        ]
        probed = [
            (await web.get("/metrics", headers={"x-forwarded-for": way})).status_code
            for way in ("198.51.100.1", "127.0.0.1, 198.51.100.1", "127.0.0.1")
        ]

    assert asked == [403, 403, 200, 200]
    assert probed == [404, 404, 200]
    ips = [event.data["ip"] for event in await house.ended(4)]
    assert ips[:4] == ["203.0.113.9", "203.0.113.9", "198.51.100.1", "127.0.0.1"]


async def test_nobody_is_believed_by_default(house: House) -> None:
    """Who comes without a proxy may say of itself what it likes."""
    house.ban("ip", "203.0.113.9")
    house.gateway.refresh()
    house.stub.plays(b'{"object":"list","data":[]}')
    said = {
        "authorization": f"Bearer {house.key}",
        "x-forwarded-for": "203.0.113.9",
        "forwarded": "for=203.0.113.9",
    }
    async with httpx.AsyncClient(base_url=house.url, headers=said) as web:
        assert (await web.get("/v1/models")).status_code == 200

    assert (await house.ended())[0].data["ip"] == "127.0.0.1"


async def test_a_new_key_opens_within_a_moment(house: House) -> None:
    """No restart, no signal: the watch sees it."""
    before = house.gateway.door.known
    house.event("key.revoked", {"key": house.key_id, "reason": "test"})
    for _ in range(200):
        if house.gateway.door.known is not before:
            break
        await asyncio.sleep(0.01)

    assert house.gateway.door.known.ids[house.key_id].revoked


async def test_calls_alone_change_nothing_of_what_is_known(house: House) -> None:
    """They commit all the time."""
    house.event("call.allowed", {"surface": "chat", "findings": []})

    assert not house.gateway.refresh()
