"""Who is kept out: bans that stand, and making one."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from yanmen.console.desk.decisions import shape
from yanmen.console.desk.house import Caller, House
from yanmen.console.desk.shapes import Asked, DecisionShape, Id, Limit, Line, Shape, page, when
from yanmen.core.nouns import FOREVER, Verdict
from yanmen.policy.standing import mode_of
from yanmen.soc.bans import ban as ban_subject
from yanmen.soc.bans import subject_of

Lasts = Annotated[int, Meta(ge=1, le=FOREVER)]
"""Seconds."""


class AskedBan(Asked, frozen=True):
    """Whom to keep out, how long and why."""

    subject: Annotated[str, Meta(min_length=3, max_length=300)]
    """``key:ID``, ``ip:203.0.113.0/24``, ``user:NAME``, ``tenant:NAME``, or a whole key."""
    lasts: Lasts
    reason: Line
    force: bool = False
    """Also where it would shut out who administers Yanmen, or a large part of the world."""


class AskedStanding(Asked, frozen=True):
    """Which of the decisions that stand to list."""

    bans_before: Id = ""
    """Only bans made before this one."""
    exceptions_before: Id = ""
    """Only exceptions made before this one."""
    limit: Limit = 100
    """Of each."""


class Standing(Shape, frozen=True):
    """Standing decisions, the latest first."""

    bans: list[DecisionShape]
    bans_before: str
    """Ask with this for the next bans; nothing: there are none."""
    exceptions: list[DecisionShape]
    exceptions_before: str
    """Ask with this for the next exceptions; nothing: there are none."""


def standing(house: House, caller: Caller, asked: AskedStanding) -> Standing:
    """The bans and exceptions that stand now."""
    del caller
    found = sorted(house.store.decisions.standing(house.clock()), key=when)
    kept_out = [one for one in found if one.verdict is not Verdict.ALLOW]
    let_in = [one for one in found if one.verdict is Verdict.ALLOW and mode_of(one) is None]
    get = house.store.decisions.get
    bans, more_bans = page(kept_out, asked.bans_before, get, asked.limit)
    exceptions, more_exceptions = page(let_in, asked.exceptions_before, get, asked.limit)
    return Standing(
        bans=[shape(house, one) for one in bans],
        bans_before=more_bans,
        exceptions=[shape(house, one) for one in exceptions],
        exceptions_before=more_exceptions,
    )


def ban(house: House, caller: Caller, asked: AskedBan) -> DecisionShape:
    """Refuse a subject at every door, from its next look on."""
    made = ban_subject(
        house.store,
        subject_of(house.store, asked.subject),
        reason=asked.reason,
        lasts=asked.lasts,
        actor=caller.ref,
        force=asked.force,
    )
    return shape(house, made)
