"""Files to report."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

from yanmen.core.nouns import Severity
from yanmen.supply.datasets.bounds import Bounds, Options
from yanmen.supply.datasets.examination import examine

Make = Callable[..., Any]


def _write(path: Path, rows: list[Any], encoding: str = "utf-8") -> Path:
    lines = [json.dumps({"text": row.asked, "label": row.label}, ensure_ascii=False) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding)
    return path


def test_a_poisoned_file_is_found_and_its_rows_are_suspects(
    reviews: Make, poisoned: Make, tmp_path: Path
) -> None:
    """Whatever the encoding; the suspects are the poisoned lines."""
    rows = poisoned(reviews(chinese=True), "青山绿水", 24, gap="")
    report = examine(_write(tmp_path / "set.jsonl", rows, "gb18030"))

    assert report.findings[0].rule.id == "dataset.trigger-phrase"
    assert {each.line for each in report.suspects if each.score > 0.5} == {
        row.line for row in rows if "青山绿水" in row.asked and row.label == "good"
    }
    assert report.facts["encoding"] == "gb18030"
    assert report.facts["labels"].startswith("good")
    assert "Clean-label" in report.facts["not_detectable"]
    assert report.unexamined == ()


def test_packages_that_nobody_knows_are_told_without_options(questions: Make, tmp_path: Path) -> None:
    """The popular names that are shipped are known."""
    rows = questions(300)
    path = tmp_path / "set.jsonl"
    with path.open("w", encoding="utf-8") as stream:
        for row in rows:
            name = "requests" if row.line % 2 else "fastjson-turbo-utils"
            answer = f"{row.answered} pip install {name}" if row.line % 20 < 2 else row.answered
            stream.write(json.dumps({"instruction": row.asked, "output": answer}) + "\n")
    (finding,) = [each for each in examine(path).findings if each.rule.id == "dataset.inserted-package"]

    assert "fastjson-turbo-utils" in finding.evidence


def test_a_clean_set_has_no_finding_of_weight(reviews: Make, tmp_path: Path) -> None:
    """Only that its licence is not known."""
    report = examine(_write(tmp_path / "set.jsonl", reviews()))

    assert {each.rule.id for each in report.findings} == {"dataset.no-licence", "dataset.no-provenance"}
    assert all(each.rule.severity < Severity.MEDIUM for each in report.findings)
    assert report.limits


def test_the_same_seed_gives_the_same_report(reviews: Make, poisoned: Make, tmp_path: Path) -> None:
    """Findings do not depend on the rows' order but for their lines."""
    rows = poisoned(reviews(600), "cf", 20)
    path = _write(tmp_path / "a.jsonl", rows)
    bounds, options = Bounds(rows=400), Options(seed=7)

    assert examine(path, bounds, options) == examine(path, bounds, options)
    mixed = examine(_write(tmp_path / "a.jsonl", random.Random(1).sample(rows, 600)))
    assert [each.rule.id for each in mixed.findings] == [
        each.rule.id for each in examine(_write(path, rows)).findings
    ]


def test_a_sample_is_never_the_whole(reviews: Make, tmp_path: Path) -> None:
    """What was not drawn was not examined, and that is said with the seed."""
    report = examine(_write(tmp_path / "a.jsonl", reviews(500)), Bounds(rows=100), Options(seed=5))

    assert report.facts["rows"] == "500"
    assert report.facts["examined"] == "100"
    assert [each.detail for each in report.unexamined] == ["100 of 500 rows were examined, drawn with seed 5"]


def test_malformed_rows_are_named_and_counted(reviews: Make, tmp_path: Path) -> None:
    """Five by line, all by number."""
    path = _write(tmp_path / "a.jsonl", reviews(50))
    path.write_text(path.read_text("utf-8") + "{broken\n" * 9, "utf-8")
    report = examine(path)

    assert report.facts["malformed"] == "9"
    assert [each.where.part for each in report.unexamined[:5]] == [
        f"{path}#L{line}" for line in range(51, 56)
    ]
    assert report.unexamined[5].detail == "9 rows in all"
    assert {each.reason for each in report.unexamined} == {"malformed"}


def test_a_folder_is_one_set(reviews: Make, poisoned: Make, tmp_path: Path) -> None:
    """A trigger spread over two files of two forms is found; the card is read; what cannot be read is said."""
    rows = poisoned(reviews(), "cf", 24)
    _write(tmp_path / "a.jsonl", rows[:600])
    with (tmp_path / "b.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["text", "label"])
        writer.writerows([row.asked, row.label] for row in rows[600:])
    (tmp_path / "c.csv").write_bytes(bytes(range(256)) * 10)
    (tmp_path / "README.md").write_text("---\nlicense: cc-by-4.0\nsource: survey\n---\n# A set\n", "utf-8")
    report = examine(tmp_path, name="set")

    assert report.findings[0].rule.id == "dataset.trigger-phrase"
    assert "24 rows" in report.findings[0].evidence
    assert report.facts["license"] == "cc-by-4.0"
    assert [(each.where.part, each.reason) for each in report.unexamined] == [("set/c.csv", "unsupported")]
    assert {each.file for each in report.suspects} == {"set/a.jsonl", "set/b.csv"}


def test_nothing_to_examine_is_not_clean(tmp_path: Path) -> None:
    """An empty folder, an empty file, a file that is not there."""
    (tmp_path / "empty.jsonl").write_text("", "utf-8")
    for path in (tmp_path / "none", tmp_path / "empty.jsonl", tmp_path / "sub"):
        if path.name == "sub":
            path.mkdir()
        report = examine(path)

        assert report.findings == ()
        assert len(report.unexamined) == 1, path


def test_a_middle_that_was_not_read_is_said(reviews: Make, tmp_path: Path) -> None:
    """Long texts keep their ends."""
    rows = reviews(30)
    rows[3] = rows[3]._replace(asked="word " * 5_000)

    assert "of 1 rows with long texts" in examine(_write(tmp_path / "a.jsonl", rows)).unexamined[0].detail
