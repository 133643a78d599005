"""Incidents."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from yanmen.core.nouns import Event, Incident
from yanmen.store import Store

Make = Callable[..., Event]


@pytest.fixture
def tell(store: Store, event: Make) -> Callable[..., Incident]:
    """Records an incident as it stands."""

    def record(identity: str, /, **fields: object) -> Incident:
        title = {"en": "A leak", "zh": "泄露"}
        whole = {
            "id": identity,
            "opened": 1,
            "status": "open",
            "severity": 3,
            "cause": identity,
            "title": title,
        }
        incident = msgspec.convert(whole | fields, Incident)
        store.append(event("incident.changed", incident=msgspec.to_builtins(incident))).result(30)
        return incident

    return record


def test_an_incident_is_as_its_last_event_says(store: Store, tell: Callable[..., Incident]) -> None:
    """Each event carries it whole."""
    tell("inc_1")
    last = tell("inc_1", status="contained", owner="ada")

    assert store.incidents.get("inc_1") == last
    assert store.incidents.get("inc_2") is None


def test_the_open_one_is_found_by_its_cause(store: Store, tell: Callable[..., Incident]) -> None:
    """Not one that is closed."""
    tell("inc_1", cause="key.leaked/key:1", status="closed")
    second = tell("inc_2", cause="key.leaked/key:1")

    assert store.incidents.by_cause("key.leaked/key:1") == second
    tell("inc_2", cause="key.leaked/key:1", status="closed")
    assert store.incidents.by_cause("key.leaked/key:1") is None


def test_incidents_are_listed_the_last_opened_first(store: Store, tell: Callable[..., Incident]) -> None:
    """All, or of one status."""
    for number, status in enumerate(("open", "closed", "open"), 1):
        tell(f"inc_{number}", opened=number, status=status)

    assert [one.id for one in store.incidents.list()] == ["inc_3", "inc_2", "inc_1"]
    assert [one.id for one in store.incidents.list("open", limit=1)] == ["inc_3"]
    assert [one.id for one in store.incidents.list(status="closed")] == ["inc_2"]


def test_an_unknown_status_is_refused(store: Store, event: Make) -> None:
    """Nothing is written."""
    with pytest.raises(ValueError, match="required field"):
        store.append(event("incident.opened", incident={"id": "inc_1"})).result(30)

    assert store.events.last_seq() == 0


def test_many_are_counted_and_read_page_by_page(store: Store, tell: Callable[..., Incident]) -> None:
    """The latest first; those opened in one moment by their ids."""
    for number in range(5):
        tell(f"inc_{number}", opened=1 + number // 2, status="closed" if number == 3 else "open")

    first = store.incidents.list(limit=2)
    second = store.incidents.list(limit=2, before=first[-1].id)
    third = store.incidents.list(limit=2, before=second[-1].id)

    assert [one.id for one in (*first, *second, *third)] == ["inc_4", "inc_3", "inc_2", "inc_1", "inc_0"]
    assert [one.id for one in store.incidents.list("open", before="inc_4")] == ["inc_2", "inc_1", "inc_0"]
    assert store.incidents.list(before="inc_none") == []
    assert (store.incidents.count("open"), store.incidents.count("closed")) == (4, 1)
