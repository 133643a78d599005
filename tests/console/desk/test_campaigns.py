"""Campaigns, at the desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from yanmen.console.desk.campaigns import AskedCampaigns, campaigns
from yanmen.store import Campaign

if TYPE_CHECKING:
    from tests.console.conftest import Scene


def test_campaigns_have_summaries_and_pages(scene: Scene) -> None:
    """The last seen first."""
    for number in range(3):
        one = Campaign(
            id=f"cmp_{number}",
            first=1,
            last=number + 1,
            through=1,
            seen=4,
            stopped=3,
            passed=1,
            sketch="",
            latest="",
            keys={"key:a": 3, "key:b": 1},
        )
        scene.put("campaign.changed", {"campaign": msgspec.to_builtins(one)})

    first = campaigns(scene.house, scene.caller, AskedCampaigns(limit=2))
    rest = campaigns(scene.house, scene.caller, AskedCampaigns(limit=2, before=first.before))

    assert [one.id for one in first.campaigns + rest.campaigns] == ["cmp_2", "cmp_1", "cmp_0"]
    assert rest.before == ""
    assert first.campaigns[0].summary.en.startswith(
        "4 nearly identical attacks by 2 callers: 3 stopped, 1 let through."
    )
