"""The cases by which osv-scanner tests its own offline matcher (google/osv-scalibr, enricher/vulnmatch/osvlocal, Apache-2.0)."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from yanmen.intel.advisories import Advisories
from yanmen.intel.advisories.record import Osv, records

CASES = json.loads((Path(__file__).parents[2] / "corpora/advisories/osv_scanner.json").read_text("utf-8"))
Feed = Callable[..., Path]
Open = Callable[..., Advisories]


def advisory(case: dict[str, Any]) -> dict[str, Any]:
    """The case's record."""
    package = {"ecosystem": case["ecosystem"], "name": "my-package"}
    return {"id": "PEER-1", "affected": [{"package": package, **entry} for entry in case["affected"]]}


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]))
def test_every_case_of_osv_scanner_agrees(case: dict[str, Any], feed: Feed, opened: Open) -> None:
    """Of versions that are known."""
    known = opened(feed(advisory(case)))

    def affected(version: str) -> bool:
        answer = known.match(case["ecosystem"], "my-package", version)
        assert answer.doubts == ()
        return bool(answer.found)

    assert [version for version in case["affects"] if not affected(version)] == []
    assert [version for version in case["spares"] if affected(version)] == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]))
def test_an_unknown_version_is_in_doubt_where_osv_scanner_calls_it_affected(
    case: dict[str, Any], feed: Feed, opened: Open
) -> None:
    """The one difference by intent: never clean, but found only where no version is safe."""
    answer = opened(feed(advisory(case))).match(case["ecosystem"], "my-package", "")
    every = case["name"].endswith("everything") or case["name"].startswith("a distribution")

    assert (len(answer.found), [one.why for one in answer.doubts]) == (
        (1, []) if every else (0, ["no-version"])
    )


def test_a_range_of_commits_before_others_hides_nothing(feed: Feed, opened: Open) -> None:
    """osv-scanner stops at the first GIT range of an entry and calls the version safe."""
    ranges = [
        {"type": "GIT", "repo": "https://example.org/x", "events": [{"introduced": "0"}]},
        {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2"}]},
    ]
    given = advisory({"ecosystem": "PyPI", "affected": [{"ranges": ranges}]})

    assert len(list(records(msgspec.convert(given, Osv)))) == 1
    assert [hit.id for hit in opened(feed(given)).match("PyPI", "my-package", "1").found] == ["PEER-1"]
