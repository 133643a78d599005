"""What the table and the page both say."""

from __future__ import annotations

import msgspec
import pytest

from yanmen.core.nouns import Phrase, Severity
from yanmen.supply.formats import words
from yanmen.supply.report import Report, Result, Risk
from yanmen.supply.targets import Suspect
from yanmen.supply.upgrades import Plan
from yanmen.supply.upgrades.wanted import Edit


def test_gaps_are_counted_by_reason_without_what_is_accepted(report: Report) -> None:
    """With the first of each as an example."""
    (gap,) = words.gaps(report)

    assert (gap.reason, gap.number, gap.subject) == ("unsupported", 1, "x.rds#L2")
    assert words.tally(report, "en") == "1 critical, 1 high"
    assert "121" in words.feeds(report, "zh")[0]


def test_the_limits_of_a_data_set_are_said_where_one_was_examined(report: Report) -> None:
    """Not beside a model."""
    made = msgspec.structs.replace(report, targets=(Result(path="rows.jsonl", kind="dataset"),))

    assert not words.limits(report, "en")
    assert "Clean-label" in words.limits(made, "en")[0]
    assert "干净标签" in words.limits(made, "zh")[0]


def test_the_rows_to_read_first_are_listed(report: Report) -> None:
    """Ten of each data set, the others counted; what a name hides is shown."""
    rows = tuple(
        Suspect(file="a\x1b.jsonl", line=line, score=0.5, rules=("dataset.label-flips", "dataset.secrets"))
        for line in range(1, 13)
    )
    made = msgspec.structs.replace(
        report, targets=(Result(path="rows.jsonl", kind="dataset", suspects=rows),)
    )
    lines = words.suspects(made, "en")

    assert lines[0] == "a\\u001b.jsonl:1  0.50  dataset.label-flips, dataset.secrets"
    assert len(lines) == 11
    assert "2" in lines[10]
    assert words.suspects(report, "zh") == []


@pytest.mark.parametrize("tongue", ["en", "zh"])
def test_what_to_do_first_stands_before_everything(report: Report, tongue: str) -> None:
    """What must not be loaded, what one patch mends and of how much, what is exploited and stays."""
    edit = Edit(
        path="requirements.txt",
        line=3,
        name="jinja2",
        before="jinja2==2.4.1",
        after="jinja2==2.7.2",
        version="2.7.2",
        ids=("CVE-2014-1402",),
    )
    plan = Plan(
        why=Phrase(en="", zh=""), edits=(edit,), cleared=(("pkg:pypi/jinja2@2.4.1", "CVE-2014-1402"),)
    )
    risks = tuple(
        Risk(purl=purl, score=90, factors={"exploited": 25})
        for purl in ("pkg:pypi/jinja2@2.4.1", "pkg:pypi/pillow@9.0.0")
    )
    first = msgspec.structs.replace(report.targets[0], plan=plan, risks=risks)
    lines = words.first(
        msgspec.structs.replace(
            report, targets=(first, *report.targets[1:], Result(path="t.jsonl", kind="dataset"))
        ),
        tongue,
    )

    assert len(lines) == 3
    assert "evil" in lines[0]
    assert "1" in lines[1]
    assert "pillow@9.0.0" in lines[2]
    assert "jinja2" not in lines[2]  # the edit answers it
    assert words.first(msgspec.structs.replace(report, targets=()), tongue) == []


def test_what_destroys_at_once_comes_before_what_is_vulnerable(report: Report) -> None:
    """Of one severity."""
    grave = msgspec.structs.replace(
        report.targets[0].findings[0],
        rule=msgspec.structs.replace(report.targets[0].findings[0].rule, severity=Severity.CRITICAL),
    )
    first = msgspec.structs.replace(report.targets[0], findings=(grave,))
    made = msgspec.structs.replace(report, targets=(first, *report.targets[1:]))

    assert [group.rule.id for group in words.groups(made)] == ["pickle.calls-os", "component.vulnerable"]
