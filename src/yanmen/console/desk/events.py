"""The record itself: events as they were written, findings in them, and the checkpoint that proves the log."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta

from yanmen.console.desk.house import AbsentError, Caller, House
from yanmen.console.desk.shapes import SEVERITIES, Asked, Limit, Nothing, SeverityWord, Shape
from yanmen.core import catalogue
from yanmen.core.nouns import Phrase
from yanmen.core.redaction import visible
from yanmen.store import Recorded

Seq = Annotated[int, Meta(ge=0, le=(1 << 62))]
Kind = Annotated[str, Meta(max_length=60, pattern=r"^[a-z.-]*$")]


class AskedEvents(Asked, frozen=True):
    """Which events to list."""

    kind: Kind = ""
    """The beginning of a kind: ``call.``, ``key.``, ``decision.made``; nothing: all."""
    before: Seq = 0
    """Only events before this place in the log; 0: the latest."""
    limit: Limit = 50


class EventShape(Shape, frozen=True):
    """An event and its place in the log."""

    seq: int
    id: str
    at: int
    kind: str
    actor: str
    subject: str
    data: dict[str, Any]


class Events(Shape, frozen=True):
    """Some events, the latest first."""

    events: list[EventShape]
    before: int
    """Ask with this for earlier ones; 0: there are none."""


class Audit(Shape, frozen=True):
    """What others need to check the record."""

    events: int
    checkpoint: str
    """The signed note as of the last commit. Keep copies of it on another machine."""
    verify: str
    """The command that reads the whole record again and checks it."""


class AskedFindings(Asked, frozen=True):
    """Which findings to list."""

    rule: Annotated[str, Meta(max_length=100)] = ""
    """A rule's id; nothing: all."""
    limit: Limit = 50


class FindingShape(Shape, frozen=True):
    """A finding as it stands in an event."""

    event: str
    at: int
    rule: str
    title: Phrase | None
    severity: SeverityWord
    subject: str
    evidence: str
    fingerprint: str
    verdict: str


class Findings(Shape, frozen=True):
    """Some findings, the latest first."""

    findings: list[FindingShape]


def events(house: House, caller: Caller, asked: AskedEvents) -> Events:
    """Events, the latest first."""
    del caller
    kinds = (asked.kind,) if asked.kind else ()
    end = asked.before or house.store.events.last_seq() + 1
    found = house.store.events.before(end, asked.limit + 1, kinds)
    shown = found[: asked.limit]
    return Events(
        events=[shape(one) for one in shown], before=shown[-1].seq if len(found) > asked.limit else 0
    )


def event(house: House, caller: Caller, asked: str) -> EventShape:
    """One event, whole."""
    del caller
    found = house.store.events.get(asked)
    if found is None:
        raise AbsentError(Phrase(en=f"there is no event {visible(asked)}", zh=f"没有记录 {visible(asked)}"))
    return shape(found)


def audit(house: House, caller: Caller, asked: Nothing) -> Audit:
    """The signed checkpoint, and how to check the record."""
    del caller, asked
    return Audit(
        events=house.store.events.last_seq(),
        checkpoint=house.store.checkpoint(),
        verify=f"yanmen audit verify --data {house.config.data}",
    )


def findings(house: House, caller: Caller, asked: AskedFindings) -> Findings:
    """What was found, the latest first."""
    del caller
    found = house.store.findings.recent(asked.limit, rule=asked.rule or None)
    known = catalogue.rules()
    return Findings(
        findings=[
            FindingShape(
                event=one.event,
                at=one.at,
                rule=one.rule,
                title=known[one.rule].title if one.rule in known else None,
                severity=SEVERITIES[min(max(one.severity, 0), len(SEVERITIES) - 1)],
                subject=one.subject,
                evidence=visible(one.evidence),
                fingerprint=one.fingerprint,
                verdict=one.verdict,
            )
            for one in found
        ]
    )


def shape(recorded: Recorded) -> EventShape:
    """An event in its shape."""
    event = recorded.event
    return EventShape(
        seq=recorded.seq,
        id=event.id,
        at=event.at,
        kind=event.kind,
        actor=str(event.actor or ""),
        subject=str(event.subject or ""),
        data=event.data,
    )
