"""Modes that begin and end by themselves, over a real store."""

from __future__ import annotations

from pathlib import Path

from yanmen.core.clock import SECOND, now
from yanmen.core.ids import new_id
from yanmen.core.nouns import Event, Ref
from yanmen.policy.modes import OWN
from yanmen.soc.modes import history, in_force, standing, switch
from yanmen.soc.modes.watch import Emergencies
from yanmen.soc.watch import Soc
from yanmen.store import Recorded, Store

ALICE = Ref(kind="user", id="alice")
MODE = """\
version: 1
mode: storm
level: 5
title: {en: Storm, zh: 风暴}
about: {en: A test., zh: 测试。}
longest: 10m
triggers:
  - {id: many, measure: attacks, over: 10s, enter: 20, hold: 2s, leave: 5, rest: 3s}
"""
SCHEDULE = """\
schedule:
  - {id: always, start: '00:00', end: '00:00', zone: UTC}
"""


def _mode(store: Store, text: str = MODE) -> Path:
    folder = store.folder / OWN
    folder.mkdir(exist_ok=True)
    file = folder / "storm.yaml"
    file.write_text(text, "utf-8")
    return file


def _attack(at: int) -> Recorded:
    data = {"verdict": "block", "findings": [{"rule": "prompt.x"}]}
    return Recorded(seq=1, event=Event(id=new_id("evt"), at=at, kind="call.refused", data=data))


def _storm(watch: Emergencies, begun: int, seconds: range, *, attacks: int) -> None:
    for second in seconds:
        at = begun + second * SECOND
        for _ in range(attacks):
            watch.take(_attack(at))
        watch.step(at)


def test_a_storm_begins_the_mode_and_calm_ends_it(store: Store) -> None:
    """Every switch on record with the number that caused it."""
    _mode(store)
    watch, begun = Emergencies(store), now()

    _storm(watch, begun, range(6), attacks=5)
    assert in_force(store) == "storm"
    _storm(watch, begun, range(6, 30), attacks=0)
    assert in_force(store) == "normal"

    last, first = history(store)
    assert (first.by, first.after) == ("trigger:storm/many", "storm")
    assert first.reason.startswith("attacks ")
    assert "≥ 20 (10s)" in first.reason
    assert (last.before, last.after, last.actor) == ("storm", "normal", "trigger:storm/many")


def test_after_a_restart_a_person_is_still_not_fought(store: Store) -> None:
    """The record says who ended it."""
    _mode(store)
    watch, begun = Emergencies(store), now()
    _storm(watch, begun, range(6), attacks=5)
    switch(store, None, reason="false alarm", actor=ALICE)

    again = Emergencies(store)
    _storm(again, begun, range(6, 20), attacks=5)
    assert in_force(store) == "normal"

    _storm(again, begun, range(20, 45), attacks=0)
    _storm(again, begun, range(45, 52), attacks=5)
    assert in_force(store) == "storm"


def test_a_mode_that_stands_at_a_restart_is_ended_when_it_is_calm(store: Store) -> None:
    """By the trigger that began it."""
    _mode(store)
    begun = now()
    _storm(Emergencies(store), begun, range(6), attacks=5)

    _storm(Emergencies(store), begun, range(6, 30), attacks=0)

    assert in_force(store) == "normal"


def test_a_schedule_is_kept_and_what_a_person_lifted_within_it_stays_lifted(store: Store) -> None:
    """Its decision ends with the stretch, whoever is left."""
    _mode(store, MODE + SCHEDULE)
    at = now()
    watch = Emergencies(store)
    watch.step(at)
    (mine,) = standing(store)
    assert mine.by == "schedule:storm/always"
    assert 0 < mine.decision.until - at <= 86_401 * SECOND

    switch(store, None, reason="not today", actor=ALICE)
    watch.step(at + 2 * SECOND)
    Emergencies(store).step(at + 4 * SECOND)

    assert in_force(store) == "normal"


def test_where_nothing_is_automatic_it_is_only_said(store: Store) -> None:
    """Once."""
    _mode(store)
    watch, begun = Emergencies(store, automatic=False), now()
    _storm(watch, begun, range(8), attacks=5)
    store.append(Event(id=new_id("evt"), at=begun, kind="note")).result(10)

    assert in_force(store) == "normal"
    (said,) = store.events.after(0, kinds=("mode.advised",))
    assert said.event.data["mode"] == "storm"


def test_changed_mode_files_are_taken_up_and_bad_ones_leave_what_was_known(store: Store) -> None:
    """A watch does not end because of a slip in a file."""
    file = _mode(store)
    watch, begun = Emergencies(store), now()
    file.write_text("mode: [", "utf-8")
    _storm(watch, begun, range(6), attacks=5)
    assert in_force(store) == "storm"

    file.write_text(MODE.replace("mode: storm", "mode: gale"), "utf-8")
    _storm(watch, begun, range(6, 12), attacks=5)
    assert {one.mode for one in standing(store)} == {"storm", "gale"}


def test_the_one_watch_counts_what_is_on_record(store: Store) -> None:
    """The whole way: refused calls in the store, the soc's watch, a mode that stands."""
    _mode(store, MODE.replace("hold: 2s", "hold: 1s"))
    clock = [now()]
    soc = Soc(store, clock=lambda: clock[0])
    soc.step()
    data = {"verdict": "block", "findings": [], "error": "content_policy_violation"}
    found = [{"rule": "prompt.x", "severity": 3, "subject": "text:a", "confidence": 1.0, "evidence": "e"}]
    for second in range(4):
        clock[0] += SECOND
        for _ in range(10):
            call = Event(
                id=new_id("evt"),
                at=clock[0],
                kind="call.refused",
                actor=Ref(kind="key", id="key_1"),
                subject=Ref(kind="call", id=new_id("call")),
                data={**data, "findings": found, "second": second},
            )
            store.append(call).result(10)
        soc.step()
    soc.close()

    assert in_force(store) == "storm"
