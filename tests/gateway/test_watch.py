"""The watch reads the store only when something that matters was written."""

from __future__ import annotations

from typing import Any

import msgspec

from yanmen.core.clock import now
from yanmen.core.nouns import Decision, Event, Ref, Verdict
from yanmen.gateway.knowledge import Knowledge
from yanmen.gateway.watch import Watch
from yanmen.policy import Policy, Standing
from yanmen.store import Key, Store


def write(store: Store, kind: str, data: dict[str, Any]) -> None:
    """Write an event, durably."""
    store.append(Event(id=f"evt_{now()}_{kind}", at=now(), kind=kind, data=data)).result(10)


def test_keys_and_bans_are_taken_up_and_calls_are_passed_over(store: Store) -> None:
    """One look after each."""
    watch = Watch(store, now)
    known = watch.first(Knowledge({}, Standing(()), Policy.load()))
    write(store, "call.allowed", {"surface": "chat", "findings": []})
    passed_over = watch.look(known)
    key = Key(id="key_1", hash="h", name="k", created=now())
    write(store, "key.created", {"key": msgspec.to_builtins(key)})
    with_key = watch.look(known)
    subject = Ref(kind="key", id="key_1")
    ban = Decision(id="dec_1", at=now(), subject=subject, verdict=Verdict.BLOCK, lasts=60)
    write(store, "decision.made", {"decision": msgspec.to_builtins(ban)})
    with_ban = watch.look(known)

    assert passed_over is None
    assert with_key is not None
    assert with_key.keys["h"] == with_key.ids["key_1"] == key
    assert with_ban is not None
    assert with_ban.standing.refusal((subject,), now()) == ban
    assert watch.look(known) is None
