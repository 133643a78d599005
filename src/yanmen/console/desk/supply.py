"""Scans on record, and which components to look at first."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta

from yanmen.console.desk.house import Caller, House
from yanmen.console.desk.shapes import Asked, Shape
from yanmen.store import Recorded

KIND = "supply.scanned"
SCANS = 500
"""The latest scans, out of which the page is made."""
SHOWN = 100
Verdict = Literal["clean", "found", "could_not_judge"]
_LAST = 1 << 61


class AskedSupply(Asked, frozen=True):
    """Of which component the history is wanted."""

    purl: Annotated[str, Meta(max_length=500)] = ""
    """A package URL; nothing: none."""


class ScanShape(Shape, frozen=True):
    """One scan."""

    event: str
    at: int
    place: str
    verdict: Verdict
    findings: dict[str, int]
    """How many of each severity."""
    could_not_judge: int
    components: int


class RiskShape(Shape, frozen=True):
    """A component as the latest scan of its place has it."""

    purl: str
    score: int
    """0 to 100."""
    before: int | None
    """As the scan before that had it; None: there is none."""
    factors: dict[str, int]
    ids: list[str]
    fixed: list[str]
    place: str


class MomentShape(Shape, frozen=True):
    """A component in one scan."""

    at: int
    place: str
    score: int | None
    """None: nothing was found of it then."""
    factors: dict[str, int]


class SupplyShape(Shape, frozen=True):
    """What is known of what is built in."""

    scans: list[ScanShape]
    """The latest first."""
    risks: list[RiskShape]
    """The riskiest first."""
    history: list[MomentShape]
    """Of the component that was asked for, the latest first."""


def supply(house: House, caller: Caller, asked: AskedSupply) -> SupplyShape:
    """The latest scans, the riskiest components by the latest scan of each place, and one component's history."""
    del caller
    found = house.store.events.before(_LAST, SCANS, (KIND,))
    places: dict[str, list[Recorded]] = {}
    for one in found:
        places.setdefault(_place(one), []).append(one)
    risks = [risk for scans in places.values() for risk in _risks(scans)]
    return SupplyShape(
        scans=[_scan(one) for one in found[:SHOWN]],
        risks=sorted(risks, key=lambda one: (-one.score, one.purl))[:SHOWN],
        history=[_moment(one, asked.purl) for one in found[:SHOWN]] if asked.purl else [],
    )


def _place(one: Recorded) -> str:
    return one.event.subject.id if one.event.subject else "."


def _listed(one: Recorded) -> dict[str, dict[str, Any]]:
    return {risk["purl"]: risk for risk in one.event.data["risks"]}


def _risks(scans: list[Recorded]) -> list[RiskShape]:
    earlier = _listed(scans[1]) if len(scans) > 1 else None
    return [
        RiskShape(
            purl=purl,
            score=risk["score"],
            before=None if earlier is None else earlier.get(purl, {}).get("score", 0),
            factors=risk["factors"],
            ids=risk["ids"],
            fixed=risk["fixed"],
            place=_place(scans[0]),
        )
        for purl, risk in _listed(scans[0]).items()
    ]


def _scan(one: Recorded) -> ScanShape:
    data = one.event.data
    return ScanShape(
        event=one.event.id,
        at=one.event.at,
        place=_place(one),
        verdict=data["verdict"],
        findings=data["findings"],
        could_not_judge=data["could_not_judge"],
        components=data["components"],
    )


def _moment(one: Recorded, purl: str) -> MomentShape:
    risk = _listed(one).get(purl)
    return MomentShape(
        at=one.event.at,
        place=_place(one),
        score=risk["score"] if risk else None,
        factors=risk["factors"] if risk else {},
    )
