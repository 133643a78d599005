"""Plain pickle files: one stream or several."""

from __future__ import annotations

from yanmen.supply.models.bounds import Bounds
from yanmen.supply.models.report import Report
from yanmen.supply.pickles.journal import Journal
from yanmen.supply.pickles.streams import read_streams
from yanmen.supply.targets import Artifact, Examined


def read(artifact: Artifact, bounds: Bounds) -> Examined:
    """What loading it would do."""
    report = Report(artifact, bounds, "pickle")
    journal = Journal()
    with artifact.open() as stream:
        streams = read_streams(stream, artifact.size, journal, bounds.tick)
    tell(journal, report)
    report.fact("streams", str(len(streams)))
    return report.done()


def tell(journal: Journal, report: Report, *, inside: str = "") -> None:
    """All that was seen in a pickle, to the report of the file that holds it; ``inside``: the member's name."""
    for seen in journal.findings.values():
        report.find(seen.rule, seen.evidence, inside=f"{inside}#{seen.at}", confidence=seen.confidence)
    for (reason, detail), at in journal.misses.items():
        report.miss(reason, detail, inside=f"{inside}#{at}")
    for path, (times, why) in journal.steps.items():
        report.step(f"{path} ×{times}: {why}" if times > 1 else f"{path}: {why}")
    if journal.proof == "proven_safe" and not journal.steps:
        report.step("no call: the stream holds plain data")
