"""What is said of a file follows from what was found and from what was not examined."""

from __future__ import annotations

from yanmen.core.nouns import Phrase, Ref, Rule, Severity
from yanmen.supply.models.bounds import Bounds, Unjudged
from yanmen.supply.models.report import SAID, Report
from yanmen.supply.targets import Artifact, Examined


def _rule(severity: Severity) -> Rule:
    return Rule(
        id="model.x",
        title=Phrase(en="x", zh="某"),
        severity=severity,
        fix=Phrase(en="x", zh="某"),
        tags=("a",),
    )


def _report() -> Report:
    bounds = Bounds(Ref(kind="model", id="sha256/00"), lambda _, __: Examined(format="x", proof="unknown"))
    return Report(Artifact.held("m.bin", b""), bounds, "x")


def test_nothing_found_and_nothing_missed_is_proven_safe() -> None:
    """With its steps."""
    report = _report()
    report.step("header")

    assert (report.done().proof, report.done().steps) == ("proven_safe", ("header",))


def test_a_gap_is_never_safe() -> None:
    """Even one that says nothing of itself: a member that is unknown without a reason."""
    first, second = _report(), _report()
    first.failed(Unjudged("unsupported", "v9"))
    second.take(Examined(format="odd", proof="unknown"))

    assert {first.done().proof, second.done().proof} == {"unknown"}
    assert second.done().unexamined[0].reason == "not-checked"


def test_a_high_finding_makes_it_unsafe_whatever_else_was_missed() -> None:
    """A medium one does not."""
    report = _report()
    report.find(_rule(Severity.MEDIUM), "a")
    assert report.done().proof == "proven_safe"
    report.miss("malformed", "b")
    report.find(_rule(Severity.HIGH), "c", inside="key")

    assert report.done().proof == "unsafe"
    assert report.done().findings[1].where.part == "m.bin!key"


def test_a_flood_of_findings_is_bounded() -> None:
    """The same one is said once."""
    report = _report()
    for number in range(3 * SAID):
        report.find(_rule(Severity.LOW), f"{number // 2}")
        report.miss("malformed", str(number))

    assert (len(report.done().findings), len(report.done().unexamined)) == (SAID, SAID)
