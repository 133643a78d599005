"""What was decided and why, and what would have been: decisions, the report on the time in shadow, exceptions."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from yanmen.console.desk.house import AbsentError, Caller, House
from yanmen.console.desk.shapes import (
    VERDICTS,
    Asked,
    Days,
    DecisionShape,
    Id,
    Limit,
    Line,
    Shape,
    VerdictWord,
    decision_shape,
)
from yanmen.core import catalogue
from yanmen.core.errors import YanmenError
from yanmen.core.ids import new_id
from yanmen.core.nouns import Decision, Event, Phrase, Ref, Verdict
from yanmen.core.redaction import visible
from yanmen.policy import exception_from
from yanmen.policy.fields import REFUSED_FIELD
from yanmen.policy.report import Group, would_have
from yanmen.soc import lift as lift_decision

REPORT_DECISIONS = 2_000
"""The latest decisions made in shadow that the report counts."""
LINES = 200
"""Lines of the report; the most frequent."""
SubjectName = Annotated[str, Meta(max_length=300)]


class AskedDecisions(Asked, frozen=True):
    """Which decisions to list."""

    verdict: VerdictWord | None = None
    shadow: bool | None = None
    subject: SubjectName = ""
    """``kind:id``; nothing: all."""
    before: Id = ""
    """Only decisions made before this one."""
    limit: Limit = 50


class Decisions(Shape, frozen=True):
    """Some decisions, the latest first."""

    decisions: list[DecisionShape]
    before: str
    """Ask with this for the next ones; nothing: there are none."""


class ReportLine(Shape, frozen=True):
    """What would have been decided on one claim about one caller."""

    rule: str
    """The detector's rule."""
    title: Phrase | None
    by: str
    """The policy's rule."""
    verdict: VerdictWord
    key: str
    """Id of the caller's key."""
    tenant: str
    evidence: str
    """Masked."""
    count: int
    first: int
    last: int
    decision: str
    """The latest one's id: make an exception from it."""
    excepted: str
    """Id of the exception that covers it by now."""


class Report(Shape, frozen=True):
    """What would have been stopped, had nothing been in shadow."""

    shadow_until: int
    counted: int
    cut: bool
    """True: there are older ones that were not counted."""
    lines: list[ReportLine]


class AskedException(Asked, frozen=True):
    """An exception from what a decision says."""

    decision: Id
    scope: Literal["key", "tenant", "all"]
    days: Days
    reason: Line
    owner: Annotated[str, Meta(max_length=100)] = ""
    """Who answers for it; nothing: the caller."""
    whole_rule: bool = False
    """False: the same claim with the same evidence only; true: every finding of those rules."""


class AskedLift(Asked, frozen=True):
    """Why a decision is lifted."""

    reason: Line


def decisions(house: House, caller: Caller, asked: AskedDecisions) -> Decisions:
    """The latest decisions."""
    del caller
    subject = _subject(asked.subject)
    verdict = None if asked.verdict is None else Verdict(VERDICTS.index(asked.verdict))
    found = house.store.decisions.recent(
        asked.limit + 1,
        before_id=asked.before or None,
        verdict=verdict,
        shadow=asked.shadow,
        subject=subject,
    )
    shown = found[: asked.limit]
    more = shown[-1].id if len(found) > asked.limit else ""
    return Decisions(decisions=[shape(house, one) for one in shown], before=more)


def decision(house: House, caller: Caller, asked: str) -> DecisionShape:
    """One decision, explained."""
    del caller
    return shape(house, get(house, asked))


def report(house: House, caller: Caller, asked: Asked) -> Report:
    """What would have been stopped, by rule."""
    del caller, asked
    found = house.store.decisions.recent(REPORT_DECISIONS, shadow=True)
    groups = would_have(found, house.standing(), house.clock())
    return Report(
        shadow_until=house.shadow_until(),
        counted=len(found),
        cut=len(found) == REPORT_DECISIONS,
        lines=[_line(group) for group in groups[:LINES]],
    )


def make_exception(house: House, caller: Caller, asked: AskedException) -> DecisionShape:
    """Let the same thing through from now on, for some callers and some days. Every door obeys at its next look."""
    made = exception_from(
        get(house, asked.decision),
        asked.scope,
        asked.days,
        asked.owner.strip() or caller.name,
        visible(asked.reason.strip()),
        at=house.clock(),
        whole_rule=asked.whole_rule,
    )
    data = {"decision": msgspec.to_builtins(made)}
    event = Event(
        id=new_id("evt"),
        at=made.at,
        kind="decision.made",
        actor=caller.ref,
        subject=made.subject,
        data=data,
    )
    house.commit(event)
    return shape(house, made)


def lift(house: House, caller: Caller, name: str, asked: AskedLift) -> DecisionShape:
    """End a ban or an exception before its time."""
    get(house, name)
    return shape(house, lift_decision(house.store, name, reason=asked.reason, actor=caller.ref))


def get(house: House, decision: str) -> Decision:
    """A decision by its id; AbsentError where there is none."""
    found = house.store.decisions.get(decision)
    if found is None:
        raise AbsentError(
            Phrase(en=f"there is no decision {visible(decision)}", zh=f"没有决策 {visible(decision)}")
        )
    return found


def shape(house: House, decision: Decision) -> DecisionShape:
    """A decision in its shape, with the time it was lifted."""
    lifted = house.store.decisions.lifted(decision.id) if decision.lasts else None
    return decision_shape(decision, house.clock(), lifted)


def _subject(text: str) -> Ref | None:
    if not text.strip():
        return None
    try:
        return Ref.parse(text.strip())
    except ValueError as error:
        raise YanmenError(
            Phrase(en=f"{visible(text)} names no subject", zh=f"{visible(text)} 不是有效的对象"),
            hint=Phrase(
                en="Write kind:id, e.g. key:key_… or call:call_….",
                zh="请写成 类型:编号，例如 key:key_… 或 call:call_…。",
            ),
        ) from error


def _line(group: Group) -> ReportLine:
    known = REFUSED_FIELD if group.rule == REFUSED_FIELD.id else catalogue.rules().get(group.rule)
    return ReportLine(
        rule=group.rule,
        title=known.title if known else None,
        by=group.by,
        verdict=VERDICTS[group.verdict],
        key=group.key,
        tenant=group.tenant,
        evidence=group.note,
        count=group.count,
        first=group.first,
        last=group.last,
        decision=group.decision,
        excepted=group.excepted,
    )
