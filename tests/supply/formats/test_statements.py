"""The OpenVEX document of a report."""

from __future__ import annotations

import json

import msgspec

from yanmen.supply.formats import statements
from yanmen.supply.report import Report
from yanmen.supply.vex import Product, Statement
from yanmen.supply.vex.openvex import is_openvex


def test_every_target_s_statements_stand_in_one_document(report: Report) -> None:
    """Named by what was scanned; with none it is a document without statements."""
    said = Statement(
        vulnerability="CVE-1", products=(Product(purl="pkg:pypi/a@1"),), status="under_investigation", at=1
    )
    first = msgspec.structs.replace(report.targets[0], stated=(said,))
    both = msgspec.structs.replace(report, targets=(first, msgspec.structs.replace(first, path="b")))
    tree = json.loads(statements.of_report(both))

    assert is_openvex(tree)
    assert [one["vulnerability"]["name"] for one in tree["statements"]] == ["CVE-1", "CVE-1"]
    assert json.loads(statements.of_report(report))["statements"] == []
