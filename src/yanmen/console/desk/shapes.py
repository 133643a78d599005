"""The shapes that several operations answer with. Times are integers, microseconds since the epoch, UTC; 0 is never."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import Meta

from yanmen.core import catalogue
from yanmen.core.nouns import Decision, Event, Verdict
from yanmen.policy.explanation import Ground, State, explain
from yanmen.store import Key

VerdictWord = Literal["allow", "redact", "challenge", "block"]
SeverityWord = Literal["info", "low", "medium", "high", "critical"]
VERDICTS: tuple[VerdictWord, ...] = ("allow", "redact", "challenge", "block")
SEVERITIES: tuple[SeverityWord, ...] = ("info", "low", "medium", "high", "critical")
Line = Annotated[str, Meta(min_length=1, max_length=400)]
"""A line that a person writes: a name, a reason."""
Days = Annotated[float, Meta(gt=0, le=365)]
Limit = Annotated[int, Meta(ge=1, le=500)]
Id = Annotated[str, Meta(max_length=64)]


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """What an operation answers."""


class Asked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an operation is asked; anything it does not name is an error."""


class Nothing(Asked, frozen=True):
    """No parameters."""


Item = TypeVar("Item", Key, Decision)


def page(
    found: Sequence[Item], before: str, get: Callable[[str], Item | None], limit: int
) -> tuple[Sequence[Item], str]:
    """So many of what comes after the item of an id in a list, and the id to ask on with; nothing: there are no more.

    The list is in order of ``when``. The item itself need not be in it any more (``get`` knows it all the same): what has
    ended meanwhile breaks no page. After one that never was comes nothing.
    """
    edge = get(before) if before else None
    start = 0 if not before else len(found) if edge is None else bisect_right(found, when(edge), key=when)
    shown = found[start : start + limit]
    return shown, shown[-1].id if start + limit < len(found) else ""


def when(item: Key | Decision) -> tuple[int, str]:
    """Orders a list with the latest first."""
    made = item.created if isinstance(item, Key) else item.at
    return -made, item.id


class DecisionShape(Shape, frozen=True):
    """A decision as people and programs read it."""

    id: str
    at: int
    kind: Literal["call", "ban", "exception"]
    """``call`` answered one call; ``ban`` and ``exception`` stand until they end or are lifted."""
    subject: str
    verdict: VerdictWord
    shadow: bool
    policy: str
    """Revision of the policy, ``playbook/…``, or ``operator`` for a person's word."""
    because: tuple[Ground, ...]
    """Each ground with the words of its rule."""
    state: State
    """``once`` answered one call; ``shadow`` was only said; ``stands``, ``ended`` or ``lifted``."""
    lasts: int
    """Seconds it stands; 0 answered one call."""
    until: int
    lifted: int
    lifted_by: str
    lifted_reason: str
    callers: list[str]
    """Who the call concerned: key, tenant, address …"""
    terms: dict[str, Any]


def decision_shape(decision: Decision, at: int, lifted: Event | None = None) -> DecisionShape:
    """A decision in its shape, as it stands at a time; ``lifted`` is the event that took it back."""
    if not decision.lasts:
        kind: Literal["call", "ban", "exception"] = "call"
    else:
        kind = "exception" if decision.verdict is Verdict.ALLOW else "ban"
    said = explain(decision, catalogue.rules(), at, lifted)
    return DecisionShape(
        id=decision.id,
        at=decision.at,
        kind=kind,
        subject=str(decision.subject),
        verdict=VERDICTS[decision.verdict],
        shadow=decision.shadow,
        policy=decision.policy,
        because=said.grounds,
        state=said.state,
        lasts=decision.lasts,
        until=decision.until if decision.lasts else 0,
        lifted=said.lifted_at,
        lifted_by=said.lifted_by,
        lifted_reason=said.lifted_reason,
        callers=list(said.callers),
        terms=decision.terms,
    )
