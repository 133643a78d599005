"""A data set from its files to its report: read, drawn, looked at by every detector of tables."""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

import numpy as np
from msgspec import structs

from yanmen.core import catalogue
from yanmen.core.nouns import Finding, Ref, Unexamined, Where
from yanmen.core.redaction import visible
from yanmen.core.running import run
from yanmen.supply.datasets.bounds import Bounds, Options
from yanmen.supply.datasets.reading.files import CARDS, Reading, files_of
from yanmen.supply.datasets.reading.opening import UnreadError
from yanmen.supply.datasets.reading.records import Malformed, Record
from yanmen.supply.datasets.report import LIMITS, DatasetReport
from yanmen.supply.datasets.shapes import Row, Shape, plain, row_of, shape_of
from yanmen.supply.datasets.table import Sample, Table, key_of
from yanmen.supply.packages.names.popular import ranks
from yanmen.supply.targets import Artifact, Suspect

_PROBED = 1_000
"""Rows by which a file's shape is told."""
_NAMED = 5
"""Malformed rows that are named one by one."""
_SUSPECTS = 1_000
"""Rows that the report holds."""
_CARD = 1 << 16
_LICENCE = re.compile(r"^license:\s*[\[\"']?([\w .+-]{1,64})", re.MULTILINE)
_SOURCE = re.compile(r"^(?:source_datasets|source):\s*\S", re.MULTILINE)
_HAN = re.compile(r"[\u3400-\u9fff]")
_LATIN = re.compile(r"[A-Za-z]")


class _Taken:
    """What was read so far of all files."""

    def __init__(self, bounds: Bounds, options: Options) -> None:
        self.bounds = bounds
        self.sample = Sample(bounds, options.seed)
        self.names: list[str] = []
        self.shapes: list[Shape] = []
        self.columns: dict[str, None] = {}
        self.unexamined: list[Unexamined] = []
        self.encodings: Counter[str] = Counter()
        self.labels: Counter[str] = Counter()
        self.languages: Counter[str] = Counter()
        self.keys = array("Q")
        self.malformed = 0

    def file(self, path: Path, name: str) -> None:
        """Read a file to its end, or as far as it can be read."""
        place = len(self.names)
        self.names.append(name)
        try:
            reading = Reading(Artifact.of(path, name), self.bounds)
        except OSError as error:
            self.miss(name, "unreadable", error.strerror or type(error).__name__)
            return
        bad: Counter[str] = Counter()
        try:
            for row in self._rows(reading, place, name, bad):
                self._take(row)
        except UnreadError as error:
            self.miss(name, error.reason, error.detail)
        for reason, count in sorted(bad.items()):
            if count > _NAMED:
                self.miss(name, reason, f"{count} rows in all")
        self.malformed += sum(bad.values())
        if reading.encoding or reading.form:
            self.encodings[reading.encoding or reading.form] += 1
        if reading.undecodable:
            self.miss(name, "malformed", f"{reading.undecodable} characters are no {reading.encoding}")

    def miss(self, name: str, reason: str, detail: str, line: int = 0) -> None:
        """Say what could not be read."""
        where = Where(part=f"{name}#L{line}" if line else name)
        subject = Ref(kind="file", id=name)
        self.unexamined.append(
            Unexamined(subject=subject, reason=reason, detail=visible(detail), where=where)
        )

    def _rows(self, reading: Reading, place: int, name: str, bad: Counter[str]) -> Iterator[Row]:
        records = self._good(reading, name, bad)
        probe = list(islice(records, _PROBED))
        if not probe:
            if not bad:
                self.miss(name, "unsupported", "no rows")
            return
        shape = shape_of([record.values for record in probe])
        self.shapes.append(shape)
        for record in probe:
            self.columns.update(dict.fromkeys(str(key) for key in record.values))
        for source in (probe, records):
            for record in source:
                yield row_of(shape, record.line, place, record.values, self.bounds.text)

    def _good(self, reading: Reading, name: str, bad: Counter[str]) -> Iterator[Record]:
        for record in reading.records():
            if isinstance(record, Malformed):
                bad[record.reason] += 1
                if bad[record.reason] <= _NAMED:
                    self.miss(name, record.reason, record.detail, record.line)
            else:
                yield record

    def _take(self, row: Row) -> None:
        self.keys.append(key_of(row))
        self.languages[_language(row)] += 1
        if row.label and (row.label in self.labels or len(self.labels) < self.bounds.columns):
            self.labels[row.label] += 1
        self.sample.add(row)


def _language(row: Row) -> str:
    head = (row.asked or row.answered)[:300]
    if not head:
        return "none"
    han, latin = len(_HAN.findall(head)), len(_LATIN.findall(head))
    return "zh" if 2 * han > latin else "latin" if latin else "other"


def examine(
    path: Path,
    bounds: Bounds = Bounds(),  # noqa: B008 (frozen)
    options: Options = Options(),  # noqa: B008 (frozen)
    name: str = "",
) -> DatasetReport:
    """Everything that can be said of a data set: a file, or a folder of files. ``name``: how it is shown; by default its path.

    Nothing raises that lies in the data. The same rows, whatever their order, and the same seed give the same findings.
    """
    taken = _Taken(bounds, options)
    files, more = files_of(path, bounds.files)
    for file in files:
        shown = name or str(path)
        taken.file(file, shown if file == path else f"{shown}/{file.relative_to(path).as_posix()}")
    if more:
        taken.miss(name or str(path), "too-large", f"more than {bounds.files} files")
    if not files:
        taken.miss(name or str(path), "unsupported", "no data files")
    table = _table(path, taken, options)
    findings = _looked(table, taken)
    _beyond(table, taken)
    return DatasetReport(
        findings=tuple(findings),
        unexamined=tuple(taken.unexamined),
        facts=_facts(table, taken),
        suspects=tuple(_suspects(table)),
    )


def _table(path: Path, taken: _Taken, options: Options) -> Table:
    if not options.known_packages:
        names = frozenset(ranks("PyPI")) | frozenset(ranks("npm"))
        options = structs.replace(options, known_packages=names)
    against = [text for file in options.against for text in _benchmark(file, taken)]
    return Table(
        taken.sample.rows(),
        tuple(taken.names),
        taken.shapes[0] if taken.shapes else Shape("unknown"),
        total=taken.sample.seen,
        columns=tuple(taken.columns),
        card=_card(path if path.is_dir() else path.parent),
        bounds=taken.bounds,
        options=options,
        against=tuple(against),
    )


def _benchmark(path: Path, taken: _Taken) -> Iterator[str]:
    """The questions of a benchmark, with their answers."""
    try:
        records = Reading(Artifact.of(path), taken.bounds).records()
        good = (record for record in records if isinstance(record, Record))
        probe = list(islice(good, _PROBED))
        shape = shape_of([record.values for record in probe]) if probe else Shape("unknown")
        for source in (probe, islice(good, taken.bounds.rows)):
            for record in source:
                row = row_of(shape, record.line, 0, record.values, taken.bounds.text)
                yield row.asked or row.answered or plain(record.values)
    except UnreadError as error:
        taken.miss(str(path), error.reason, error.detail)
    except OSError as error:
        taken.miss(str(path), "unreadable", error.strerror or type(error).__name__)


def _card(folder: Path) -> Mapping[str, str]:
    """Licence and source, as the card beside the files says them."""
    for file in sorted(folder.iterdir()) if folder.is_dir() else ():
        if file.name.lower() in CARDS and not file.is_symlink():
            try:
                text = Artifact.of(file).read(0, _CARD).decode("utf-8", "replace")
            except OSError:
                continue
            licence = _LICENCE.search(text)
            found = {"license": licence[1].strip()} if licence else {}
            return {**found, **({"source": "card"} if _SOURCE.search(text) else {})}
    return {}


def _looked(table: Table, taken: _Taken) -> list[Finding]:
    findings: list[Finding] = []
    for detector in catalogue.detectors(Table) if table.rows else ():
        for said in run(detector(), table, Where(part=table.files[0] if table.files else "")):
            if isinstance(said, Unexamined):
                taken.unexamined.append(said)
            else:
                findings.append(said)
    findings.sort(key=lambda each: (-each.rule.severity, -each.confidence, each.rule.id, each.evidence))
    return findings


def _suspects(table: Table) -> list[Suspect]:
    scores = table.suspects
    ordered = sorted(scores, key=lambda row: (-max(scores[row].values()), int(table.keys[row]), row))
    return [
        Suspect(
            file=table.files[table.rows[row].file],
            line=table.rows[row].line,
            score=round(max(scores[row].values()), 4),
            rules=tuple(sorted(scores[row])),
        )
        for row in ordered[:_SUSPECTS]
        if max(scores[row].values()) > 0
    ]


def _beyond(table: Table, taken: _Taken) -> None:
    """Say what was not looked at."""
    name = table.files[0] if table.files else "-"
    if table.total > len(table):
        taken.miss(
            name,
            "too-large",
            f"{len(table)} of {table.total} rows were examined, drawn with seed {table.options.seed}",
        )
    if cut := sum(_cut(row, table) for row in table.rows):
        taken.miss(name, "too-large", f"of {cut} rows with long texts the middle was not examined")


def _cut(row: Row, table: Table) -> bool:
    return max(len(row.asked), len(row.answered)) > min(table.looked, table.bounds.text)


def _facts(table: Table, taken: _Taken) -> dict[str, str]:
    keys = np.sort(np.frombuffer(taken.keys, np.uint64)) if taken.keys else np.zeros(0, np.uint64)
    facts = {
        "rows": str(table.total),
        "examined": str(len(table)),
        "files": str(len(table.files)),
        "shape": ", ".join(sorted({shape.name for shape in taken.shapes})),
        "columns": ", ".join(visible(column) for column in table.columns[:20]),
        "encoding": ", ".join(sorted(taken.encodings)),
        "languages": ", ".join(f"{name} {count}" for name, count in taken.languages.most_common(4)),
        "labels": ", ".join(f"{visible(name)} {count}" for name, count in taken.labels.most_common(20)),
        "duplicates": str(int((keys[1:] == keys[:-1]).sum()) if len(keys) else 0),
        "malformed": str(taken.malformed),
        "seed": str(table.options.seed),
        "not_detectable": " ".join(limit.en for limit in LIMITS),
        **{key: visible(value) for key, value in table.card.items()},
    }
    return {key: value for key, value in facts.items() if value}
