"""Actions."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from yanmen.core.nouns import Action, Event
from yanmen.store import Store

Make = Callable[..., Event]


def act(store: Store, event: Make, action: str, incident: str = "inc_1") -> None:
    """Record an action."""
    done = Action(id=action, at=1, name="ban", incident=incident, undo={"decision": "dec_1"})
    store.append(event("action.done", action=msgspec.to_builtins(done))).result(30)


def test_the_actions_of_an_incident_stand_in_their_order(store: Store, event: Make) -> None:
    """Another incident's do not."""
    for action in ("act_2", "act_1"):
        act(store, event, action)
    act(store, event, "act_3", "inc_2")

    assert [one.id for one in store.actions.of("inc_1")] == ["act_2", "act_1"]
    assert store.actions.of("inc_9") == []
    assert store.actions.get("act_9") is None


def test_an_undone_action_says_when(store: Store, event: Make) -> None:
    """The first time; undoing twice changes nothing."""
    act(store, event, "act_1")
    undone = event("action.undone", action="act_1", result={})
    store.append(undone, event("action.undone", action="act_1", result={})).result(30)
    found = store.actions.get("act_1")

    assert found is not None
    assert (found.undone, found.undo) == (undone.at, {"decision": "dec_1"})
    assert store.actions.of("inc_1") == [found]
