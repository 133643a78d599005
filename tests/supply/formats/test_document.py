"""The JSON of a report, against its published schema."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import msgspec
import pytest

from yanmen.supply.formats import document
from yanmen.supply.report import Report, Result
from yanmen.supply.targets import Suspect

SCHEMA = json.loads((Path(__file__).parents[3] / "docs/reference/scan-report.schema.json").read_text("utf-8"))


@pytest.mark.parametrize("tongue", ["en", "zh"])
def test_a_report_fits_its_published_schema(report: Report, tongue: str) -> None:
    """In both languages, and no field is unknown to the schema."""
    tree = json.loads(document.written(report, tongue))

    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(tree, SCHEMA)
    assert (tree["verdict"], tree["exit_code"]) == ("found", 1)
    assert [one["verdict"] for one in tree["targets"]] == ["found", "found", "clean"]
    assert tree["targets"][1]["proof"] == "unsafe"
    assert tree["findings"][0]["rule"] == "pickle.calls-os"
    assert (tree["findings"][1]["path"], tree["findings"][1]["line"]) == ("requirements.txt", 3)
    assert tree["findings"][1]["component"] == "pkg:pypi/jinja2@2.4.1"
    assert [one["accepted"] for one in tree["targets"][0]["unexamined"]] == [True, False]
    assert tree["waived"][0]["because"] == "not reachable"
    assert tree["feeds"][0]["stale"] is True


def test_rows_to_look_at_fit_the_schema(report: Report) -> None:
    """With file, line, score and rules; no other target has any."""
    rows = (Suspect(file="a.jsonl", line=7, score=0.48, rules=("dataset.conditional-answer",)),)
    made = msgspec.structs.replace(report, targets=(Result(path="a.jsonl", kind="dataset", suspects=rows),))
    tree = json.loads(document.written(made, "en"))

    jsonschema.validate(tree, SCHEMA)
    assert tree["targets"][0]["suspects"] == [
        {"path": "a.jsonl", "line": 7, "score": 0.48, "rules": ["dataset.conditional-answer"]}
    ]
    assert all("suspects" not in one for one in json.loads(document.written(report, "en"))["targets"])


def test_a_line_is_a_number_behind_its_mark() -> None:
    """Anything else belongs to the path."""
    assert document.place("a/b.py#L12") == ("a/b.py", 12)
    assert document.place("a#Lx") == ("a#Lx", None)
    assert document.place("") == ("", None)
