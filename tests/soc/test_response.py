"""Runs of playbooks and their undoing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Incident, Ref
from yanmen.soc.actions.ban import Ban
from yanmen.soc.actions.notify import Notify
from yanmen.soc.bans import ban
from yanmen.soc.cases import ban_in
from yanmen.soc.response import run, runs, undo, undo_one
from yanmen.soc.watch import Soc

if TYPE_CHECKING:
    from tests.soc.conftest import Scene


def leaked(scene: Scene) -> Incident:
    """An incident about a leaked key, to which nothing was done yet."""
    _, key = scene.key()
    scene.leak(key)
    watch = Soc(scene.store, shadow_until=1 << 62)
    watch.step()
    watch.close()
    (incident,) = scene.incidents()
    return incident


def timeline(scene: Scene, incident: Incident) -> list[str]:
    """The incident's lines, in English."""
    found = scene.store.incidents.get(incident.id)
    assert found is not None
    return [moment.text.en for moment in found.timeline]


def test_a_dry_run_says_everything_and_changes_nothing(scene: Scene, person: Ref) -> None:
    """Arguments filled in."""
    incident = leaked(scene)
    length = scene.store.events.last_seq()

    planned = run(scene.store, "leaked-key", incident.id, actor=person, dry_run=True)

    assert [(step.step, step.state) for step in planned.steps] == [
        (name, "missing") for name in ("ban", "contain", "notify")
    ]
    assert planned.steps[0].args["subject"] == incident.facts["subject"]
    assert incident.id in planned.steps[1].args["note"]["en"]
    assert scene.store.events.last_seq() == length


def test_a_run_done_again_does_nothing_more(scene: Scene, person: Ref) -> None:
    """Every step has its action."""
    incident = leaked(scene)
    first = run(scene.store, "leaked-key", incident.id, actor=person)
    length = scene.store.events.last_seq()

    assert first.state == "done"
    assert run(scene.store, "leaked-key", incident.id, actor=person) == first
    assert scene.store.events.last_seq() == length
    assert runs(scene.store, incident.id) == [first]


def test_a_step_that_fails_is_recorded_and_only_it_is_tried_again(
    scene: Scene, person: Ref, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others are done all the same."""
    incident = leaked(scene)
    with monkeypatch.context() as patch:
        patch.setattr(Ban, "do", _broken)
        first = run(scene.store, "leaked-key", incident.id, actor=person)
    assert [step.state for step in first.steps] == ["failed", "done", "done"]
    assert "disk is full" in first.steps[0].said.en
    assert any("failed: OSError: disk is full" in line for line in timeline(scene, incident))
    assert scene.banned() == set()

    second = run(scene.store, "leaked-key", incident.id, actor=person)

    assert second.id == first.id
    assert second.state == "done"
    assert len(scene.banned()) == 1
    assert len(scene.store.events.after(0, kinds=("notice.queued",))) == 1


def test_undo_takes_back_the_latest_first_and_twice_is_once(scene: Scene, person: Ref) -> None:
    """The ban is lifted, a notice of undo queued, the incident open again and annotated."""
    incident = leaked(scene)
    run(scene.store, "leaked-key", incident.id, actor=person)

    foreseen = undo(scene.store, incident.id, actor=person, dry_run=True)
    assert len(scene.banned()) == 1
    undone = undo(scene.store, incident.id, actor=person)

    assert [step.step for step in foreseen] == [step.step for step in undone] == ["notify", "contain", "ban"]
    assert {step.state for step in undone} == {"undone"}
    assert scene.banned() == set()
    after = scene.store.incidents.get(incident.id)
    assert after is not None
    assert after.status == "open"
    assert any("is lifted" in line for line in timeline(scene, incident))
    assert len(scene.store.events.after(0, kinds=("notice.queued",))) == 2
    assert undo(scene.store, incident.id, actor=person) == ()


def test_after_an_undo_a_person_may_run_it_anew(scene: Scene, person: Ref) -> None:
    """Under another run, which is undone by its own name."""
    incident = leaked(scene)
    first = run(scene.store, "leaked-key", incident.id, actor=person)
    undo(scene.store, first.id, actor=person)
    second = run(scene.store, "leaked-key", incident.id, actor=person)

    assert second.id != first.id
    assert [one.state for one in runs(scene.store, incident.id)] == ["undone", "done"]
    assert len(scene.banned()) == 1
    assert undo(scene.store, first.id, actor=person) == ()
    assert len(undo(scene.store, second.id, actor=person)) == 3
    assert scene.banned() == set()


def test_what_cannot_be_taken_back_does_not_keep_the_rest(
    scene: Scene, person: Ref, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is answered as still done, and can be undone later."""
    incident = leaked(scene)
    run(scene.store, "leaked-key", incident.id, actor=person)
    with monkeypatch.context() as patch:
        patch.setattr(Notify, "undo", _broken)
        first = undo(scene.store, incident.id, actor=person)

    assert [step.state for step in first] == ["done", "undone", "undone"]
    assert "disk is full" in first[0].said.en
    assert scene.banned() == set()
    assert [step.step for step in undo(scene.store, incident.id, actor=person)] == ["notify"]


def test_a_ban_whose_action_was_lost_in_a_crash_is_undone_too(
    scene: Scene, person: Ref, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between the ban and the word that it was made."""
    incident = leaked(scene)
    do = Ban.do

    def killed(self: Ban, incident: Incident, args: dict[str, Any]) -> dict[str, Any]:
        do(self, incident, args)
        raise SystemExit(9)

    monkeypatch.setattr(Ban, "do", killed)
    with pytest.raises(SystemExit):
        run(scene.store, "leaked-key", incident.id, actor=person)
    assert len(scene.banned()) == 1
    assert scene.store.actions.of(incident.id) == []

    assert [step.step for step in undo(scene.store, incident.id, actor=person)] == ["ban"]
    assert scene.banned() == set()


def test_every_line_of_a_response_cites_an_event_that_exists(scene: Scene, person: Ref) -> None:
    """Done, undone, and done again."""
    incident = leaked(scene)
    run(scene.store, "leaked-key", incident.id, actor=person)
    undo(scene.store, incident.id, actor=person)
    found = scene.store.incidents.get(incident.id)

    assert found is not None
    assert len(found.timeline) > 5
    assert all(scene.store.events.get(moment.event) for moment in found.timeline)


def test_what_is_not_there_cannot_be_run_or_undone(scene: Scene, person: Ref) -> None:
    """And the error says so."""
    for wrong in ("inc_none", "run_none"):
        with pytest.raises(YanmenError, match="there is no"):
            undo(scene.store, wrong, actor=person)
    with pytest.raises(YanmenError, match="no incident"):
        run(scene.store, "leaked-key", "inc_none", actor=person)
    with pytest.raises(YanmenError, match="no playbook"):
        run(scene.store, "none", "inc_none", actor=person)
    with pytest.raises(YanmenError, match="no action"):
        undo_one(scene.store, "act_none", actor=person)


Step = st.one_of(
    st.tuples(st.just("run"), st.sampled_from(["leaked-key", "repeated-attack", "tell"])),
    st.tuples(st.just("ban"), st.sampled_from(["user:bob", "ip:203.0.113.7", "tenant:acme"])),
    st.tuples(st.just("undo"), st.just("")),
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(Step, max_size=5))
def test_undo_after_do_is_identity_on_what_stands(
    scene: Scene, person: Ref, steps: list[tuple[str, str]]
) -> None:
    """Whatever was done in an incident, and however often; bans from elsewhere are untouched."""
    incident = leaked(scene) if not scene.incidents() else scene.incidents()[0]
    ban(scene.store, Ref(kind="user", id="bob"), reason="elsewhere", lasts=3_600, actor=person)
    before = scene.banned()

    for verb, what in steps:
        if verb == "run":
            run(scene.store, what, incident.id, actor=person)
        elif verb == "ban":
            ban_in(scene.store, incident.id, Ref.parse(what), reason="x", lasts="1h", actor=person)
        else:
            undo(scene.store, incident.id, actor=person)
    undo(scene.store, incident.id, actor=person)

    assert scene.banned() == before


def _broken(*_: object) -> dict[str, Any]:
    raise OSError("disk is full")
