"""The desk where incidents lie: every change of one is made here, whole and under one lock, whoever makes it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec

from yanmen.core.clock import now
from yanmen.core.errors import YanmenError
from yanmen.core.ids import new_id
from yanmen.core.nouns import Event, Incident, Moment, Phrase, Ref
from yanmen.soc import wording
from yanmen.soc.correlate import Batch, grade
from yanmen.soc.facts import Calls, Facts, Sign, facts_data, facts_of
from yanmen.soc.signs import call_sign
from yanmen.store import Store
from yanmen.store.locks import held

SOC = Ref(kind="process", id="soc")
"""Who acts when no person does."""
WAIT_SECONDS = 30.0
"""How long the store may take to make a change durable."""
FIRST, LAST = 10, 30
"""Moments and members of an incident that are kept: so many of the first, so many of the last."""
HISTORY = 5_000
"""Past calls of a leaked key that are looked at when its incident opens."""

Kept = TypeVar("Kept")

Edit = Callable[[Incident, str], Incident]
"""Answers the incident as it should be, given as it is and the id of the event that will say so."""


def change(store: Store, incident: str, edit: Edit, actor: Ref, also: Sequence[Event] = ()) -> Incident:
    """Change an incident as it stands now; durable on return, together with the events given.

    Raises YanmenError when there is no such incident.
    """
    with held(store.lock("soc-desk")):
        before = store.incidents.get(incident)
        if before is None:
            raise YanmenError(
                Phrase(en=f"there is no incident {incident}", zh=f"没有事件 {incident}"),
                hint=Phrase(en="See `yanmen incidents list`.", zh="现有事件见 `yanmen incidents list`。"),
            )
        event = new_id("evt")
        after = edit(before, event)
        events = list(also)
        if after != before:
            events.append(_event("incident.changed", after, actor, event))
        if events:
            store.append(*events).result(WAIT_SECONDS)
        return after


def record(store: Store, batch: Batch, through: int) -> Incident:
    """Write what a batch says of its incident, opening it if need be. Said twice, it counts once."""
    with held(store.lock("soc-desk")):
        before = store.incidents.get(batch.incident)
        if before is None:
            after, kind = _opened(store, batch, through), "incident.opened"
        else:
            counted = facts_of(before).through
            after = _grown(before, [sign for sign in batch.signs if sign.seq > counted], batch.peak, through)
            kind = "incident.changed"
        if after != before:
            store.append(_event(kind, after, SOC, new_id("evt"))).result(WAIT_SECONDS)
        return after


def with_moment(incident: Incident, event: str, text: Phrase, at: int = 0) -> Incident:
    """The incident with a line more in its timeline."""
    line = Moment(at=at or now(), event=event, text=text)
    return msgspec.structs.replace(incident, timeline=_kept((*incident.timeline, line)))


def _event(kind: str, incident: Incident, actor: Ref, name: str) -> Event:
    return Event(
        id=name,
        at=now(),
        kind=kind,
        actor=actor,
        subject=Ref(kind="incident", id=incident.id),
        data={"incident": msgspec.to_builtins(incident)},
    )


def _opened(store: Store, batch: Batch, through: int) -> Incident:
    first = batch.signs[-1]
    subject = first.subject
    key = store.keys.get(subject.id) if subject.kind == "key" else None
    facts = Facts(subject=str(subject), name=wording.reason(key.name) if key else "")
    if batch.cause.startswith("key.leaked/"):
        facts = msgspec.structs.replace(facts, calls=_history(store, subject, through))
    empty = Incident(
        id=batch.incident,
        opened=first.at,
        status="open",
        severity=max(sign.severity for sign in batch.signs),
        cause=batch.cause,
        title=Phrase(en="", zh=""),
        members=(subject,),
        facts=facts_data(facts),
    )
    return _grown(empty, [sign for sign in batch.signs if sign.part != "use"], batch.peak, through)


def _grown(incident: Incident, signs: Sequence[Sign], peak: int, through: int) -> Incident:
    """The incident with signs more, all its sentences made again."""
    if not signs:
        return incident
    facts = facts_of(incident)
    members, timeline, severity = incident.members, incident.timeline, incident.severity
    for sign in signs:
        known_use = sign.part == "use" and facts.calls.last > facts.last
        facts = facts.with_sign(sign)
        if known_use:
            continue
        if sign.member is not None and sign.member not in members:
            members = _kept((*members, sign.member))
        timeline = _kept((*timeline, Moment(at=sign.at, event=sign.event, text=wording.moment(sign))))
        severity = max(severity, sign.severity)
    if any(sign.part == "attack" for sign in signs):
        severity = max(severity, grade(peak))
        facts = msgspec.structs.replace(facts, peak=max(facts.peak, peak))
    facts = msgspec.structs.replace(facts, through=max(facts.through, through))
    return msgspec.structs.replace(
        incident,
        severity=severity,
        title=wording.title(incident.cause, facts),
        members=members,
        timeline=timeline,
        summary=wording.summary(incident.cause, facts),
        facts=facts_data(facts),
    )


def _history(store: Store, key: Ref, through: int) -> Calls:
    """What was done with a key up to a place in the log."""
    calls = Calls()
    recorded = store.events.of(key, limit=HISTORY)
    for one in sorted(recorded, key=lambda one: one.seq):
        if one.seq <= through and one.event.actor == key and one.event.kind.startswith("call."):
            calls = calls.with_call(call_sign(one, "", key))
    return msgspec.structs.replace(calls, cut=len(recorded) >= HISTORY)


def _kept(items: tuple[Kept, ...]) -> tuple[Kept, ...]:
    return items if len(items) <= FIRST + LAST else (*items[:FIRST], *items[-LAST:])
