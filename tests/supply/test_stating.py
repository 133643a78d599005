"""A scan's vulnerabilities as statements."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from yanmen.core.clock import DAY as A_DAY
from yanmen.core.config import Supply
from yanmen.intel.advisories import Advisories
from yanmen.supply.formats import statements
from yanmen.supply.scan import Options, Scan
from yanmen.supply.stating import AUTHOR
from yanmen.supply.vex import Statements
from yanmen.supply.vex.statement import Statement, product
from yanmen.supply.vex.statements import add

DAY = 1_784_764_800_000_000
ME = "pkg:pypi/shop@1.0"


@pytest.fixture
def document(project: Path, advisories: Advisories) -> Path:
    """What a scan of the project hands on, where a person answered for one vulnerability."""
    (project / "pyproject.toml").write_text('[project]\nname = "shop"\nversion = "1.0"\n', "utf-8")
    found = product("pkg:pypi/jinja2@2.4.1")
    assert found is not None
    add(
        project,
        Statement(
            vulnerability="CVE-2014-1402",
            products=(found,),
            status="not_affected",
            impact="no cache on disk",
            author="alice",
            at=DAY,
            expires=DAY + 30 * A_DAY,
        ),
        DAY,
    )
    report = Scan(Supply(), advisories, Options(stand=7), clock=lambda: DAY).report([project])
    path = project.parent / "vex.json"
    path.write_bytes(statements.of_report(report))
    return path


def test_only_what_a_person_said_does_not_matter_is_said_not_to_matter(document: Path) -> None:
    """What the code gets to is affected, and how to mend it; of all else nobody knows yet."""
    said = json.loads(document.read_text("utf-8"))["statements"]
    by = {(one["vulnerability"]["name"], one["status"]) for one in said}
    reached = next(one for one in said if one["status"] == "affected")

    assert [name for name, status in by if status == "not_affected"] == ["CVE-2014-1402"]
    assert {status for _, status in by} == {"not_affected", "affected", "under_investigation"}
    assert reached["products"][0]["subcomponents"][0]["@id"].startswith("pkg:pypi/pyyaml@5.3")
    assert "Upgrade to" in reached["action_statement"]
    assert "app.py#L3" in reached["impact_statement"]
    assert f"[by: {AUTHOR}]" in reached["status_notes"]


def test_the_document_is_about_this_product_and_no_other(document: Path) -> None:
    """Whoever reads it takes a finding away for the product it names; and statements of ours end when they were told to."""
    mine, others = Statements.read([document], products={ME}), Statements.read([document])
    purl = "pkg:pypi/jinja2@2.4.1"
    answer = mine.judge(purl, ["CVE-2014-1402"], DAY)

    assert not mine.unexamined
    assert answer is not None
    assert (answer.author, answer.suppresses, answer.expires) == ("alice", True, DAY + 30 * A_DAY)
    assert others.judge(purl, ["CVE-2014-1402"], DAY) is None
    ends = {one.expires for one in mine.statements if one.author == AUTHOR}
    assert ends == {DAY + 7 * A_DAY}
