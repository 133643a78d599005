"""Campaigns: attacks that say nearly the same, whoever sent them."""

from __future__ import annotations

from yanmen.console.desk.house import Caller, House
from yanmen.console.desk.shapes import Asked, Id, Limit, Shape
from yanmen.core.nouns import Phrase
from yanmen.soc.campaigns import summary
from yanmen.store import Campaign


class AskedCampaigns(Asked, frozen=True):
    """Which campaigns to list."""

    before: Id = ""
    """Only campaigns last seen before this one."""
    limit: Limit = 50


class CampaignShape(Shape, frozen=True):
    """A campaign."""

    id: str
    summary: Phrase
    first: int
    last: int
    seen: int
    stopped: int
    passed: int
    """Let through."""
    evidence: str
    """Masked, of the first attack."""
    rules: dict[str, int]
    callers: dict[str, int]
    incident: str
    """The incident, where many callers send it."""


class Campaigns(Shape, frozen=True):
    """Campaigns, the last seen first."""

    campaigns: list[CampaignShape]
    before: str
    """Ask with this for the next ones; nothing: there are none."""


def campaigns(house: House, caller: Caller, asked: AskedCampaigns) -> Campaigns:
    """Campaigns of attacks, the last seen first, each with a summary in both languages."""
    del caller
    found = house.store.campaigns.list(asked.limit + 1, asked.before or None)
    shown = found[: asked.limit]
    more = shown[-1].id if len(found) > asked.limit else ""
    return Campaigns(campaigns=[_shape(one) for one in shown], before=more)


def _shape(one: Campaign) -> CampaignShape:
    return CampaignShape(
        id=one.id,
        summary=summary(one),
        first=one.first,
        last=one.last,
        seen=one.seen,
        stopped=one.stopped,
        passed=one.passed,
        evidence=one.evidence,
        rules=one.rules,
        callers=one.keys,
        incident=one.incident,
    )
