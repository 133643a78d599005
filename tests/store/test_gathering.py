"""The way in, and what is counted when it is barred."""

from __future__ import annotations

from yanmen.store.gathering import Losses, gap


def test_losses_are_told_by_cause_and_once() -> None:
    """What comes while it is being told is told the next time."""
    losses = Losses(lambda: 7)
    assert not losses
    losses.add("overflow", 2)
    losses.add("overflow", 0)
    (event,) = losses.events(now_or_never=True)
    losses.add("overflow", 3)
    losses.told(event)
    (rest,) = losses.events(now_or_never=True)
    losses.told(rest)

    assert event.data == {"cause": "overflow", "count": 2, "since": 7}
    assert rest.data["count"] == 3
    assert not losses


def test_a_gap_says_what_is_known_of_it() -> None:
    """An event like any other."""
    event = gap("not-closed", 5, pid=3)

    assert (event.kind, event.at, event.data) == ("store.gap", 5, {"cause": "not-closed", "pid": 3})
