"""OpenVEX."""

from __future__ import annotations

import json
from typing import Any

import pytest

from yanmen.core.clock import DAY
from yanmen.supply.vex import openvex
from yanmen.supply.vex.statement import Product, Statement

DOCUMENT: dict[str, Any] = {
    "@context": "https://openvex.dev/ns/v0.2.0",
    "@id": "https://example.org/1",
    "author": "Example",
    "timestamp": "1970-01-03T00:00:00Z",
    "version": 1,
    "statements": [
        {
            "vulnerability": {
                "@id": "https://nvd.nist.gov/vuln/detail/CVE-1",
                "name": "CVE-1",
                "aliases": ["GHSA-1"],
            },
            "products": [{"@id": "pkg:pypi/x@1"}, {"@id": "urn:y", "identifiers": {"purl": "pkg:pypi/y"}}],
            "status": "not_affected",
            "justification": "inline_mitigations_already_exist",
            "impact_statement": "guarded",
            "timestamp": "1970-01-02T00:00:00Z",
            "status_notes": "see below [expires: 1970-01-09T00:00:00Z] [by: Alice]",
        }
    ],
}


def test_a_document_is_read() -> None:
    """Ids and aliases, products by either name, when it was said and when it ends, and who said it."""
    (found,) = openvex.read(DOCUMENT, "f")

    assert found == Statement(
        vulnerability="CVE-1",
        aliases=("GHSA-1",),
        products=(Product(purl="pkg:pypi/x@1"), Product(purl="pkg:pypi/y")),
        status="not_affected",
        justification="inline_mitigations_already_exist",
        impact="guarded",
        author="Alice",
        at=DAY,
        expires=8 * DAY,
        where="f#1",
    )


def test_the_first_form_is_read() -> None:
    """A name for a vulnerability, a string for a product; the document's time and author are the statement's."""
    old = {
        "@context": "https://openvex.dev/ns",
        "author": "A",
        "timestamp": "1970-01-02T00:00:00Z",
        "statements": [{"vulnerability": "CVE-1", "products": ["pkg:pypi/x"], "status": "fixed"}],
    }
    (found,) = openvex.read(old, "f")

    assert isinstance(found, Statement)
    assert (found.vulnerability, found.author, found.at) == ("CVE-1", "A", DAY)


def test_a_part_is_said_of_its_whole() -> None:
    """It is not about the part elsewhere."""
    one = DOCUMENT | {
        "statements": [
            DOCUMENT["statements"][0]
            | {"products": [{"@id": "pkg:oci/app", "subcomponents": [{"@id": "pkg:pypi/x"}]}]}
        ]
    }
    (found,) = openvex.read(one, "f")

    assert isinstance(found, Statement)
    assert found.products == (Product(purl="pkg:pypi/x", within="pkg:oci/app"),)


@pytest.mark.parametrize(
    "change",
    [
        {"status": "fine"},
        {"vulnerability": {}},
        {"products": []},
        {"products": ["x"]},
        {"timestamp": "soon"},
        {"status_notes": "[expires: 1999-99-99]"},
    ],
)
def test_a_statement_that_is_none_is_named(change: dict[str, Any]) -> None:
    """It is not left out in silence: what was meant as an end and is none, least of all."""
    one = DOCUMENT | {"statements": [DOCUMENT["statements"][0] | change]}

    assert list(openvex.read(one, "f")) == ["f#1"]


@pytest.mark.parametrize(
    "value",
    [None, 7, "x", [], {"statements": "x"}, {"statements": [7, None, {"vulnerability": 7, "products": 7}]}],
)
def test_no_shape_makes_it_fail(value: Any) -> None:
    """Whatever stands where a table should."""
    document = value if isinstance(value, dict) else {"statements": [value]}

    assert all(isinstance(one, str) for one in openvex.read(document, "f"))


def test_what_is_written_is_read_again() -> None:
    """All of it, ranges and parts too."""
    given = Statement(
        vulnerability="CVE-1",
        aliases=("GHSA-1",),
        status="not_affected",
        justification="component_not_present",
        impact="why",
        action="what",
        author="Alice B",
        at=DAY,
        expires=3 * DAY,
        products=(
            Product(purl="pkg:pypi/x", versions="vers:pypi/>=1.0|<2.0"),
            Product(purl="pkg:pypi/y@1", within="pkg:oci/app"),
        ),
    )
    document = json.loads(openvex.written([given], name="urn:x", at=DAY))

    assert openvex.is_openvex(document)
    assert list(openvex.read(document, "")) == [
        Statement(**{**{name: getattr(given, name) for name in given.__struct_fields__}, "where": "#1"})
    ]


def test_only_fields_of_the_format_are_written() -> None:
    """What OpenVEX 0.2 knows of a statement; our extension stands in its notes."""
    known = {
        "@id",
        "version",
        "vulnerability",
        "timestamp",
        "last_updated",
        "products",
        "status",
        "supplier",
        "status_notes",
        "justification",
        "impact_statement",
        "action_statement",
        "action_statement_timestamp",
    }
    (found,) = openvex.read(DOCUMENT, "f")

    assert isinstance(found, Statement)
    assert openvex.entry(found).keys() <= known
