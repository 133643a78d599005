"""Incidents: what happened, what was done, and what an analyst can do about it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from yanmen.console.desk.house import AbsentError, Caller, House
from yanmen.console.desk.shapes import SEVERITIES, Asked, Id, Limit, Line, Nothing, SeverityWord, Shape
from yanmen.core.nouns import Action, Incident, Phrase
from yanmen.core.redaction import visible
from yanmen.soc import cases, response
from yanmen.soc.facts import facts_of
from yanmen.soc.playbook import in_force

Status = Literal["open", "contained", "closed"]


class AskedIncidents(Asked, frozen=True):
    """Which incidents to list."""

    status: Status | None = None
    before: Id = ""
    """Only incidents opened before this one."""
    limit: Limit = 100


class IncidentLine(Shape, frozen=True):
    """An incident in a list."""

    id: str
    opened: int
    status: Status
    severity: SeverityWord
    weight: int
    """The severity as a number, 0 to 4."""
    title: Phrase
    cause: str
    owner: str
    members: int
    last: int
    """When something last happened in it."""


class Incidents(Shape, frozen=True):
    """Incidents, the latest first."""

    incidents: list[IncidentLine]
    before: str
    """Ask with this for the next ones; nothing: there are none."""


class MomentShape(Shape, frozen=True):
    """A line of the timeline, with the event that proves it."""

    at: int
    event: str
    text: Phrase


class ActionShape(Shape, frozen=True):
    """Something that was done, and whether it still stands."""

    id: str
    at: int
    name: str
    playbook: str
    """The playbook that did it; nothing: a person."""
    said: Phrase
    """What was done, in words."""
    args: dict[str, Any]
    result: dict[str, Any]
    undone: int
    """When it was taken back; 0 while it stands."""


class IncidentShape(Shape, frozen=True):
    """An incident, whole."""

    line: IncidentLine
    summary: Phrase
    members: list[str]
    timeline: list[MomentShape]
    actions: list[ActionShape]
    waiting: list[str]
    """Playbooks that wait for a person's word."""
    facts: dict[str, Any]


class PlaybookShape(Shape, frozen=True):
    """A playbook that can be run."""

    name: str
    title: Phrase
    approval: Literal["automatic", "ask"]
    steps: list[str]


class Playbooks(Shape, frozen=True):
    """Every playbook."""

    playbooks: list[PlaybookShape]


class AskedUndo(Asked, frozen=True):
    """Whether to take back what was done, or only say what would be."""

    dry_run: bool = False


class AskedRun(Asked, frozen=True):
    """Which playbook to run."""

    playbook: Annotated[str, Meta(min_length=1, max_length=100)]
    dry_run: bool = False


class AskedClose(Asked, frozen=True):
    """Why an incident is closed."""

    reason: Line


class AskedAssign(Asked, frozen=True):
    """Who takes an incident; nothing: nobody."""

    owner: Annotated[str, Meta(max_length=100)]


class StepShape(Shape, frozen=True):
    """One step of a run, or one action by hand."""

    step: str
    act: str
    args: dict[str, Any]
    action: str
    """Id of the action, whether or not it was done."""
    state: Literal["missing", "failed", "done", "undone"]
    at: int
    said: Phrase
    """What was done, in words; of a failed step what went wrong."""


class Steps(Shape, frozen=True):
    """What was done, or would be."""

    dry_run: bool
    steps: list[StepShape]


def incidents(house: House, caller: Caller, asked: AskedIncidents) -> Incidents:
    """Incidents, the latest first."""
    del caller
    found = house.store.incidents.list(asked.status, asked.limit + 1, asked.before or None)
    shown = found[: asked.limit]
    more = shown[-1].id if len(found) > asked.limit else ""
    return Incidents(incidents=[line_of(one) for one in shown], before=more)


def incident(house: House, caller: Caller, asked: str) -> IncidentShape:
    """One incident, whole: what happened, and what was done."""
    del caller
    found = get(house, asked)
    return IncidentShape(
        line=line_of(found),
        summary=found.summary,
        members=[str(member) for member in found.members],
        timeline=[
            MomentShape(at=moment.at, event=moment.event, text=moment.text) for moment in found.timeline
        ],
        actions=[_action(action) for action in house.store.actions.of(found.id)],
        waiting=list(facts_of(found).waiting),
        facts=found.facts,
    )


def playbooks(house: House, caller: Caller, asked: Nothing) -> Playbooks:
    """Every playbook there is: the built-in ones, and those in the data folder.

    Raises YanmenError where one of these is bad.
    """
    del caller, asked
    return Playbooks(
        playbooks=[
            PlaybookShape(
                name=book.playbook,
                title=book.title,
                approval=book.approval,
                steps=[step.act for step in book.steps],
            )
            for book in in_force(house.store.folder)
        ]
    )


def undo(house: House, caller: Caller, name: str, asked: AskedUndo) -> Steps:
    """Take back all that stands of an incident's response, the latest first."""
    get(house, name)
    done = response.undo(house.store, name, actor=caller.ref, dry_run=asked.dry_run)
    return Steps(dry_run=asked.dry_run, steps=[_step(one) for one in done])


def run(house: House, caller: Caller, name: str, asked: AskedRun) -> Steps:
    """Do what is missing of a playbook's run on an incident."""
    get(house, name)
    done = response.run(house.store, asked.playbook, name, actor=caller.ref, dry_run=asked.dry_run)
    return Steps(dry_run=asked.dry_run, steps=[_step(one) for one in done.steps])


def close(house: House, caller: Caller, name: str, asked: AskedClose) -> IncidentShape:
    """Close an incident; what was done about it stays done."""
    get(house, name)
    cases.close(house.store, name, actor=caller.ref, note=asked.reason)
    return incident(house, caller, name)


def assign(house: House, caller: Caller, name: str, asked: AskedAssign) -> IncidentShape:
    """Say who takes an incident."""
    get(house, name)
    cases.assign(house.store, name, asked.owner, actor=caller.ref)
    return incident(house, caller, name)


def get(house: House, incident: str) -> Incident:
    """An incident by its id; AbsentError where there is none."""
    found = house.store.incidents.get(incident)
    if found is None:
        raise AbsentError(
            Phrase(en=f"there is no incident {visible(incident)}", zh=f"没有事件 {visible(incident)}")
        )
    return found


def line_of(found: Incident) -> IncidentLine:
    """An incident as a line of a list."""
    return IncidentLine(
        id=found.id,
        opened=found.opened,
        status=found.status,
        severity=SEVERITIES[found.severity],
        weight=int(found.severity),
        title=found.title,
        cause=found.cause,
        owner=found.owner,
        members=len(found.members),
        last=max((moment.at for moment in found.timeline), default=found.opened),
    )


def _action(action: Action) -> ActionShape:
    said = action.result.get("said")
    return ActionShape(
        id=action.id,
        at=action.at,
        name=action.name,
        playbook=action.playbook,
        said=msgspec.convert(said, Phrase) if said else Phrase(en="", zh=""),
        args=action.args,
        result=action.result,
        undone=action.undone,
    )


def _step(done: response.Done) -> StepShape:
    return StepShape(
        step=done.step,
        act=done.act,
        args=done.args,
        action=done.action,
        state=done.state,
        at=done.at,
        said=done.said,
    )
