"""What an audit says."""

from __future__ import annotations

import pytest

from yanmen.store.audit.report import MOST, Findings, Problem, Report

ONE = (Problem(code="altered", seq=1),)


@pytest.mark.parametrize(
    ("problems", "unjudged", "word", "code"),
    [((), (), "ok", 0), (ONE, (), "altered", 1), ((), ONE, "unjudged", 2), (ONE, ONE, "altered", 1)],
)
def test_found_beats_could_not_judge_beats_clean(
    problems: tuple[Problem, ...], unjudged: tuple[Problem, ...], word: str, code: int
) -> None:
    """As everywhere in the house."""
    report = Report(problems=problems, unjudged=unjudged)

    assert (report.word, report.exit_code) == (word, code)


def test_very_many_problems_are_counted() -> None:
    """The first are told one by one."""
    found = Findings()
    for seq in range(MOST + 7):
        found.altered("altered", seq)

    assert (len(found.problems), found.more) == (MOST, 7)
