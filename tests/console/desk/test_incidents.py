"""What an analyst does with incidents."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from yanmen.console.desk import incidents as desk
from yanmen.console.desk.house import AbsentError
from yanmen.console.desk.incidents import AskedAssign, AskedClose, AskedIncidents, AskedRun, AskedUndo
from yanmen.console.desk.shapes import Nothing
from yanmen.core.clock import now
from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Ref

if TYPE_CHECKING:
    from tests.console.conftest import Scene


def test_a_response_is_run_seen_and_taken_back(scene: Scene) -> None:
    """The dry runs change nothing; the ban stands, then does not."""
    _, key = scene.key()
    subject = Ref(kind="key", id=key.id)
    name = scene.incident(subject=subject).id
    house, caller = scene.house, scene.caller

    planned = desk.run(house, caller, name, AskedRun(playbook="leaked-key", dry_run=True))
    assert {step.state for step in planned.steps} == {"missing"}
    assert house.standing().refusal([subject], now()) is None

    desk.run(house, caller, name, AskedRun(playbook="leaked-key"))
    assert house.standing().refusal([subject], now()) is not None
    seen = desk.incident(house, caller, name)
    assert any(action.name == "ban" and not action.undone for action in seen.actions)

    assert desk.undo(house, caller, name, AskedUndo(dry_run=True)).steps
    assert house.standing().refusal([subject], now()) is not None
    desk.undo(house, caller, name, AskedUndo())
    assert house.standing().refusal([subject], now()) is None
    assert all(action.undone for action in desk.incident(house, caller, name).actions)


def test_closing_and_assigning_stand_in_the_timeline_with_who_did_it(scene: Scene) -> None:
    """And in the record."""
    name = scene.incident().id

    desk.assign(scene.house, scene.caller, name, AskedAssign(owner="alice"))
    closed = desk.close(scene.house, scene.caller, name, AskedClose(reason="known test"))

    assert closed.line.status == "closed"
    assert closed.line.owner == "alice"
    assert "known test" in closed.timeline[-1].text.en
    changed = scene.store.events.of(Ref(kind="incident", id=name))[-1].event
    assert changed.actor == scene.caller.ref


def test_incidents_are_listed_by_status(scene: Scene) -> None:
    """All, or those of one."""
    one = scene.incident()
    scene.incident(subject=Ref(kind="key", id="key_other"))
    desk.close(scene.house, scene.caller, one.id, AskedClose(reason="done"))

    listed = desk.incidents(scene.house, scene.caller, AskedIncidents(status="closed"))
    every = desk.incidents(scene.house, scene.caller, AskedIncidents())

    assert [line.id for line in listed.incidents] == [one.id]
    assert len(every.incidents) == 2


def test_what_is_not_there_is_said(scene: Scene) -> None:
    """An incident, or a playbook."""
    name = scene.incident().id
    with pytest.raises(AbsentError):
        desk.incident(scene.house, scene.caller, "inc_none")
    with pytest.raises(AbsentError):
        desk.undo(scene.house, scene.caller, "run_none", AskedUndo())
    with pytest.raises(YanmenError, match="no playbook"):
        desk.run(scene.house, scene.caller, name, AskedRun(playbook="none"))

    assert {book.name for book in desk.playbooks(scene.house, scene.caller, Nothing()).playbooks} >= {
        "leaked-key"
    }
