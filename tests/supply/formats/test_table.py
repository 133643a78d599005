"""What a person reads in a terminal."""

from __future__ import annotations

import pytest

from yanmen.supply.formats import FORMATS, table
from yanmen.supply.report import Report


@pytest.mark.parametrize(
    ("tongue", "words"),
    [("en", ["FOUND", "STALE", "Fix: Upgrade."]), ("zh", ["发现问题", "已过期", "处理：升级。"])],
)
def test_verdict_findings_fixes_gaps_and_feeds_are_said(
    report: Report, tongue: str, words: list[str]
) -> None:
    """With places, and what is accepted and waived with who answers for it."""
    text = table.written(report, tongue).decode()

    for word in [
        *words,
        "requirements.txt:3",
        "pkg:pypi/jinja2@2.4.1",
        "unsupported",
        "pkg:deb",
        "alice",
        "platform",
    ]:
        assert word in text
    assert "zlib1g" not in text  # accepted
    assert text.index("pickle.calls-os") < text.index("component.vulnerable")


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_every_form_is_written_in_both_languages(report: Report, name: str) -> None:
    """And says the same twice."""
    for tongue in ("en", "zh"):
        assert FORMATS[name](report, tongue) == FORMATS[name](report, tongue)
    assert FORMATS[name](report, "en") != FORMATS[name](report, "zh")
