"""Modes: which there are, which stands, switching and taking a switch back."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from yanmen.console.desk.bans import Lasts
from yanmen.console.desk.house import AbsentError, Caller, House
from yanmen.console.desk.shapes import Asked, Line, Nothing, Shape
from yanmen.core.nouns import FOREVER, Phrase
from yanmen.policy.modes import NORMAL, OWN, Mode, files_in
from yanmen.policy.modes import modes as known_modes
from yanmen.soc import modes as switches
from yanmen.soc.modes import Switch


class ModeShape(Shape, frozen=True):
    """A mode that could be put in force."""

    mode: str
    level: int
    """Of several that stand the highest level holds."""
    title: Phrase
    about: Phrase
    stands: bool
    triggers: tuple[str, ...]
    """Ids of what begins it by itself."""
    schedules: tuple[str, ...]


class StandingMode(Shape, frozen=True):
    """A mode that stands."""

    mode: str
    by: str
    """``operator``, ``trigger:MODE/ID``, ``schedule:MODE/ID`` or ``drill``."""
    since: int
    until: int
    lasts: int
    reason: str


class Modes(Shape, frozen=True):
    """Everything about modes."""

    in_force: str
    """``normal`` while none stands."""
    standing: tuple[StandingMode, ...]
    modes: tuple[ModeShape, ...]
    history: tuple[Switch, ...]
    """The last switches, the newest first."""


class AskedSwitch(Asked, frozen=True):
    """Which mode to put in force; ``normal`` ends all."""

    mode: Annotated[str, Meta(min_length=1, max_length=64)]
    reason: Line
    lasts: Lasts = FOREVER


class AskedBack(Asked, frozen=True):
    """Why a switch is taken back."""

    reason: Line


def modes(house: House, caller: Caller, asked: Nothing) -> Modes:
    """The modes there are, those that stand, and the last switches."""
    del caller, asked
    standing = switches.standing(house.store, house.clock())
    names = {one.mode for one in standing}
    return Modes(
        in_force=standing[0].mode if standing else NORMAL,
        standing=tuple(
            StandingMode(
                mode=one.mode,
                by=one.by,
                since=one.decision.at,
                until=one.decision.until,
                lasts=one.decision.lasts,
                reason=one.decision.because[0].note if one.decision.because else "",
            )
            for one in standing
        ),
        modes=tuple(
            ModeShape(
                mode=mode.name,
                level=mode.level,
                title=mode.text.title.phrase,
                about=mode.text.about.phrase,
                stands=mode.name in names,
                triggers=tuple(one.id for one in mode.text.triggers),
                schedules=tuple(one.id for one in mode.text.schedule),
            )
            for mode in _known(house).values()
        ),
        history=tuple(switches.history(house.store, 20)),
    )


def switch_mode(house: House, caller: Caller, asked: AskedSwitch) -> Switch:
    """Put a mode in force at every door, or end all that stand."""
    found = None if asked.mode == NORMAL else _known(house).get(asked.mode)
    if found is None and asked.mode != NORMAL:
        raise AbsentError(Phrase(en="there is no such mode", zh="没有这个模式"))
    return switches.switch(house.store, found, reason=asked.reason, actor=caller.ref, lasts=asked.lasts)


def undo_switch(house: House, caller: Caller, name: str, asked: AskedBack) -> Switch:
    """Take a switch back: what it ended stands again for the time it had left."""
    return switches.undo(house.store, switches.find(house.store, name), reason=asked.reason, actor=caller.ref)


def _known(house: House) -> dict[str, Mode]:
    return dict(known_modes(files_in(house.store.folder / OWN)))
