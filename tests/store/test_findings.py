"""Findings."""

from __future__ import annotations

from collections.abc import Callable

from yanmen.core.nouns import Event
from yanmen.store import Sighting, Store
from yanmen.store.findings import MOST_OF_ONE_EVENT

Make = Callable[..., Event]
FOUND = {
    "rule": "secret.token",
    "severity": 3,
    "subject": "text:1",
    "evidence": "sk-a…",
    "fingerprint": "f00",
}


def test_findings_of_any_event_are_listed_the_newest_first(store: Store, event: Make) -> None:
    """All, or of one rule; with what became of the event."""
    one = event("call.refused", verdict="block", findings=[FOUND, FOUND | {"rule": "pii.name"}])
    other = event("guard.checked", findings=[FOUND])
    store.append(one, other).result(30)
    newest, *rest = store.findings.recent()

    assert newest == Sighting(event=other.id, at=other.at, verdict="", **FOUND)  # type: ignore[arg-type]
    assert [(found.event, found.rule, found.verdict) for found in rest] == [
        (one.id, "secret.token", "block"),
        (one.id, "pii.name", "block"),
    ]
    assert [found.rule for found in store.findings.recent(rule="pii.name")] == ["pii.name"]
    assert len(store.findings.recent(limit=1)) == 1


def test_an_event_with_very_many_findings_lists_the_first(store: Store, event: Make) -> None:
    """The event itself keeps all."""
    many = event("call.refused", findings=[FOUND] * (MOST_OF_ONE_EVENT + 50))
    store.append(many).result(30)

    assert len(store.findings.recent(limit=1_000)) == MOST_OF_ONE_EVENT
    assert len(store.events.after(0)[0].event.data["findings"]) == MOST_OF_ONE_EVENT + 50
