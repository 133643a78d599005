"""Owners and releases, by documents of package indexes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from yanmen.core.clock import DAY as A_DAY
from yanmen.core.clock import SECOND, iso
from yanmen.core.config import Supply
from yanmen.intel.advisories import Advisories
from yanmen.supply.risk import KIND, scanned
from yanmen.supply.scan import Options, Scan
from yanmen.supply.targets import Component
from yanmen.supply.upkeep import Known

NOW = 1_784_764_800 * SECOND


def ago(days: float) -> str:
    """A time, as indexes write it."""
    return iso(int(NOW - days * A_DAY))


def component(name: str, version: str, ecosystem: str = "PyPI") -> Component:
    """One in use."""
    return Component(
        purl=f"pkg:{ecosystem.lower()}/{name}@{version}", ecosystem=ecosystem, name=name, version=version
    )


def pypi(folder: Path, name: str, releases: dict[str, float], *, owners: int = 2, yanked: str = "") -> Path:
    """PyPI's document of a package; releases by their age in days."""
    document = {
        "info": {"name": name},
        "releases": {
            version: [{"upload_time_iso_8601": ago(days), "yanked": version == yanked}]
            for version, days in releases.items()
        },
        "ownership": {"roles": [{"role": "Owner", "user": f"u{number}"} for number in range(owners)]},
    }
    (folder / f"{name}.json").write_text(json.dumps(document), "utf-8")
    return folder


def npm(folder: Path, name: str, releases: list[tuple[str, float, str]]) -> Path:
    """What npm says of a package: version, age in days, and who published it."""
    document = {
        "name": name,
        "dist-tags": {"latest": releases[-1][0]},
        "versions": {version: {"_npmUser": {"name": who}} for version, _, who in releases},
        "time": {version: ago(days) for version, days, _ in releases},
        "maintainers": [{"name": who} for who in {who for *_, who in releases} | {"other"}],
    }
    (folder / "doc.json").write_text(json.dumps(document), "utf-8")
    return folder


@pytest.mark.parametrize(
    ("releases", "version", "words"),
    [
        ({"1.0": 400.0, "1.1": 100.0}, "1.1", set()),
        ({"1.0": 400.0, "1.1": 3.0}, "1.1", {"fresh", "revived"}),
        ({"1.0": 100.0, "1.1": 3.0}, "1.1", {"fresh"}),
        ({"1.0": 2_000.0, "1.1": 900.0}, "1.1", {"abandoned"}),
        ({"1.0": 400.0, "1.1": 100.0}, "9.9", {"unlisted"}),
    ],
)
def test_what_releases_say_is_named(
    tmp_path: Path, releases: dict[str, float], version: str, words: set[str]
) -> None:
    """A version that came days ago, one after a year's silence, one that nobody keeps up, one that no index lists."""
    known = Known(pypi(tmp_path, "Some.Thing", releases))

    assert set(known.factors(component("some-thing", version), NOW)) == words


def test_one_owner_and_a_withdrawn_release_count(tmp_path: Path) -> None:
    """Withdrawn is the version, not the package."""
    known = Known(pypi(tmp_path, "x", {"1.0": 300.0, "1.1": 200.0}, owners=1, yanked="1.1"))

    assert set(known.factors(component("x", "1.1"), NOW)) == {"withdrawn", "one-owner"}
    assert set(known.factors(component("x", "1.0"), NOW)) == {"one-owner"}


def test_a_release_by_a_hand_that_published_none_before_is_told(tmp_path: Path) -> None:
    """As where an account was taken over (event-stream, 2018; ua-parser-js, 2021)."""
    known = Known(npm(tmp_path, "x", [("1.0.0", 300, "ann"), ("1.0.1", 200, "bob"), ("1.0.2", 40, "eve")]))

    assert set(known.factors(component("x", "1.0.2", "npm"), NOW)) == {"new-publisher"}
    assert set(known.factors(component("x", "1.0.1", "npm"), NOW)) == {"new-publisher"}
    assert known.factors(component("x", "1.0.0", "npm"), NOW) == {}


def test_the_dates_of_a_proxy_are_not_believed(tmp_path: Path) -> None:
    """All releases on one day, or in no order of their versions, came when somebody asked the proxy for them."""
    together = [("1.0.0", 1.1, "ann"), ("1.0.1", 1.05, "ann"), ("1.0.2", 1.0, "ann")]
    mixed = [
        ("1.0.0", 5, "ann"),
        ("1.0.1", 90, "ann"),
        ("1.0.2", 3, "ann"),
        ("1.1.0", 80, "ann"),
        ("1.2.0", 2, "ann"),
    ]
    for releases in (together, mixed):
        known = Known(npm(tmp_path, "x", list(releases)))
        assert known.factors(component("x", releases[-1][0], "npm"), NOW) == {}


def test_where_nothing_is_known_the_profile_says_so_and_counts_nothing(
    project: Path, advisories: Advisories, tmp_path: Path
) -> None:
    """Neither good nor bad; a component of which nothing else is said is no risk by that. What is read is on record."""
    documents = tmp_path / "documents"
    documents.mkdir()
    (documents / "broken.json").write_text("{", "utf-8")
    pypi(documents, "PyYAML", {"5.1": 900.0, "5.3": 5.0})
    options = Options(documents=documents)
    report = Scan(Supply(), advisories, options, clock=lambda: NOW).report([project])
    risks = {one.purl: one for one in report.targets[0].risks}

    assert risks["pkg:pypi/pyyaml@5.3"].factors["revived"] == 10
    assert risks["pkg:pypi/jinja2@2.4.1"].factors["upkeep-unknown"] == 0
    assert {(one.subject.id, one.reason) for one in report.targets[0].unexamined} >= {
        ("broken.json", "malformed")
    }
    event = scanned(report, component("x", "1").ref)
    assert event.kind == KIND
    assert any("revived" in one["factors"] for one in event.data["risks"])
    bare = Scan(Supply(), advisories, clock=lambda: NOW).report([project])
    assert all("fresh" not in one.factors for one in bare.targets[0].risks)
