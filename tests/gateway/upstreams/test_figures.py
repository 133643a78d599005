"""What the fleet says of itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest

from yanmen.core.config import Gateway, Health, Upstream
from yanmen.core.nouns import Event
from yanmen.gateway.commands import Errand
from yanmen.gateway.upstreams.figures import Figures, recording, states
from yanmen.gateway.upstreams.fleet import Fleet

Models = Callable[..., Awaitable[Any]]


class Kept:
    """Keeps events in memory."""

    def __init__(self) -> None:
        """None yet."""
        self.events: list[Event] = []

    def append_soon(self, *events: Event) -> None:
        """Keep them."""
        self.events += events


async def test_every_state_is_a_figure_a_line_of_readyz_and_an_event(models: Models) -> None:
    """And none of them says an address or a credential."""

    async def fails(far: Any) -> None:
        while True:
            await far.request()
            await far.say(b"HTTP/1.1 503 X\r\nContent-Length: 0\r\n\r\n")

    model, kept = await models(fails), Kept()
    settings = Gateway(
        upstreams={"east": Upstream(url=model.url, key="sk-hidden", calls=7)}, health=Health(failures=1)
    )
    async with Fleet(settings, recording(kept)) as fleet:
        await fleet.send("POST", "/chat/completions", [], b"{}", Errand())
        registry = CollectorRegistry()
        registry.register(Figures(fleet))
        page = generate_latest(registry).decode()
        ready = states(fleet)

    assert ready == {"east": {"state": "out", "calls": 0, "limit": 7}}
    for line in (
        'yanmen_upstream_fit{upstream="east"} 0.0',
        'yanmen_upstream_limit{upstream="east"} 7.0',
        'yanmen_upstream_ejections_total{upstream="east"} 1.0',
        'yanmen_upstream_answers_total{outcome="status_503",upstream="east"} 1.0',
        "yanmen_upstream_retries_total 0.0",
        "yanmen_waiting_calls 0.0",
    ):
        assert line in page
    (event,) = kept.events
    assert (event.kind, event.data) == ("upstream.ejected", {"upstream": "east", "why": "status 503"})
    assert "sk-hidden" not in page
    assert str(model.port) not in page


def test_a_return_is_told_with_what_had_ejected_it() -> None:
    """By name."""
    kept = Kept()
    recording(kept)("returned", "east", "timeout: x")

    assert kept.events[0].kind == "upstream.returned"
