"""Traffic."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from yanmen.core.clock import SECOND
from yanmen.core.nouns import Event
from yanmen.store import Minute, Store
from yanmen.store.traffic import TOGETHER, called, carried, together, tokens

Make = Callable[..., Event]
MINUTE = 60 * SECOND


def test_calls_are_counted_by_minute_and_outcome(store: Store, event: Make) -> None:
    """With their tokens."""

    def at(moment: int, kind: str = "call.allowed", **data: Any) -> Event:
        return msgspec.structs.replace(event(kind, **data), at=moment)

    plain: dict[str, Any] = {"verdict": "allow", "model": "m", "tokens_in": 3, "tokens_out": 4}
    store.append(
        at(MINUTE, **plain),
        at(2 * MINUTE - 1, **plain),
        at(2 * MINUTE, **plain),
        at(2 * MINUTE, "call.refused", verdict="block"),
        at(2 * MINUTE, "guard.checked", verdict="block"),
    ).result(30)
    first = Minute(
        minute=MINUTE, verdict="allow", kind="call.allowed", model="m", calls=2, tokens_in=6, tokens_out=8
    )

    assert store.traffic.minutes(0)[0] == first
    assert [(one.kind, one.calls) for one in store.traffic.minutes(MINUTE + 1)] == [
        ("call.allowed", 1),
        ("call.refused", 1),
    ]


@pytest.mark.parametrize(
    ("said", "counted"),
    [(7, 7), (-7, 0), (7.5, 7), ("7", 0), (None, 0), (1 << 70, 1 << 40), (True, 1)],
)
def test_a_mistaken_count_does_no_harm(event: Make, said: object, counted: int) -> None:
    """It comes from the model's server."""
    assert tokens(event(tokens_in=said, tokens_out=said)) == (counted, counted)


def test_counts_carried_on_must_be_rows_of_seven(event: Make) -> None:
    """Or the event is refused."""
    with pytest.raises(msgspec.ValidationError):
        carried(1, event("store.pruned", traffic=[[1, "a"]]))
    with pytest.raises(msgspec.ValidationError):
        carried(1, event("store.pruned", traffic=[[1, 2, "b", "c", 1, 1, 1]]))


def test_calls_that_ended_alike_are_one_change(event: Make) -> None:
    """Other changes stay as they are, and in order."""
    other = ("INSERT INTO touched (name, seq) VALUES (?, ?)", ("keys", 7))
    said: dict[str, Any] = {"verdict": "allow", "model": "m", "tokens_in": 3, "tokens_out": 4}
    calls = [msgspec.structs.replace(event("call.allowed", **said), at=MINUTE + at) for at in range(3)]
    ended = msgspec.structs.replace(event("call.failed", **said), at=MINUTE)
    made = together(
        [*called(1, calls[0]), other, *called(2, calls[1]), *called(3, ended), *called(4, calls[2])]
    )

    assert [values for _, values in made] == [
        ("keys", 7),
        (MINUTE, "allow", "call.allowed", "m", 3, 9, 12),
        (MINUTE, "allow", "call.failed", "m", 1, 3, 4),
    ]


def test_an_event_may_tell_of_many_calls(store: Store, event: Make) -> None:
    """And of no more than it may; what is no number is one."""
    for count in (5, 0, -3, 1 << 60, "many", True, None):
        store.append(event("call.refused", verdict="allow", count=count)).result(30)

    assert sum(minute.calls for minute in store.traffic.minutes(0)) == 5 + 1 + 1 + TOGETHER + 1 + 1 + 1
