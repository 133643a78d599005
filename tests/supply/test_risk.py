"""Risk, and scans on record."""

from __future__ import annotations

from pathlib import Path

from yanmen.core.clock import SECOND
from yanmen.core.config import Supply
from yanmen.core.nouns import Finding, Ref, Severity
from yanmen.intel.advisories import Advisories, Epss, Hit, Kev, Match, Rating
from yanmen.supply.assessed import Assessed
from yanmen.supply.assessed import Path as Way
from yanmen.supply.detectors.advisories import Advised
from yanmen.supply.risk import KIND, risk, scanned
from yanmen.supply.scan import Scan
from yanmen.supply.targets import Component

DAY = 1_784_764_800 * SECOND
YAML = Component(purl="pkg:pypi/pyyaml@5.3", ecosystem="PyPI", name="pyyaml", version="5.3")


def scored(hit: Hit, way: str = "unknown") -> dict[str, int]:
    """The factors of one vulnerability."""
    assessed = Assessed(
        component=YAML,
        match=Match(found=(hit,), checked="checked"),
        paths={hit.id: Way(state=way)},  # type: ignore[arg-type]
    )
    found = risk(assessed, [one for one in Advised().detect(assessed) if isinstance(one, Finding)])
    assert found is not None
    assert found.score == max(0, min(100, sum(found.factors.values())))
    return dict(found.factors)


def test_what_is_exploited_and_called_comes_first() -> None:
    """Every factor is named, so that the number can be argued with."""
    medium = Rating(score=5.0, severity=Severity.MEDIUM)
    plain = Hit(id="a", severity=medium, fixed=("6.0",))
    exploited = Hit(
        id="a", severity=medium, kev=Kev(added="2026-01-01"), epss=Epss(score=0.9, percentile=0.99, date="")
    )

    assert set(scored(exploited, "called")) == {"high", "exploited", "likely", "called", "unfixed"}
    assert sum(scored(exploited, "called").values()) > sum(scored(exploited, "installed-only").values())
    assert sum(scored(exploited).values()) > sum(scored(plain).values())
    assert scored(Hit(id="MAL-1", malicious=True))["malicious"] == 100
    assert risk(Assessed(component=YAML), ()) is None


def test_a_scan_is_an_event_without_content(project: Path, advisories: Advisories) -> None:
    """The riskiest components and what was proven of models; nothing of what the files say."""
    report = Scan(Supply(), advisories, clock=lambda: DAY).report([project])
    event = scanned(report, Ref(kind="user", id="alice"))

    assert (event.kind, event.data["verdict"]) == (KIND, "found")
    assert event.data["risks"][0]["purl"] == "pkg:pypi/pyyaml@5.3"
    assert "called" in event.data["risks"][0]["factors"]
    assert [one["proof"] for one in event.data["models"]] == ["unsafe", "proven_safe"]
    assert "yaml.load(open" not in str(event.data)
