"""Callers restricted by where they are from, at a real gateway behind a proxy."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from yanmen.core.config import Intel, Networks
from yanmen.policy import Policy

House = Any
ONLY = (
    "version: 1\nextends: default\nrules:\n"
    "  - id: ours\n    when: {rule: network.origin}\n    unless: {country: [DE]}\n    then: block\n"
)


@pytest.fixture
async def house(houses: Callable[..., Awaitable[House]], tmp_path: Path) -> House:
    """It knows one country, one system and one list; this machine is its proxy."""
    (tmp_path / "table.csv").write_text(
        "network,country,asn\n203.0.113.0/24,DE,64496\n198.51.100.0/24,FR,64497\n"
    )
    (tmp_path / "tor.txt").write_text("203.0.113.7\n")
    networks = Networks(files=(str(tmp_path / "table.csv"),), lists={"tor": str(tmp_path / "tor.txt")})
    return await houses(gateway={"trusted_proxies": ("127.0.0.1",)}, intel=Intel(networks=networks))


async def call(house: House, ip: str) -> int:
    """The status of a call from an address."""
    house.stub.plays(b'{"object":"list","data":[]}')
    headers = {
        "authorization": f"Bearer {house.key}",
        "x-forwarded-for": ip,
        "user-agent": "openai-python/1.9",
    }
    async with httpx.AsyncClient(base_url=house.url) as web:
        return (await web.get("/v1/models", headers=headers)).status_code


@pytest.mark.parametrize(
    ("kind", "name"), [("country", "DE"), ("asn", "AS64496"), ("network", "tor"), ("ip", "203.0.113.0/28")]
)
async def test_a_ban_of_where_it_comes_from_refuses_a_call(house: House, kind: str, name: str) -> None:
    """And nobody else's; the event says whence it came."""
    assert await call(house, "203.0.113.7") == 200
    ban = house.ban(kind, name)
    house.gateway.refresh()

    assert await call(house, "203.0.113.7") == 403
    assert await call(house, "198.51.100.7") == 200
    first, refused, _ = await house.ended(3)
    assert first.data["origin"] == {"country": "DE", "asn": "AS64496", "networks": ["tor"]}
    assert first.data["client"] == {"agent": "openai-python/1"}
    assert refused.data["decision_id"] == ban.id


async def test_policy_lets_only_some_countries_in(house: House, tmp_path: Path) -> None:
    """Unknown origins are none of them; the refusal is a decision on record."""
    (tmp_path / "policy.yaml").write_text(ONLY)
    house.gateway._policies.policy = Policy.load([tmp_path / "policy.yaml"])
    house.gateway.take_mode()

    assert [await call(house, ip) for ip in ("203.0.113.9", "198.51.100.7", "192.0.2.1")] == [200, 403, 403]
    refused = (await house.ended(3))[1]
    assert refused.data["findings"][0]["rule"] == "network.origin"
    assert refused.data["decision"]["because"][0]["by"] == "ours"


async def test_without_a_rule_that_asks_nothing_is_found(house: House) -> None:
    """The built-in policy restricts nobody."""
    assert await call(house, "192.0.2.1") == 200
    (event,) = await house.ended()
    assert event.data["findings"] == []
    assert "origin" not in event.data
