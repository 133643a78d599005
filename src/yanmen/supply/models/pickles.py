"""Plain pickle files: one stream or several, and those of joblib, whose arrays lie between the opcodes."""

from __future__ import annotations

from typing import BinaryIO

from yanmen.core.nouns import Severity
from yanmen.supply.models.bounds import Bounds, Unjudged
from yanmen.supply.models.report import Report
from yanmen.supply.pickles import wrapped
from yanmen.supply.pickles.journal import Journal
from yanmen.supply.pickles.judge import Judge
from yanmen.supply.pickles.streams import read_stream, read_streams
from yanmen.supply.targets import Artifact, Examined


def read(artifact: Artifact, bounds: Bounds) -> Examined:
    """What loading it would do."""
    report = Report(artifact, bounds, "pickle")
    read_at(artifact, bounds, report, 0)
    return report.done()


def read_at(artifact: Artifact, bounds: Bounds, report: Report, start: int) -> None:
    """What loading the pickles from a place on would do."""
    journal = Journal(bounds.work)
    try:
        with artifact.open() as stream:
            streams = read_streams(
                stream, artifact.size, journal, bounds.tick, start=start, tables=bounds.tables
            )
    except Unjudged as error:
        journal.miss(error.reason, error.detail, start)
        tell(journal, report)
        return
    if wrapped.WRAPPER in journal.names:
        report.kind = "joblib"
        journal = _as_joblib(artifact, bounds, start, journal)
    else:
        report.fact("streams", str(len(streams)))
    tell(journal, report)


def _as_joblib(artifact: Artifact, bounds: Bounds, start: int, plain: Journal) -> Journal:
    """What joblib would do; and what pickle itself would, for which the arrays' bytes are opcodes, where that is harm."""
    journal = Journal(bounds.work)
    with artifact.open() as stream:
        read_wrapped(stream, artifact.size, journal, bounds, start=start)
    for seen in plain.findings.values():
        if seen.rule.severity >= Severity.HIGH:
            journal.find(seen.rule, seen.evidence, seen.evidence, seen.at, confidence=seen.confidence)
    return journal


def read_wrapped(
    stream: BinaryIO, size: int | None, journal: Journal, bounds: Bounds, *, start: int = 0
) -> None:
    """One stream as joblib reads it; what lies behind it is said in the journal."""
    judge = Judge(journal, bounds.tables)
    found, machine = read_stream(
        stream, judge, bounds.tick, start=start, size=size, after_build=wrapped.take_array
    )
    if found is not None and (machine.data[machine.at :] or stream.read(1)):
        journal.miss("not-checked", "bytes behind the end of the pickle", machine.offset)


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
