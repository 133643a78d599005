"""The forms of a report: one closed table."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from yanmen.supply.formats import document, html, notice, sarif, table
from yanmen.supply.report import Report

FORMATS: Mapping[str, Callable[[Report, str], bytes]] = {
    "table": table.written,
    "json": document.written,
    "sarif": sarif.written,
    "html": html.written,
    "notice": notice.written,
}
"""By name: from a report and a language (``en``, ``zh``) to the bytes."""

__all__ = ["FORMATS"]
