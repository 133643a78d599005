"""Who may serve a call: read once from the rules, then remembered."""

from __future__ import annotations

import time

from yanmen.core.config import Gateway, Health, Model, Overload, Route, Upstream
from yanmen.gateway.commands import Errand
from yanmen.gateway.upstreams.choice import Peer, Plan
from yanmen.gateway.upstreams.health import Health as State
from yanmen.gateway.upstreams.limit import Limit
from yanmen.gateway.upstreams.plans import REMEMBERED, Plans

UPS = {
    "east": Upstream(url="http://e/v1", models=("qwen*", "llama"), weight=3),
    "west": Upstream(url="http://w/v1"),
    "claude": Upstream(url="http://c/v1", models=("claude-*",), surfaces=("anthropic",)),
}


def plans(**settings: object) -> Plans:
    """The plans of a configuration over idle peers."""
    gateway = Gateway(upstreams=UPS, **settings)  # type: ignore[arg-type]  # sections by name
    return Plans(gateway, {name: Peer(name, State(Health()), Limit(9, Overload())) for name in UPS})


def shown(plan: Plan) -> list[list[tuple[str, int, str]]]:
    """Who is in it, with weight and the name it is asked for."""
    return [[(seat.peer.name, seat.weight, seat.model) for seat in row] for row in plan.rows]


def test_without_rules_whoever_serves_the_name_and_speaks_the_surface() -> None:
    """By pattern; a call that names no model may go to anybody who speaks it."""
    made = plans()

    assert shown(made.of(Errand(model="qwen3"))) == [[("east", 3, ""), ("west", 1, "")]]
    assert shown(made.of(Errand(model="gpt"))) == [[("west", 1, "")]]
    assert shown(made.of(Errand(model="claude-4", speaks="openai"))) == [[("west", 1, "")]]
    assert shown(made.of(Errand(speaks="openai"))) == [[("east", 3, ""), ("west", 1, "")]]


def test_an_alias_is_served_by_who_serves_what_it_stands_for() -> None:
    """With the weights and the fallback that it says."""
    made = plans(
        models={
            "fast": Model(model="llama"),
            "best": Model(upstreams=("east",), model="qwen3", fallback=("west",), names={"west": "Qwen/3"}),
            "canary": Model(model="llama", weights={"west": 9}),
        }
    )

    assert shown(made.of(Errand(model="fast"))) == [[("east", 3, "llama"), ("west", 1, "llama")]]
    assert shown(made.of(Errand(model="best"))) == [[("east", 3, "qwen3")], [("west", 1, "Qwen/3")]]
    assert shown(made.of(Errand(model="canary"))) == [[("east", 3, "llama"), ("west", 9, "llama")]]


def test_a_route_goes_before_an_alias_and_keeps_its_name() -> None:
    """A tenant's calls go where its route says, by the name that the alias stands for."""
    made = plans(
        models={"fast": Model(model="llama", upstreams=("east",))},
        routes={"bank": Route(tenants=("bank",), models=("fa*",), upstreams=("west",))},
    )

    assert shown(made.of(Errand(tenant="bank", model="fast"))) == [[("west", 1, "llama")]]
    assert shown(made.of(Errand(tenant="bank", model="qwen3"))) == [[("east", 3, ""), ("west", 1, "")]]
    assert shown(made.of(Errand(tenant="shop", model="fast"))) == [[("east", 3, "llama")]]


def test_a_route_never_leads_past_itself() -> None:
    """Where its upstreams serve no such model, nobody does: a tenant's data go nowhere else."""
    made = plans(routes={"bank": Route(tenants=("bank",), upstreams=("claude",))})

    assert shown(made.of(Errand(tenant="bank", model="qwen3"))) == []


def test_invented_names_fill_no_memory() -> None:
    """Callers may ask for anything."""
    made = plans()
    for number in range(3 * REMEMBERED):
        made.of(Errand(model=f"m{number}"))

    assert len(made._known) <= REMEMBERED
    assert made.of(Errand(model="qwen3")) is made.of(Errand(model="qwen3"))


def test_a_plan_that_is_known_costs_next_to_nothing() -> None:
    """The bound is fifty times what it takes."""
    made, errand = plans(), Errand("t", "k", "qwen3", "openai")
    made.of(errand)
    begun = time.perf_counter()
    for _ in range(1_000):
        made.of(errand)

    assert (time.perf_counter() - begun) / 1_000 < 50e-6
