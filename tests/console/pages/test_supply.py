"""The page of what is built in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yanmen.core.clock import now
from yanmen.core.nouns import Ref

if TYPE_CHECKING:
    from tests.console.conftest import Scene

YAML = "pkg:pypi/pyyaml@5.3"


def scan(score: int, place: str = "app") -> dict[str, object]:
    """What a scan says."""
    risk = {
        "purl": YAML,
        "score": score,
        "factors": {"high": 40, "called": 15},
        "ids": ["CVE-2020-1747"],
        "fixed": ["5.4"],
    }
    return {
        "verdict": "found",
        "targets": [{"path": place, "kind": "project", "verdict": "found", "reason": "component.vulnerable"}],
        "findings": {"critical": 0, "high": 2, "medium": 0, "low": 0, "info": 0},
        "could_not_judge": 3,
        "components": 17,
        "risks": [risk] if score else [],
        "models": [],
        "feeds": [],
    }


async def test_scans_and_the_riskiest_components_stand_on_a_page(scene: Scene) -> None:
    """With what a score is made of, what it was before, and its history."""
    async with scene.analyst() as browser:
        assert "No scan is on record" in (await browser.get("/supply")).text
        for score, place in ((55, "app"), (0, "other"), (70, "<b>app</b>"), (70, "app")):
            scene.put("supply.scanned", scan(score, place), at=now(), subject=Ref(kind="scan", id=place))
        page = (await browser.get("/supply")).text
        history = (await browser.get(f"/supply?purl={YAML}", headers={"accept-language": "zh"})).text
        answer = (await browser.get("/api/supply")).json()

    assert "called by our code" in page
    assert "before 55" in page
    assert "<b>app</b>" not in page
    assert "被本项目调用" in history
    assert "未发现风险" in history
    assert [one["place"] for one in answer["scans"]] == ["app", "<b>app</b>", "other", "app"]
    assert {(one["place"], one["score"], one["before"]) for one in answer["risks"]} == {
        ("app", 70, 55),
        ("<b>app</b>", 70, None),
    }
