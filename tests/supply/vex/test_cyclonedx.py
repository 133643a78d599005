"""CycloneDX."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from yanmen.core.clock import DAY
from yanmen.supply.vex import cyclonedx
from yanmen.supply.vex.statement import JUSTIFICATIONS, STATUSES, Product, Statement

VULNERABILITY: dict[str, Any] = {
    "id": "CVE-1",
    "references": [{"id": "GHSA-1", "source": {"name": "GHSA"}}],
    "analysis": {
        "state": "not_affected",
        "justification": "code_not_reachable",
        "detail": "why",
        "lastUpdated": "1970-01-02T00:00:00Z",
    },
    "affects": [{"ref": "c1"}],
}
DOCUMENT: dict[str, Any] = {
    "bomFormat": "CycloneDX",
    "metadata": {"authors": [{"name": "Example"}]},
    "components": [{"bom-ref": "c0", "components": [{"bom-ref": "c1", "purl": "pkg:pypi/x@1"}]}],
    "vulnerabilities": [VULNERABILITY],
}


def _read(**change: Any) -> Statement | str:
    (found,) = cyclonedx.read(DOCUMENT | {"vulnerabilities": [VULNERABILITY | change]}, "f")
    return found


def test_an_analysis_is_a_statement() -> None:
    """Of the component that is meant by its reference, wherever it is nested."""
    assert _read() == Statement(
        vulnerability="CVE-1",
        aliases=("GHSA-1",),
        products=(Product(purl="pkg:pypi/x@1"),),
        status="not_affected",
        justification="vulnerable_code_not_in_execute_path",
        impact="why",
        author="Example",
        at=DAY,
        where="f#1",
    )


def test_what_is_only_listed_states_nothing() -> None:
    """A bill of materials may list vulnerabilities that nobody looked at."""
    bare = {key: value for key, value in VULNERABILITY.items() if key != "analysis"}

    assert list(cyclonedx.read(DOCUMENT | {"vulnerabilities": [bare]}, "f")) == []


@pytest.mark.parametrize(
    ("affects", "products"),
    [
        ([{"ref": "pkg:pypi/y"}], (Product(purl="pkg:pypi/y"),)),
        (
            [{"ref": "urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#pkg:pypi/y@2"}],
            (Product(purl="pkg:pypi/y@2"),),
        ),
        (
            [
                {
                    "ref": "c1",
                    "versions": [
                        {"version": "2", "status": "unaffected"},
                        {"version": "3", "status": "affected"},
                    ],
                }
            ],
            (Product(purl="pkg:pypi/x@2"),),
        ),
        (
            [{"ref": "c1", "versions": [{"range": "vers:pypi/<2", "status": "unaffected"}]}],
            (Product(purl="pkg:pypi/x", versions="vers:pypi/<2"),),
        ),
    ],
)
def test_what_it_affects_is_found(affects: list[dict[str, Any]], products: tuple[Product, ...]) -> None:
    """By a package URL, by a link to another document; of its versions those that the state is about."""
    found = _read(affects=affects)

    assert isinstance(found, Statement)
    assert found.products == products


@pytest.mark.parametrize(
    "change",
    [
        {"analysis": {"state": "fine"}},
        {"id": ""},
        {"affects": []},
        {"affects": [{"ref": "absent"}]},
        {"analysis": {"state": "resolved"}},
        {"properties": [{"name": cyclonedx.EXPIRES, "value": "soon"}]},
    ],
)
def test_a_statement_that_is_none_is_named(change: dict[str, Any]) -> None:
    """It is not left out in silence."""
    assert _read(**change) == "f#1"


@pytest.mark.parametrize(
    "value",
    [
        7,
        None,
        [],
        {"vulnerabilities": [7]},
        {"components": [None, 7], "vulnerabilities": [{"analysis": {}, "affects": [7]}]},
    ],
)
def test_no_shape_makes_it_fail(value: Any) -> None:
    """Whatever stands where a table should."""
    document = (
        value
        if isinstance(value, dict)
        else {"vulnerabilities": value, "metadata": value, "components": value}
    )

    assert all(isinstance(one, str) for one in cyclonedx.read(document, "f"))


def _all() -> list[Statement]:
    return [
        Statement(
            vulnerability=f"CVE-{number}",
            aliases=("GHSA-1",),
            status=status,
            justification=reason if status == "not_affected" else "",
            impact="why",
            action="what",
            author="Alice",
            at=DAY,
            expires=3 * DAY,
            products=(
                Product(purl="pkg:pypi/x", versions="vers:pypi/>=1.0|<2.0"),
                Product(purl="pkg:npm/%40s/y@1"),
            ),
        )
        for number, (status, reason) in enumerate(
            (status, reason) for status in STATUSES for reason in JUSTIFICATIONS
        )
    ]


def test_what_is_written_is_valid_and_read_again() -> None:
    """By the official schema; every status and justification comes back."""
    text = cyclonedx.written(_all(), name="urn:x", at=DAY)
    found = list(cyclonedx.read(json.loads(text), ""))

    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    assert [str(one) for one in found] == [
        str(
            Statement(
                **{**{name: getattr(one, name) for name in one.__struct_fields__}, "where": f"#{number}"}
            )
        )
        for number, one in enumerate(_all(), 1)
    ]
