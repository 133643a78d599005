"""Switching: every switch is standing decisions made and lifted in one event-sourced step, which can be taken back whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from yanmen.core.clock import SECOND, now
from yanmen.core.errors import YanmenError
from yanmen.core.ids import new_id
from yanmen.core.nouns import FOREVER, Decision, Event, Noun, Phrase, Reason, Ref, Verdict
from yanmen.policy.modes import NORMAL, Mode
from yanmen.policy.standing import EVERYBODY, mode_of
from yanmen.soc.desk import WAIT_SECONDS
from yanmen.soc.wording import reason as own_words
from yanmen.store import Store
from yanmen.store.locks import held

KIND = "mode.switched"
SWITCH = Ref(kind="mode", id="*")
"""The subject of every switch: by it they are found."""
MOST = 500
"""Switches that are read back."""


class Standing(Noun, frozen=True):
    """A mode that stands."""

    mode: str
    level: int
    by: str
    """``operator``, ``trigger:ID``, ``schedule:ID`` or ``drill``."""
    decision: Decision


class Switch(Noun, frozen=True, forbid_unknown_fields=False):
    """One switch, as its event tells it."""

    before: str
    after: str
    by: str
    reason: str
    made: tuple[str, ...] = ()
    """Decisions that were made …"""
    lifted: tuple[str, ...] = ()
    """… and lifted."""
    undoes: str = ""
    """Id of the switch that this one takes back."""
    id: str = ""
    at: int = 0
    actor: str = ""


def standing(store: Store, at: int | None = None) -> list[Standing]:
    """The modes that stand at a time, the one in force first."""
    found = []
    for decision in store.decisions.standing(now() if at is None else at):
        said = mode_of(decision)
        if said is not None:
            found.append(Standing(mode=said.name, level=said.level, by=said.by, decision=decision))
    return sorted(found, key=lambda one: (-one.level, -one.decision.at))


def in_force(store: Store, at: int | None = None) -> str:
    """The name of the mode in force; ``normal`` where none stands."""
    found = standing(store, at)
    return found[0].mode if found else NORMAL


def switch(
    store: Store,
    to: Mode | None,
    *,
    reason: str,
    actor: Ref,
    lasts: int = FOREVER,
    by: str = "operator",
    name: str = "",
) -> Switch:
    """Put a mode in force for so many seconds; None: back to normal. Durable on return.

    A person's word ends stricter modes that stand, and replaces its own like; a trigger's or schedule's only adds to them.
    Less strict modes stay as they are and hold again afterwards. ``name``: the decision's id, where the caller has one.
    """
    if lasts < 1:
        raise YanmenError(
            Phrase(en="a mode lasts a second at least", zh="模式至少持续一秒"),
            hint=Phrase(en="Write for example 2h.", zh="例如写 2h。"),
        )
    with held(store.lock("soc-modes")):
        there = standing(store)
        if to is None:
            leaving = there
        elif by == "operator":
            leaving = [one for one in there if one.level > to.level or one.mode == to.name]
        else:
            leaving = [one for one in there if one.by == by and one.mode == to.name]
        made = [] if to is None else [_decision(to.name, to.level, to.limits, lasts, reason, by, name)]
        return _record(store, there, made, leaving, reason=reason, by=by, actor=actor)


def undo(store: Store, done: Switch, *, reason: str, actor: Ref) -> Switch:
    """Take a switch back: what it made is lifted, what it lifted stands again for the time it had left. Durable on return."""
    with held(store.lock("soc-modes")):
        there = standing(store)
        leaving = [one for one in there if one.decision.id in done.made]
        again = [_again(store, name) for name in done.lifted]
        made = [one for one in again if one is not None]
        if not leaving and not made:
            raise YanmenError(
                Phrase(en=f"nothing of {done.id} stands any more", zh=f"{done.id} 已无可撤销的内容"),
                hint=Phrase(en="See `yanmen modes history`.", zh="切换记录见 `yanmen modes history`。"),
            )
        return _record(store, there, made, leaving, reason=reason, by="operator", actor=actor, undoes=done.id)


def end(store: Store, mine: Standing, *, reason: str, actor: Ref, by: str) -> Switch:
    """Lift the decision of a mode that stands, and nothing else. Durable on return."""
    with held(store.lock("soc-modes")):
        there = standing(store)
        leaving = [one for one in there if one.decision.id == mine.decision.id]
        return _record(store, there, [], leaving, reason=reason, by=by, actor=actor)


def history(store: Store, limit: int = 50) -> list[Switch]:
    """The last switches, the newest first."""
    found = store.events.of(SWITCH, min(limit, MOST))
    return [_read(one.event) for one in reversed(found)]


def find(store: Store, start: str) -> Switch:
    """The switch whose id begins so; nothing: the last one. YanmenError where there is none, or more than one."""
    done = history(store, MOST)
    found = [one for one in done if one.id.startswith(start)] if start else done[:1]
    if len(found) == 1:
        return found[0]
    raise YanmenError(
        Phrase(en="several switches begin so", zh="有多条切换记录以此开头")
        if found
        else Phrase(en="there is no such switch", zh="没有这条切换记录"),
        hint=Phrase(en="See `yanmen modes history`.", zh="切换记录见 `yanmen modes history`。"),
    )


def _record(
    store: Store,
    there: Sequence[Standing],
    made: Sequence[Decision],
    leaving: Sequence[Standing],
    *,
    reason: str,
    by: str,
    actor: Ref,
    undoes: str = "",
) -> Switch:
    """Write it all at once."""
    gone = {one.decision.id for one in leaving}
    after = [(one.level, one.mode) for one in there if one.decision.id not in gone]
    for decision in made:
        said = mode_of(decision)
        if said is not None:
            after.append((said.level, said.name))
    done = Switch(
        before=there[0].mode if there else NORMAL,
        after=max(after)[1] if after else NORMAL,
        by=by,
        reason=own_words(reason),
        made=tuple(one.id for one in made),
        lifted=tuple(sorted(gone)),
        undoes=undoes,
    )
    at, data = now(), msgspec.to_builtins(done)
    for told in ("id", "at", "actor"):
        del data[told]
    switched = _event(KIND, actor, SWITCH, at, data)
    events = [
        switched,
        *(
            _event("decision.made", actor, one.subject, at, {"decision": msgspec.to_builtins(one)})
            for one in made
        ),
        *(
            _event(
                "decision.lifted",
                actor,
                one.decision.subject,
                at,
                {"decision": one.decision.id, "reason": done.reason},
            )
            for one in leaving
        ),
    ]
    store.append(*events).result(WAIT_SECONDS)
    return _read(switched)


def _event(kind: str, actor: Ref, subject: Ref, at: int, data: dict[str, object]) -> Event:
    return Event(id=new_id("evt"), at=at, kind=kind, actor=actor, subject=subject, data=data)


def _decision(
    mode: str, level: int, limits: Mapping[str, object], lasts: int, reason: str, by: str, name: str = ""
) -> Decision:
    terms: dict[str, object] = {"mode": {"name": mode, "level": level, "by": by}}
    if limits:
        terms["limits"] = dict(limits)
    return Decision(
        id=name or new_id("dec"),
        at=now(),
        subject=EVERYBODY,
        verdict=Verdict.ALLOW,
        because=(Reason(rule="mode", by=by, note=own_words(reason)),),
        policy="operator" if by == "operator" else by,
        lasts=min(lasts, FOREVER),
        terms=terms,
    )


def _again(store: Store, name: str) -> Decision | None:
    """A lifted decision made anew for the time it had left; None: none is left."""
    old = store.decisions.get(name)
    said = mode_of(old) if old is not None else None
    if old is None or said is None:
        return None
    left = FOREVER if old.lasts >= FOREVER else (old.until - now()) // SECOND
    if left < 1:
        return None
    limits = old.terms.get("limits")
    note = old.because[0].note if old.because else ""
    return _decision(said.name, said.level, limits if isinstance(limits, dict) else {}, left, note, said.by)


def _read(event: Event) -> Switch:
    return msgspec.convert(
        {**event.data, "id": event.id, "at": event.at, "actor": str(event.actor or "")}, Switch
    )
