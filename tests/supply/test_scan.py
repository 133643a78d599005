"""Whole scans."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

import msgspec
import pytest

from yanmen.core.clock import SECOND
from yanmen.core.config import Licences, Supply
from yanmen.core.nouns import Severity
from yanmen.intel.advisories import Advisories
from yanmen.supply.formats import FORMATS
from yanmen.supply.report import Report
from yanmen.supply.scan import Options, Scan, accepted
from yanmen.supply.vex import Product, Statement
from yanmen.supply.vex.statements import add

DAY = 1_784_764_800 * SECOND


NO_FEED = {
    "accept_unchecked": ("feed:malicious-packages",),
    "accepted_by": "lab",
    "accepted_until": "2027-01-31",
}
"""What is shipped knows no malicious packages; that is said, and may be answered for."""


def scanned(place: Path, advisories: Advisories, supply: Supply | None = None, **options: object) -> Report:
    """A report of one place."""
    asked = Options(**options)  # type: ignore[arg-type]
    return Scan(supply or msgspec.convert(NO_FEED, Supply), advisories, asked, clock=lambda: DAY).report(
        [place]
    )


def test_one_command_says_what_is_dangerous_and_what_is_proven(project: Path, advisories: Advisories) -> None:
    """Vulnerable components with what reaches them; a poisoned model by its own name; a safe one is proven."""
    report = scanned(project, advisories)
    by_path = {result.path: result for result in report.targets}
    evidence = {one.evidence.split(" ")[0]: one for _, one in report.findings()}

    assert report.verdict == "found"
    assert by_path[str(project)].kind == "project"
    assert "called yaml.load: app.py#L3" in evidence["CVE-2020-1747"].evidence
    assert str(evidence["CVE-2020-1747"].subject) == "pkg:pypi/pyyaml@5.3"
    assert evidence["CVE-2020-1747"].where.part == "requirements.txt#L2"
    assert by_path["models/evil.pkl"].proof == "unsafe"
    assert by_path["models/good.pkl"].proof == "proven_safe"
    assert report.verdict_of(by_path["models/good.pkl"]) == "clean"
    assert [str(one.subject) for one in report.targets[0].unexamined] == ["feed:malicious-packages/PyPI"]
    assert not report.open(report.targets[0])


def test_an_old_feed_could_not_judge(project: Path) -> None:
    """However clean it is: what is newer than the feed is not known."""
    (project / "requirements.txt").write_text("colorama==0.4.6\n", "utf-8")
    (project / "models" / "evil.pkl").unlink()
    with Advisories.open(None, clock=lambda: DAY + 100 * 86_400 * SECOND) as old:
        report = scanned(project, old)

    assert report.verdict == "could_not_judge"
    assert report.reason_of(report.targets[0]) == "stale"
    assert any(feed.stale for feed in report.feeds)


def test_what_no_feed_speaks_of_is_not_checked_unless_the_site_answers_for_it(
    tmp_path: Path, advisories: Advisories
) -> None:
    """And then it is printed, with who does."""
    (tmp_path / "package.json").write_text(
        '{"name": "x", "version": "1.0.0", "dependencies": {"left-pad": "1.3.0"}}', "utf-8"
    )
    plain = scanned(tmp_path, advisories)
    supply = Supply(accept_unchecked=("pkg:npm",), accepted_by="platform", accepted_until="2027-01-31")
    answered = scanned(tmp_path, advisories, supply)

    assert (plain.verdict, plain.reason_of(plain.targets[0])) == ("could_not_judge", "not-checked")
    assert answered.verdict == "clean"
    assert [one.by for one in answered.accepted] == ["platform"]
    assert [
        one.lapsed for one in accepted(msgspec.structs.replace(supply, accepted_until="2026-01-01"), DAY)
    ] == [True]


def test_a_licence_that_does_not_fit_is_found(project: Path, advisories: Advisories) -> None:
    """Of what is installed beside the project, since only that says its licence."""
    info = project / ".venv/lib/python3.11/site-packages/gpl_thing-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(
        "Metadata-Version: 2.4\nName: gpl-thing\nVersion: 1.0\nLicense-Expression: GPL-3.0-only\n", "utf-8"
    )
    (info / "RECORD").write_text("gpl_thing-1.0.dist-info/METADATA,,\n", "utf-8")
    supply = Supply(licences=Licences(project="Apache-2.0"))
    rules = {one.rule.id for _, one in scanned(project, advisories, supply).findings()}

    assert "licence.conflicts" in rules


def test_a_place_that_is_not_there_could_not_be_judged(tmp_path: Path, advisories: Advisories) -> None:
    """It is never an empty clean report."""
    report = scanned(tmp_path / "nowhere", advisories)

    assert report.verdict == "could_not_judge"
    assert report.targets[0].unexamined[0].reason == "unreadable"


@pytest.mark.parametrize("jobs", [1, 2])
def test_results_are_kept_by_content_and_are_the_same_in_any_number_of_processes(
    project: Path, advisories: Advisories, tmp_path: Path, jobs: int
) -> None:
    """A file that changed is looked at again; one that only moved on is not."""
    cache = tmp_path / "cache"
    first = scanned(project, advisories, cache=cache, jobs=jobs)
    kept = sorted(cache.rglob("*.json"))
    second = scanned(project, advisories, cache=cache, jobs=jobs)
    (project / "models" / "good.pkl").write_bytes((project / "models" / "evil.pkl").read_bytes())
    third = scanned(project, advisories, cache=cache, jobs=jobs)

    assert len(kept) == 2
    assert first.targets == second.targets
    assert {result.proof for result in third.targets if result.kind == "model"} == {"unsafe"}


def test_a_baseline_and_a_threshold_are_the_callers(project: Path, advisories: Advisories) -> None:
    """Only what is new counts."""
    known = frozenset(one.fingerprint for _, one in scanned(project, advisories).findings())
    again = scanned(project, advisories, known=known)

    assert not list(again.findings())
    assert again.verdict == "clean"
    assert scanned(project, advisories, threshold=Severity.CRITICAL).threshold is Severity.CRITICAL


def test_somebody_may_answer_for_a_vulnerability_until_a_day(project: Path, advisories: Advisories) -> None:
    """With a reason; afterwards it is found again, and the statement that lapsed is told."""
    statement = Statement(
        vulnerability="CVE-2020-1747",
        products=(Product(purl="pkg:pypi/pyyaml@5.3"),),
        status="not_affected",
        justification="vulnerable_code_not_in_execute_path",
        author="alice",
        at=DAY - 10 * 86_400 * SECOND,
        expires=DAY + 86_400 * SECOND,
    )
    add(project, statement, DAY)
    (waived,) = scanned(project, advisories).targets[0].waived
    later = Scan(Supply(), advisories, clock=lambda: DAY + 2 * 86_400 * SECOND).report([project])

    assert (waived.by, waived.until) == ("alice", "2026-07-24")
    assert "vulnerable_code_not_in_execute_path" in waived.reason
    assert waived.finding.evidence.startswith("CVE-2020-1747")
    assert not later.targets[0].waived
    assert "component.statement-lapsed" in {one.rule.id for _, one in later.findings()}


def test_the_smallest_upgrade_is_a_patch(project: Path, advisories: Advisories) -> None:
    """It is not said to be installable while nobody was asked."""
    changes = scanned(project, advisories).targets[0].plan

    assert changes is not None
    assert {(edit.path, edit.name) for edit in changes.edits} == {
        ("requirements.txt", "jinja2"),
        ("requirements.txt", "pyyaml"),
    }
    assert "-pyyaml==5.3" in changes.patch
    assert changes.resolved is None
    (project / "requirements.txt").write_text(changes.files["requirements.txt"], "utf-8")
    assert not [
        one for _, one in scanned(project, advisories).findings() if one.rule.id == "component.vulnerable"
    ]


def test_what_is_listed_of_an_image_and_not_looked_into_is_said(
    tmp_path: Path, advisories: Advisories
) -> None:
    """An image is never clean of what nobody read in it."""
    with tarfile.open(tmp_path / "layer.tar", "w") as layer:
        said = b"Metadata-Version: 2.1\nName: thing\nVersion: 1.0\n"
        member = tarfile.TarInfo("usr/lib/python3/site-packages/thing-1.0.dist-info/METADATA")
        member.size = len(said)
        layer.addfile(member, io.BytesIO(said))
    manifest = [{"Config": "config.json", "RepoTags": ["x:1"], "Layers": ["layer.tar"]}]
    (tmp_path / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    (tmp_path / "config.json").write_text("{}", "utf-8")
    with tarfile.open(tmp_path / "image.tar", "w") as whole:
        for name in ("manifest.json", "config.json", "layer.tar"):
            whole.add(tmp_path / name, name)
    report = scanned(tmp_path / "image.tar", advisories)

    assert report.targets[0].kind == "image"
    assert [one.name for one in report.targets[0].components if one.ecosystem == "PyPI"] == ["thing"]
    assert report.verdict == "could_not_judge"
    assert any("what they do was not examined" in one.detail for one in report.targets[0].unexamined)


def test_how_a_vulnerable_component_comes_in_is_told(project: Path, advisories: Advisories) -> None:
    """By the lock file: what the project asks for, then who brings it; in the table, the page and the JSON."""
    (project / "requirements.txt").unlink()
    (project / "pyproject.toml").write_text(
        '[project]\nname = "shop"\nversion = "1"\ndependencies = ["flask"]\n', "utf-8"
    )
    (project / "uv.lock").write_text(
        """version = 1
[[package]]
name = "shop"
version = "1"
source = { virtual = "." }
dependencies = [{ name = "flask" }]
[[package]]
name = "flask"
version = "0.9"
source = { registry = "https://index.example/simple" }
dependencies = [{ name = "jinja2" }]
[[package]]
name = "jinja2"
version = "2.4.1"
source = { registry = "https://index.example/simple" }
""",
        "utf-8",
    )
    report = scanned(project, advisories)
    ways = report.targets[0].ways

    assert ways["pkg:pypi/jinja2@2.4.1"][0] == ("pkg:pypi/flask@0.9", "pkg:pypi/jinja2@2.4.1")
    assert "Comes in by: flask@0.9 → jinja2@2.4.1" in FORMATS["table"](report, "en").decode()
    assert "引入路径：flask@0.9 → jinja2@2.4.1" in FORMATS["html"](report, "zh").decode()
    tree = json.loads(FORMATS["json"](report, "en"))
    told = next(one["ways"] for one in tree["findings"] if "jinja2" in one["component"])
    assert told[0][0] == "pkg:pypi/flask@0.9"


def test_training_data_is_compared_with_the_benchmark_that_is_given(
    tmp_path: Path, advisories: Advisories
) -> None:
    """Kept results of another comparison are not taken for this one."""
    questions = [
        f"What is the capital of region {n}, and since which year has it been so? {n * 7}" for n in range(40)
    ]
    train, bench = tmp_path / "train.jsonl", tmp_path / "bench.jsonl"
    rows = [{"prompt": one, "completion": f"City {n}."} for n, one in enumerate(questions)]
    train.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    bench.write_text("\n".join(map(json.dumps, rows[:20])), "utf-8")

    def rules(*against: Path) -> set[str]:
        report = scanned(train, advisories, kind="dataset", cache=tmp_path / "cache", against=against)
        return {one.rule.id for _, one in report.findings()}

    assert "dataset.benchmark-contamination" not in rules()
    assert "dataset.benchmark-contamination" in rules(bench)
    assert "dataset.benchmark-contamination" not in rules()


def test_a_relative_place_has_an_upgrade_plan_too(
    project: Path, advisories: Advisories, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As most people name it: its manifests were looked for below itself, and none was found."""
    monkeypatch.chdir(project.parent)
    (result, *_) = scanned(Path(project.name), advisories).targets

    assert result.plan is not None
    assert {edit.path for edit in result.plan.edits} == {"requirements.txt"}
    assert not [one for one in result.unexamined if one.reason == "unreadable"]
