"""The list of models that a fleet offers."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from yanmen.core.config import Gateway, Model, Route, Upstream
from yanmen.gateway.commands import Errand
from yanmen.gateway.upstreams.fleet import Fleet

Models = Callable[..., Awaitable[Any]]


def _saying(body: bytes) -> Callable[[Any], Awaitable[None]]:
    """Answers every request so."""

    async def handle(far: Any) -> None:
        while True:
            await far.request()
            await far.say(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))

    return handle


async def test_the_list_of_models_is_what_leads_somewhere(models: Models) -> None:
    """Aliases, names of the configuration, and what those say that take any name; by tenant."""
    said = json.dumps({"object": "list", "data": [{"id": "m1", "owned_by": "x"}, {"id": "m2"}]}).encode()
    lists = await models(_saying(said))
    silent = await models(_saying(b"ok"))
    ups = {"a": Upstream(url=lists.url), "b": Upstream(url=silent.url, models=("qwen3", "llama*"))}
    settings: dict[str, Any] = {
        "models": {"fast": Model(model="qwen3", upstreams=("b",))},
        "routes": {"bank": Route(tenants=("bank",), upstreams=("b",))},
    }
    async with Fleet(Gateway(upstreams=ups, **settings), lambda *_: None) as fleet:
        everyone, bank = [
            json.loads(
                await (await fleet.send("GET", "/models", [], b"", Errand(tenant=tenant))).read(10_000)
            )
            for tenant in ("t", "bank")
        ]
        alias = await fleet.send("GET", "/models/fast", [], b"", Errand(model="fast"))

    assert sorted(entry["id"] for entry in everyone["data"]) == ["fast", "m1", "m2", "qwen3"]
    assert sorted(entry["id"] for entry in bank["data"]) == ["fast", "qwen3"]
    assert json.loads(await alias.read(1_000))["id"] == "fast"
