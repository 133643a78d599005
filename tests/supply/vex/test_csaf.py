"""CSAF."""

from __future__ import annotations

from typing import Any

import pytest

from yanmen.core.clock import DAY
from yanmen.supply.vex import csaf
from yanmen.supply.vex.statement import Product, Statement


def _named(identity: str, purl: str) -> dict[str, Any]:
    return {"product_id": identity, "name": identity, "product_identification_helper": {"purl": purl}}


DOCUMENT: dict[str, Any] = {
    "document": {
        "category": "csaf_vex",
        "csaf_version": "2.0",
        "publisher": {"name": "Vendor"},
        "tracking": {"current_release_date": "1970-01-02T00:00:00Z"},
    },
    "product_tree": {
        "branches": [
            {
                "category": "vendor",
                "name": "v",
                "branches": [
                    {"category": "product_version", "name": "1", "product": _named("P1", "pkg:pypi/x@1")},
                    {
                        "category": "product_version_range",
                        "name": "vers:pypi/<2",
                        "product": _named("P2", "pkg:pypi/x"),
                    },
                    {
                        "category": "product_version_range",
                        "name": "before 2",
                        "product": _named("P3", "pkg:pypi/x"),
                    },
                ],
            }
        ],
        "full_product_names": [_named("P4", "pkg:oci/app")],
        "relationships": [
            {
                "category": "default_component_of",
                "product_reference": "P1",
                "relates_to_product_reference": "P4",
                "full_product_name": {"product_id": "P5", "name": "x in app"},
            }
        ],
    },
    "vulnerabilities": [
        {
            "cve": "CVE-1",
            "ids": [{"system_name": "GitHub", "text": "GHSA-1"}],
            "product_status": {
                "known_not_affected": ["P1", "P5"],
                "fixed": ["P2"],
                "known_affected": ["P3"],
                "under_investigation": ["none"],
            },
            "flags": [{"label": "vulnerable_code_not_present", "product_ids": ["P1"]}],
            "threats": [
                {"category": "impact", "details": "not built in", "product_ids": ["P1"]},
                {"category": "exploit_status", "details": "no"},
            ],
            "remediations": [{"category": "vendor_fix", "details": "update", "product_ids": ["P2"]}],
        }
    ],
}


def test_each_product_and_status_is_a_statement() -> None:
    """With its flag, its impact and its remedy; a range in words is nothing that can be compared, so it is left."""
    found = [one for one in csaf.read(DOCUMENT, "f") if isinstance(one, Statement)]

    assert {(one.status, one.products[0]) for one in found} == {
        ("not_affected", Product(purl="pkg:pypi/x@1")),
        ("not_affected", Product(purl="pkg:pypi/x@1", within="pkg:oci/app")),
        ("fixed", Product(purl="pkg:pypi/x", versions="vers:pypi/<2")),
    }
    first = next(one for one in found if one.products[0] == Product(purl="pkg:pypi/x@1"))
    assert first == Statement(
        vulnerability="CVE-1",
        aliases=("GHSA-1",),
        products=first.products,
        status="not_affected",
        justification="vulnerable_code_not_present",
        impact="not built in",
        author="Vendor",
        at=DAY,
        where="f#1",
    )
    assert next(one for one in found if one.status == "fixed").action == "update"


@pytest.mark.parametrize(
    "change", [{"cve": "", "ids": []}, {"product_status": {}}, {"product_status": {"fixed": ["absent"]}}]
)
def test_what_states_nothing_that_can_be_used_is_named(change: dict[str, Any]) -> None:
    """By its place."""
    one = DOCUMENT | {"vulnerabilities": [DOCUMENT["vulnerabilities"][0] | change]}

    assert list(csaf.read(one, "f")) == ["f#1"]


@pytest.mark.parametrize(
    "value", [7, None, [], [7], {"branches": 7}, {"branches": [{"product": 7}], "relationships": [7]}]
)
def test_no_shape_makes_it_fail(value: Any) -> None:
    """Whatever stands where a table should."""
    assert list(csaf.read({"document": value, "product_tree": value, "vulnerabilities": [value]}, "f")) == [
        "f#1"
    ]


def test_branches_without_end_end() -> None:
    """Deeper than anybody nests them nothing is read."""
    deep: dict[str, Any] = {"product": _named("P", "pkg:pypi/x")}
    for _ in range(300):
        deep = {"branches": [deep]}

    assert list(csaf.read(DOCUMENT | {"product_tree": {"branches": [deep]}}, "f")) == ["f#1"]
