"""Switching: decisions that stand, all of it on record, all of it undone by one command."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yanmen.core.clock import now
from yanmen.core.errors import YanmenError
from yanmen.core.nouns import FOREVER, Ref
from yanmen.policy import Standing
from yanmen.policy.modes import Mode, modes
from yanmen.soc.modes import find, history, in_force, standing, switch, undo
from yanmen.soc.modes.switch import end
from yanmen.store import Store
from yanmen.store.audit import verify

ALICE = Ref(kind="user", id="alice")


def test_a_switch_stands_is_seen_by_doors_and_is_undone(store: Store, attack: Mode) -> None:
    """The decision carries the mode and its limits; doors read nothing else."""
    assert in_force(store) == "normal"

    done = switch(store, attack, reason="flood", actor=ALICE, lasts=3_600)

    assert (done.before, done.after, in_force(store)) == ("normal", "under-attack", "under-attack")
    (decision,) = store.decisions.standing(now())
    assert decision.terms["limits"] == attack.limits
    said = Standing([decision]).mode(now())
    assert said is not None
    assert (said.name, said.level, said.by) == ("under-attack", 6, "operator")
    assert Standing([decision]).mode(decision.until) is None

    back = undo(store, done, reason="over", actor=ALICE)

    assert (back.before, back.after, back.undoes) == ("under-attack", "normal", done.id)
    assert in_force(store) == "normal"
    assert [one.after for one in history(store)] == ["normal", "under-attack"]
    store.flush()
    assert verify(store.folder).word == "ok"


def test_the_strictest_of_those_that_stand_holds(store: Store, attack: Mode, event_day: Mode) -> None:
    """And the other one again when it ends."""
    switch(store, event_day, reason="launch", actor=ALICE)
    up = switch(store, attack, reason="storm", actor=Ref(kind="trigger", id="x"), by="trigger:x", lasts=60)

    assert in_force(store) == "under-attack"
    assert [one.mode for one in standing(store)] == ["under-attack", "major-event"]
    undo(store, up, reason="calm", actor=ALICE)
    assert in_force(store) == "major-event"


def test_a_persons_word_ends_stricter_modes_and_its_undoing_brings_them_back(
    store: Store, attack: Mode, event_day: Mode
) -> None:
    """For the time they had left."""
    first = switch(store, attack, reason="storm", actor=ALICE, lasts=600)
    (before,) = standing(store)
    looser = switch(store, event_day, reason="false alarm", actor=ALICE)

    assert in_force(store) == "major-event"
    assert looser.lifted == first.made

    undo(store, looser, reason="no, it is one", actor=ALICE)

    assert in_force(store) == "under-attack"
    (again,) = standing(store)
    assert abs(again.decision.until - before.decision.until) < 2_000_000
    assert again.decision.terms["limits"] == attack.limits


def test_normal_ends_all_and_can_itself_be_undone(store: Store, attack: Mode, event_day: Mode) -> None:
    """One word each."""
    switch(store, event_day, reason="launch", actor=ALICE)
    switch(store, attack, reason="storm", actor=ALICE, lasts=FOREVER)
    normal = switch(store, None, reason="over", actor=ALICE)

    assert (normal.before, normal.after, in_force(store)) == ("under-attack", "normal", "normal")
    undo(store, normal, reason="not over", actor=ALICE)
    assert in_force(store) == "under-attack"
    assert len(standing(store)) == 2
    assert all(one.decision.lasts == FOREVER for one in standing(store))


def test_what_is_over_cannot_be_undone(store: Store, attack: Mode) -> None:
    """And says so."""
    done = switch(store, attack, reason="storm", actor=ALICE)
    end(store, standing(store)[0], reason="calm", actor=ALICE, by="operator")

    with pytest.raises(YanmenError, match="nothing of"):
        undo(store, done, reason="again", actor=ALICE)


def test_a_switch_is_found_by_the_beginning_of_its_id(store: Store, attack: Mode) -> None:
    """Or the last one without a name."""
    with pytest.raises(YanmenError, match="no such switch"):
        find(store, "")
    first = switch(store, attack, reason="a", actor=ALICE)
    second = switch(store, None, reason="b", actor=ALICE)

    assert find(store, "") == second
    assert find(store, first.id) == first
    with pytest.raises(YanmenError, match="several"):
        find(store, "evt_")
    with pytest.raises(YanmenError, match="a second at least"):
        switch(store, attack, reason="a", actor=ALICE, lasts=0)


_STEPS = st.lists(
    st.sampled_from(["major-event", "under-attack", "normal", "undo", "trigger", "end"]),
    min_size=1,
    max_size=8,
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(steps=_STEPS)
def test_undoing_a_switch_at_once_leaves_what_was(
    tmp_path_factory: pytest.TempPathFactory, steps: list[str]
) -> None:
    """Whatever happened before it."""
    known = modes()
    with Store.open(tmp_path_factory.mktemp("undo") / "data") as store:
        act: dict[str, Callable[[], object]] = {
            "undo": lambda: undo(store, find(store, ""), reason="r", actor=ALICE),
            "normal": lambda: switch(store, None, reason="r", actor=ALICE),
            "trigger": lambda: switch(
                store, known["under-attack"], reason="r", actor=ALICE, by="trigger:t", lasts=900
            ),
            "end": lambda: end(store, standing(store)[0], reason="r", actor=ALICE, by="trigger:t"),
        }
        for step in steps:
            try:
                act.get(step, lambda step=step: switch(store, known[step], reason="r", actor=ALICE))()
            except (YanmenError, IndexError):
                continue
        before = sorted((one.mode, one.by) for one in standing(store))
        done = switch(store, known["major-event"], reason="last", actor=ALICE)
        undo(store, done, reason="back", actor=ALICE)

        assert sorted((one.mode, one.by) for one in standing(store)) == before
