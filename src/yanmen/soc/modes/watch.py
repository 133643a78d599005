"""Begins and ends modes by themselves: the schedules and triggers of the mode files, once a second, in the one watch that works."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from yanmen.core.clock import SECOND
from yanmen.core.errors import YanmenError
from yanmen.core.ids import new_id
from yanmen.core.nouns import Event, Ref
from yanmen.policy.modes import OWN, Mode, Times, Trigger, files_in, modes, seconds
from yanmen.policy.reloader import Sign, sign_of
from yanmen.soc.desk import SOC
from yanmen.soc.identity import derived_id
from yanmen.soc.modes.latch import Latch, State
from yanmen.soc.modes.rates import Rates
from yanmen.soc.modes.schedule import Stretch, stretch
from yanmen.soc.modes.switch import Standing, end, history, standing, switch
from yanmen.store import Recorded, Store

KINDS = ("call.", "transport.refused", "registration.judged")
"""The events that are counted."""
_PAUSE = 1 * SECOND


class Armed(NamedTuple):
    """A trigger of a mode, and what it remembers."""

    mode: Mode
    trigger: Trigger
    latch: Latch

    @property
    def by(self) -> str:
        """What its switches are known by."""
        return f"trigger:{self.mode.name}/{self.trigger.id}"


class Emergencies:
    """The triggers and schedules of the modes that are known."""

    def __init__(self, store: Store, *, automatic: bool = True) -> None:
        """Take up what stands. ``automatic``: false: what would begin is said (``mode.advised``), and a person decides."""
        self._store = store
        self._automatic = automatic
        self._rates = Rates()
        self._due = 0
        self._sign: Sign | None = None
        self._modes: Mapping[str, Mode] = {}
        self._armed: list[Armed] = []
        self._look_at_files()

    def take(self, recorded: Recorded) -> None:
        """Count an event."""
        self._rates.take(recorded.event)

    def step(self, at: int) -> None:
        """Begin and end what is due."""
        if at < self._due:
            return
        self._due = at + _PAUSE
        self._look_at_files()
        there = standing(self._store, at)
        for armed in self._armed:
            self._trigger(armed, at, there)
        for mode in self._modes.values():
            for times in mode.text.schedule:
                found = stretch(times, at)
                if found is not None:
                    self._scheduled(mode, times, found, at)

    def _look_at_files(self) -> None:
        """Take up mode files that have changed; bad ones leave in force what was known (the gateway says so of them)."""
        files = files_in(self._store.folder / OWN)
        if (sign := sign_of(files)) == self._sign:
            return
        self._sign = sign
        try:
            self._modes = modes(files)
        except YanmenError:
            self._modes = self._modes or modes()
        known = {(armed.by, armed.trigger): armed.latch for armed in self._armed}
        past = _past(self._store)
        self._armed = []
        for mode in self._modes.values():
            for trigger in mode.text.triggers:
                by = f"trigger:{mode.name}/{trigger.id}"
                latch = known.get((by, trigger)) or Latch(trigger, state=past.get(by, "off"))
                self._armed.append(Armed(mode, trigger, latch))

    def _trigger(self, armed: Armed, at: int, there: list[Standing]) -> None:
        mode, trigger, latch = armed
        mine = next((one for one in there if one.by == armed.by and one.mode == mode.name), None)
        value = self._rates.value(trigger.measure, seconds(trigger.over), at, trigger.least)
        word = latch.step(value, at, stands=mine is not None or not self._automatic)
        number = "" if value is None else f"{value:g}"
        if word == "begin":
            self._begin(armed, f"{trigger.measure} {number} ≥ {trigger.enter:g} ({trigger.over})")
        elif word == "end" and mine is not None:
            reason = f"{trigger.measure} {number or '0'} < {trigger.leave:g} ({trigger.rest})"
            end(self._store, mine, reason=reason, actor=_actor(armed.by), by=armed.by)
        elif latch.state == "on" and mine is not None and self._ends_soon(mode, mine, at):
            self._begin(armed, "renewed")

    def _begin(self, armed: Armed, reason: str) -> None:
        mode = armed.mode
        if self._automatic:
            lasts = seconds(mode.text.longest)
            switch(self._store, mode, reason=reason, actor=_actor(armed.by), lasts=lasts, by=armed.by)
            return
        data = {"mode": mode.name, "by": armed.by, "reason": reason}
        self._store.append_soon(
            Event(id=new_id("evt"), at=self._due, kind="mode.advised", actor=SOC, data=data)
        )

    @staticmethod
    def _ends_soon(mode: Mode, mine: Standing, at: int) -> bool:
        return mine.decision.until - at < seconds(mode.text.longest) * SECOND // 2

    def _scheduled(self, mode: Mode, times: Times, found: Stretch, at: int) -> None:
        """Its decision has an id that follows from the stretch, so what a person lifted within it stays lifted."""
        by = f"schedule:{mode.name}/{times.id}"
        name = derived_id("dec", found.start, by, mode.digest)
        lasts = -(-(found.end - at) // SECOND)
        if self._store.decisions.get(name) is None and lasts > 0:
            switch(self._store, mode, reason=times.id, actor=_actor(by), lasts=lasts, by=by, name=name)


def _actor(by: str) -> Ref:
    kind, _, name = by.partition(":")
    return Ref(kind=kind, id=name)


def _past(store: Store) -> dict[str, State]:
    """The state of each trigger that has ever switched: on while its decision stands, muted where a person lifted it last."""
    on: dict[str, State] = {one.by: "on" for one in standing(store)}
    makers: dict[str, str] = {}
    ended: dict[str, State] = {}
    for done in reversed(history(store)):
        if done.by.startswith("trigger:"):
            makers.update(dict.fromkeys(done.made, done.by))
            ended.pop(done.by, None)
        elif not done.actor.startswith("trigger:"):
            for name in done.lifted:
                if name in makers:
                    ended[makers[name]] = "muted"
    return {**ended, **on}
