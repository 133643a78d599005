"""Scans on record, at the desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yanmen.console.desk.supply import AskedSupply, supply
from yanmen.core.nouns import Ref

if TYPE_CHECKING:
    from tests.console.conftest import Scene


def test_a_component_that_a_later_scan_finds_mended_is_no_longer_risky(scene: Scene) -> None:
    """The latest scan of each place counts; the history keeps both."""
    risk = {"purl": "pkg:pypi/a@1", "score": 40, "factors": {"high": 40}, "ids": ["CVE-1"], "fixed": []}
    rest = {
        "verdict": "found",
        "targets": [],
        "findings": {},
        "could_not_judge": 0,
        "components": 1,
        "models": [],
        "feeds": [],
    }
    for risks in ([risk], []):
        scene.put("supply.scanned", {**rest, "risks": risks}, subject=Ref(kind="scan", id="app"))
    found = supply(scene.house, scene.caller, AskedSupply(purl="pkg:pypi/a@1"))

    assert found.risks == []
    assert [one.score for one in found.history] == [None, 40]
    assert len(found.scans) == 2
