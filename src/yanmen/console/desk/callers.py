"""Callers that were found by their behaviour, and what a person says of them."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from yanmen.console.desk.house import Caller, House
from yanmen.console.desk.shapes import SEVERITIES, Asked, Limit, SeverityWord, Shape
from yanmen.core.nouns import Phrase
from yanmen.soc.abuse import found


class FoundShape(Shape, frozen=True):
    """One finding about a caller."""

    event: str
    at: int
    subject: str
    """``key:key_…`` or ``ip:203.0.113.0/24``."""
    rule: str
    title: Phrase
    severity: SeverityWord
    confidence: float
    evidence: Phrase
    """What moved, what is usual, by how many deviations; or which place is new."""
    ip: str
    label: Literal["", "abuse", "expected"]
    """What a person said of the caller since."""


class AskedFound(Asked, frozen=True):
    """How many."""

    limit: Limit = 50


class FoundCallers(Shape, frozen=True):
    """Findings, the newest first."""

    found: list[FoundShape]


class AskedCallerLabel(Asked, frozen=True):
    """What a caller turned out to be."""

    subject: Annotated[str, Meta(min_length=1, max_length=100)]
    """As the finding names it."""
    label: Literal["abuse", "expected"]
    """Of what is ``expected`` nothing is told for thirty days."""
    reason: Annotated[str, Meta(max_length=400)] = ""


class LabelledCaller(Shape, frozen=True):
    """What is known now."""

    subject: str
    label: Literal["abuse", "expected"]


def found_callers(house: House, caller: Caller, asked: AskedFound) -> FoundCallers:
    """Callers that were found by their behaviour, the newest first, with what moved."""
    del caller
    return FoundCallers(found=[_shape(one) for one in found.found(house.store, asked.limit)])


def label_caller(house: House, caller: Caller, asked: AskedCallerLabel) -> LabelledCaller:
    """Say what a caller turned out to be; durable before it is answered."""
    whom = found.label(
        house.store, asked.subject, asked.label, asked.reason, actor=caller.ref, clock=house.clock
    )
    return LabelledCaller(subject=str(whom), label=asked.label)


def _shape(one: found.Found) -> FoundShape:
    label: Literal["", "abuse", "expected"] = (
        "abuse" if one.label == "abuse" else "expected" if one.label == "expected" else ""
    )
    return FoundShape(
        event=one.event,
        at=one.at,
        subject=str(one.subject),
        rule=one.rule,
        title=one.title,
        severity=SEVERITIES[one.severity],
        confidence=one.confidence,
        evidence=one.evidence,
        ip=one.ip,
        label=label,
    )
