"""What calls used is added up from their events, and survives that their bodies are dropped."""

from __future__ import annotations

from typing import Any

from yanmen.core.nouns import Event
from yanmen.store import Store
from yanmen.store.usage import QUARTER, group

NOON = 1_790_000_100_000_000 // QUARTER * QUARTER


def call(number: int, *, at: int = NOON, kind: str = "call.allowed", **data: Any) -> Event:
    """The event of a call that reached the model."""
    used = {
        "at": at,
        "in": 10,
        "out": 5,
        "cached": 2,
        "cost": 1_000,
        "estimated": False,
        **data.pop("usage", {}),
    }
    named = {"key": "key_1", "tenant": "acme", "team": "red", "user": "bob", "model": "m", "verdict": "allow"}
    return Event(id=f"evt_{number}", at=at + 5, kind=kind, data={**named, "usage": used, **data})


def test_calls_of_one_quarter_are_one_sum(store: Store) -> None:
    """By key, user, team, tenant and model."""
    store.append(
        *(call(number) for number in range(3)), call(9, key="key_2", usage={"estimated": True})
    ).result(10)

    assert [tuple(each) for each in store.usage.sums(["key"], 0, NOON + QUARTER)] == [
        (("key_1",), 3, 30, 15, 6, 3_000, 0),
        (("key_2",), 1, 10, 5, 2, 1_000, 1),
    ]
    assert store.usage.total([("tenant", "acme"), ("user", "bob")], 0, NOON + QUARTER).tokens_in == 40
    assert store.usage.total([("team", "blue")], 0, NOON + QUARTER).calls == 0
    assert [at for at, _ in store.usage.quarters(["model"], 0, NOON + QUARTER)] == [NOON]


def test_a_call_pays_in_the_window_in_which_it_was_let_in(store: Store) -> None:
    """Not in the one in which it ended."""
    store.append(call(1, at=NOON - 1)).result(10)

    assert store.usage.total([], NOON - QUARTER, NOON).calls == 1
    assert store.usage.total([], NOON, NOON + QUARTER).calls == 0


def test_a_call_that_never_reached_the_model_used_nothing() -> None:
    """Its event says no usage."""
    assert group(Event(id="evt_1", at=1, kind="call.refused", data={"key": "key_1"})) is None
