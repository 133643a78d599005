"""A report's vulnerabilities as one OpenVEX document, to be handed on with what was scanned."""

from __future__ import annotations

from pathlib import Path

from yanmen.supply.report import Report
from yanmen.supply.vex import openvex


def of_report(report: Report) -> bytes:
    """The document. It is of no language: its words are the standard's, and what people wrote."""
    place = Path(report.targets[0].path if report.targets else ".").absolute().name
    stated = [one for result in report.targets for one in result.stated]
    return openvex.written(stated, name=f"urn:yanmen:vex:{place}", at=report.at).encode()
