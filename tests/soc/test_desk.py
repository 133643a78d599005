"""The desk where incidents lie."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import msgspec
import pytest

from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Incident, Phrase, Ref, Severity
from yanmen.soc import desk
from yanmen.soc.correlate import Batch, Correlator
from yanmen.soc.desk import FIRST, LAST, change, record, with_moment
from yanmen.soc.facts import facts_of

if TYPE_CHECKING:
    from tests.soc.conftest import Scene


def batches(scene: Scene) -> tuple[list[Batch], int]:
    """What the whole log says, and how long it is."""
    correlator = Correlator(scene.store.keys.by_hash)
    for recorded in scene.store.events.after(0, limit=10_000):
        correlator.take(recorded)
    return correlator.ready(1 << 62), scene.store.events.last_seq()


def opened(scene: Scene) -> Incident:
    """The one incident of the log, recorded."""
    ((batch,), through) = batches(scene)
    return record(scene.store, batch, through)


def test_a_leaks_incident_knows_what_the_key_did_before(scene: Scene) -> None:
    """Calls answered and refused, from where, first and last; each line cites an event that exists."""
    _, key = scene.key("ci-bot")
    _, other = scene.key("other")
    first = scene.call(key)
    scene.call(other)
    last = scene.call(key, "call.refused", ip="198.51.100.1")
    leak = scene.leak(key)

    incident = opened(scene)
    calls = facts_of(incident).calls

    assert (calls.answered, calls.refused, calls.total) == (1, 1, 2)
    assert (calls.first_event, calls.last_event) == (first.id, last.id)
    assert calls.ips == {"203.0.113.7": 1, "198.51.100.1": 1}
    assert incident.title.en == f"API key leaked: ci-bot (key:{key.id})"
    assert [moment.event for moment in incident.timeline] == [leak.id]
    assert incident.severity == Severity.CRITICAL
    assert all(scene.store.events.get(moment.event) for moment in incident.timeline)


def test_a_batch_said_twice_counts_once(scene: Scene) -> None:
    """The store's snapshot knows how far it has counted."""
    _, key = scene.key()
    scene.attack(key, 3)
    ((batch,), through) = batches(scene)

    first = record(scene.store, batch, through)
    length = scene.store.events.last_seq()
    again = record(scene.store, batch, through)

    assert again == first
    assert facts_of(again).seen == 3
    assert scene.store.events.last_seq() == length


def test_an_incident_is_bounded_whatever_happens(scene: Scene) -> None:
    """First and last moments and members are kept, all are counted."""
    _, key = scene.key()
    events = scene.attack(key, 200)

    incident = opened(scene)

    assert len(incident.timeline) == len(incident.members) == FIRST + LAST
    assert incident.timeline[0].event == events[0].id
    assert incident.timeline[-1].event == events[-1].id
    assert facts_of(incident).seen == 200
    assert facts_of(incident).calls.refused == 200


def test_changes_made_at_once_are_all_kept(scene: Scene) -> None:
    """The watch counts while people write."""
    _, key = scene.key()
    scene.leak(key)
    incident = opened(scene)
    who = Ref(kind="user", id="alice")

    def note(number: int) -> None:
        said = Phrase(en=str(number), zh=str(number))
        change(scene.store, incident.id, lambda found, event: with_moment(found, event, said), who)

    threads = [threading.Thread(target=note, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    after = scene.store.incidents.get(incident.id)

    assert after is not None
    assert {moment.text.en for moment in after.timeline} >= {str(number) for number in range(8)}


def test_a_change_that_changes_nothing_is_not_written(scene: Scene) -> None:
    """The log stays as long as it was."""
    _, key = scene.key()
    scene.leak(key)
    incident = opened(scene)
    length = scene.store.events.last_seq()

    change(scene.store, incident.id, lambda found, _: msgspec.structs.replace(found), desk.SOC)

    assert scene.store.events.last_seq() == length


def test_an_unknown_incident_cannot_be_changed(scene: Scene) -> None:
    """And the error says where to look."""
    with pytest.raises(YanmenError, match="no incident"):
        change(scene.store, "inc_none", lambda found, _: found, desk.SOC)
