"""Runs of playbooks and their undoing. A run done again does only what is missing; each step is an action in the store."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any, Literal

import msgspec

from yanmen.core.clock import now
from yanmen.core.errors import YanmenError
from yanmen.core.ids import new_id
from yanmen.core.nouns import Action, Event, Incident, Noun, Phrase, Ref
from yanmen.core.redaction import visible
from yanmen.soc import playbook as playbooks
from yanmen.soc.context import Context, act
from yanmen.soc.desk import WAIT_SECONDS, change, with_moment
from yanmen.soc.facts import facts_data, facts_of
from yanmen.soc.identity import derived_id
from yanmen.soc.playbook import Playbook
from yanmen.store import Store
from yanmen.store.locks import held

RUNS = 100
"""Most runs of one playbook on one incident; each but the last was undone."""
_SHOW = Phrase(en="See `yanmen incidents show`.", zh="请用 `yanmen incidents show` 查看。")

State = Literal["missing", "failed", "done", "undone"]

_log = logging.getLogger(__name__)


class Done(Noun, frozen=True):
    """One step of a run, or one action taken by hand, and how it stands."""

    step: str
    act: str
    args: dict[str, Any]
    action: str
    """The action's id, whether or not it was done yet."""
    state: State
    at: int = 0
    said: Phrase = Phrase(en="", zh="")
    """What was done, in words; of a failed step what went wrong."""


class Run(Noun, frozen=True):
    """One run of a playbook on an incident."""

    id: str
    playbook: str
    incident: str
    state: State
    """``missing``: not begun; ``failed``: something is still to be done; ``undone``: taken back, wholly or in part."""
    steps: tuple[Done, ...]


def run(
    store: Store,
    playbook: str,
    incident: str,
    *,
    actor: Ref | None = None,
    dry_run: bool = False,
    books: Sequence[Playbook] = (),
) -> Run:
    """Do what is missing of a playbook's run on an incident; after an undo, begin a new run.

    A step that fails is recorded, the others are done all the same; run it again to try once more. ``dry_run`` answers what
    would be done and changes nothing. Raises YanmenError where there is no such playbook or incident.
    """
    book = playbooks.named(books or playbooks.in_force(store.folder), playbook)
    if dry_run:
        return _current(store, book, _incident(store, incident))
    who = actor or Ref(kind="playbook", id=book.playbook)
    with held(store.lock("soc-run")):
        found = _incident(store, incident)
        planned = _current(store, book, found)
        missing = [step for step in planned.steps if step.state != "done"]
        if planned.state == "missing":
            _note_run(store, planned, who)
        for step in missing:
            _do(store, planned, step, who)
        if missing:
            _not_waiting(store, incident, book.playbook, who)
        return _current(store, book, found)


def undo(store: Store, what: str, *, actor: Ref, dry_run: bool = False) -> tuple[Done, ...]:
    """Take back all that stands of an incident's response, or of one run, the latest first.

    What cannot be taken back is answered as ``done`` with the problem; all else is taken back. Undoing what is undone
    changes nothing. Raises YanmenError where there is nothing of this name.
    """
    if dry_run:
        return tuple(told(action) for action in _standing(store, what))
    with held(store.lock("soc-run")):
        return tuple(_undone(store, action, actor) for action in _standing(store, what))


def undo_one(store: Store, action: str, *, actor: Ref) -> Done:
    """Take back one action; YanmenError when there is none of this id."""
    with held(store.lock("soc-run")):
        found = store.actions.get(action)
        if found is None:
            raise YanmenError(
                Phrase(en=f"there is no action {visible(action)}", zh=f"没有处置 {visible(action)}"),
                hint=_SHOW,
            )
        return told(found) if found.undone else _undone(store, found, actor)


def runs(store: Store, incident: str, books: Sequence[Playbook] = ()) -> list[Run]:
    """Every run that was begun on an incident, in the order of the playbooks' names, older first."""
    found = _incident(store, incident)
    taken = {action.id: action for action in store.actions.of(incident)}
    answer = []
    for book in books or playbooks.in_force(store.folder):
        for number in range(RUNS):
            one = _planned(store, book, found, number, taken)
            if one.state == "missing":
                break
            answer.append(one)
    return answer


def by_hand(store: Store, incident: str, name: str, args: dict[str, Any], actor: Ref) -> Done:
    """Do one act on an incident at a person's word; it is undone with the rest. Raises whatever the act raises."""
    found = _incident(store, incident)
    step = Done(step=name, act=name, args=args, action=new_id("act"), state="missing")
    with held(store.lock("soc-run")):
        result = act(name, Context(store=store, actor=actor, key=step.action)).do(found, args)
        return told(_record(store, found.id, step, "", result, {}, actor))


def _incident(store: Store, name: str) -> Incident:
    found = store.incidents.get(name)
    if found is None:
        raise YanmenError(
            Phrase(en=f"there is no incident {visible(name)}", zh=f"没有事件 {visible(name)}"),
            hint=Phrase(en="See `yanmen incidents list`.", zh="现有事件见 `yanmen incidents list`。"),
        )
    return found


def _current(store: Store, book: Playbook, incident: Incident) -> Run:
    """The first run that was not undone, begun or not."""
    taken = {action.id: action for action in store.actions.of(incident.id)}
    for number in range(RUNS):
        one = _planned(store, book, incident, number, taken)
        if one.state != "undone":
            return one
    raise YanmenError(
        Phrase(
            en=f"{book.playbook} was run and undone {RUNS} times",
            zh=f"{book.playbook} 已执行并撤销 {RUNS} 次，达到上限",
        ),
        hint=Phrase(en="Close the incident.", zh="请关闭该事件。"),
    )


def _planned(store: Store, book: Playbook, incident: Incident, number: int, taken: dict[str, Action]) -> Run:
    """A run as it stands: its steps with what became of each."""
    name = derived_id("run", incident.opened, incident.id, book.playbook, str(number))
    values = playbooks.names(incident)
    steps = []
    for step in book.steps:
        key = derived_id("act", incident.opened, name, step.step)
        action = taken.get(key)
        if action is not None:
            steps.append(msgspec.structs.replace(told(action), step=step.step))
            continue
        failure = _failure(store, key)
        steps.append(
            Done(
                step=step.step,
                act=step.act,
                args=playbooks.filled(step.args, values),
                action=key,
                state="failed" if failure else "missing",
                said=failure or Phrase(en="", zh=""),
            )
        )
    states = {step.state for step in steps}
    state: State = "undone" if "undone" in states else "done" if states == {"done"} else "failed"
    return Run(
        id=name,
        playbook=book.playbook,
        incident=incident.id,
        state="missing" if states == {"missing"} else state,
        steps=tuple(steps),
    )


def _do(store: Store, planned: Run, step: Done, actor: Ref) -> None:
    """One step; its failure is recorded, whatever it is."""
    incident = _incident(store, planned.incident)
    try:
        result = act(step.act, Context(store=store, actor=actor, key=step.action)).do(incident, step.args)
    except Exception as error:  # noqa: BLE001  # the job loop: a step that fails must not stop those after it
        _log.warning("%s: step %s of %s failed", incident.id, step.step, planned.playbook, exc_info=True)
        _fail(store, planned, step, _problem(error), actor)
        return
    _record(store, incident.id, step, planned.playbook, result, {"run": planned.id, "step": step.step}, actor)


def _record(
    store: Store,
    incident: str,
    step: Done,
    book: str,
    result: dict[str, Any],
    undoing: dict[str, Any],
    actor: Ref,
) -> Action:
    """Write that a step was done, and a line about it in the incident."""
    action = Action(
        id=step.action,
        at=now(),
        name=step.act,
        incident=incident,
        args=step.args,
        result=result,
        undo=undoing,
        playbook=book,
    )
    event = _event(
        "action.done", Ref(kind="action", id=action.id), actor, {"action": msgspec.to_builtins(action)}
    )
    _tell(store, incident, event, _said(result), actor)
    return action


def _fail(store: Store, planned: Run, step: Done, problem: Phrase, actor: Ref) -> None:
    said = Phrase(
        en=f"Step {step.step} of {planned.playbook} failed: {problem.en}",
        zh=f"剧本 {planned.playbook} 的步骤 {step.step} 失败：{problem.zh}",
    )
    data = {
        "incident": planned.incident,
        "run": planned.id,
        "step": step.step,
        "said": msgspec.to_builtins(said),
    }
    _tell(
        store,
        planned.incident,
        _event("action.failed", Ref(kind="action", id=step.action), actor, data),
        said,
        actor,
    )


def _problem(error: Exception) -> Phrase:
    """What went wrong, as it is recorded: in words where there are some, else the error's kind and text."""
    if isinstance(error, YanmenError):
        return Phrase(en=visible(error.say("en")), zh=visible(error.say("zh")))
    text = visible(f"{type(error).__name__}: {error}")
    return Phrase(en=text, zh=text)


def _undone(store: Store, action: Action, actor: Ref) -> Done:
    """Take one action back."""
    standing = told(action)
    subject = Ref(kind="action", id=action.id)
    if store.actions.get(action.id) is None:
        done = _event("action.done", subject, actor, {"action": msgspec.to_builtins(action)})
        store.append(done).result(WAIT_SECONDS)
    try:
        result = act(action.name, Context(store=store, actor=actor, key=action.id)).undo(action.result)
    except Exception as error:  # noqa: BLE001  # the job loop: one act that cannot be undone must not keep the others
        _log.warning("%s: %s cannot be undone", action.incident, action.name, exc_info=True)
        problem = _problem(error)
        said = Phrase(
            en=f"{action.name} could not be taken back: {problem.en}",
            zh=f"{action.name} 撤销失败：{problem.zh}",
        )
        event = _event(
            "action.failed", subject, actor, {"incident": action.incident, "said": msgspec.to_builtins(said)}
        )
        _tell(store, action.incident, event, said, actor)
        return msgspec.structs.replace(standing, said=said)
    event = _event("action.undone", subject, actor, {"action": action.id, "result": result})
    _tell(store, action.incident, event, _said(result), actor)
    return msgspec.structs.replace(standing, state="undone", said=_said(result))


def _standing(store: Store, what: str) -> list[Action]:
    """The actions not taken back of an incident or a run, the latest first."""
    run_id = what if what.startswith("run_") else ""
    incident = what
    if run_id:
        begun = store.events.of(Ref(kind="run", id=run_id), limit=1)
        if not begun:
            raise YanmenError(
                Phrase(en=f"there is no run {visible(what)}", zh=f"没有执行记录 {visible(what)}"), hint=_SHOW
            )
        incident = str(begun[0].event.data["incident"])
    found = _incident(store, incident)
    taken = [*store.actions.of(found.id), *_unrecorded(store, found)]
    standing = [
        action for action in taken if not action.undone and (not run_id or action.undo.get("run") == run_id)
    ]
    return standing[::-1]


def _unrecorded(store: Store, incident: Incident) -> list[Action]:
    """Bans that stand for an incident though a crash kept their action from being written: they are undone with the rest."""
    taken = {action.id for action in store.actions.of(incident.id)}
    steps = {
        step.action: (one, step)
        for one in (_planned(store, book, incident, 0, {}) for book in playbooks.in_force(store.folder))
        for step in one.steps
    }
    actions = []
    for decision in store.decisions.standing(now()):
        key = str(decision.terms.get("action", ""))
        if decision.terms.get("incident") != incident.id or not key or key in taken:
            continue
        run_of, step = steps.get(key, (None, None))
        action = Action(
            id=key,
            at=decision.at,
            name="ban",
            incident=incident.id,
            args=step.args if step else {},
            result={"decision": decision.id, "subject": str(decision.subject), "until": decision.until},
            undo={"run": run_of.id, "step": step.step} if run_of and step else {},
            playbook=run_of.playbook if run_of else "",
        )
        actions.append(action)
    return actions


def _note_run(store: Store, planned: Run, actor: Ref) -> None:
    """Write which incident a run is about; the first step's own write makes it durable."""
    data = {"incident": planned.incident, "playbook": planned.playbook}
    store.append(_event("playbook.started", Ref(kind="run", id=planned.id), actor, data))


def _not_waiting(store: Store, incident: str, book: str, actor: Ref) -> None:
    """Whoever was asked has answered."""

    def edit(found: Incident, _: str) -> Incident:
        facts = facts_of(found)
        if book not in facts.waiting:
            return found
        rest = tuple(name for name in facts.waiting if name != book)
        return msgspec.structs.replace(found, facts=facts_data(msgspec.structs.replace(facts, waiting=rest)))

    change(store, incident, edit, actor)


def _tell(store: Store, incident: str, event: Event, said: Phrase, actor: Ref) -> None:
    """Write an event and, where there is something to say, a line in the incident that cites it: together, durably."""

    def edit(found: Incident, _: str) -> Incident:
        return with_moment(found, event.id, said, event.at) if said.en else found

    change(store, incident, edit, actor, also=(event,))


def _failure(store: Store, action: str) -> Phrase | None:
    """What went wrong at the last try of a step that was not done."""
    tried = store.events.of(Ref(kind="action", id=action), limit=50)
    failed = [one for one in tried if one.event.kind == "action.failed"]
    return (
        msgspec.convert(max(failed, key=lambda one: one.seq).event.data["said"], Phrase) if failed else None
    )


def told(action: Action) -> Done:
    """An action as a step that was done."""
    return Done(
        step=str(action.undo.get("step") or action.name),
        act=action.name,
        args=action.args,
        action=action.id,
        state="undone" if action.undone else "done",
        at=action.at,
        said=_said(action.result),
    )


def _said(result: dict[str, Any]) -> Phrase:
    said = result.get("said")
    return msgspec.convert(said, Phrase) if said else Phrase(en="", zh="")


def _event(kind: str, subject: Ref, actor: Ref, data: dict[str, Any]) -> Event:
    return Event(id=new_id("evt"), at=now(), kind=kind, actor=actor, subject=subject, data=data)
