"""The page of a report."""

from __future__ import annotations

from yanmen.supply.formats import html
from yanmen.supply.report import Report


def test_names_are_text_and_nothing_is_fetched(report: Report) -> None:
    """Markup in a file's name or in evidence stays text."""
    page = html.written(report, "zh").decode()

    assert "<b>evil</b>" not in page
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "http://" not in page
    assert "https://" not in page
    assert "加载时会执行命令" in page
