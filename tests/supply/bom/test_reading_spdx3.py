"""SPDX 3."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from yanmen.core.nouns import Unexamined
from yanmen.supply.bom.reading import components, looks_like_bom
from yanmen.supply.bom.reading_spdx3 import of_graph
from yanmen.supply.targets import Component

Lay = Callable[[dict[str, str | bytes]], Path]
CONTEXT = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"
GRAPH: list[dict[str, Any]] = [
    {"type": "CreationInfo", "@id": "_:c", "specVersion": "3.0.1", "createdBy": ["urn:o"]},
    {"type": "Organization", "spdxId": "urn:o", "name": "Pallets"},
    {"type": "SpdxDocument", "spdxId": "urn:d", "rootElement": ["urn:app"]},
    {"type": "software_Package", "spdxId": "urn:app", "name": "shop", "software_packageVersion": "1"},
    {
        "type": "software_Package",
        "spdxId": "urn:flask",
        "name": "flask",
        "software_packageVersion": "3.0",
        "software_packageUrl": "pkg:pypi/flask@3.0",
        "suppliedBy": "urn:o",
        "verifiedUsing": [{"type": "Hash", "algorithm": "sha256", "hashValue": "ABAB"}],
    },
    {
        "type": "ai_AIPackage",
        "spdxId": "urn:bert",
        "name": "bert",
        "externalIdentifier": [
            {"type": "ExternalIdentifier", "externalIdentifierType": "packageUrl", "identifier": "pkg:huggingface/a/bert"}
        ],
    },
    {"type": "software_Package", "spdxId": "urn:test", "name": "pytest", "software_packageUrl": "pkg:pypi/pytest@8"},
    {"type": "simplelicensing_LicenseExpression", "spdxId": "urn:l", "simplelicensing_licenseExpression": "BSD-3-Clause"},
    {"type": "Relationship", "spdxId": "urn:1", "from": "urn:app", "relationshipType": "dependsOn",
     "to": ["urn:flask", "urn:bert"]},
    {"type": "Relationship", "spdxId": "urn:2", "from": "urn:flask", "relationshipType": "hasDeclaredLicense", "to": ["urn:l"]},
    {
        "type": "Relationship",
        "spdxId": "urn:3",
        "from": "urn:bert",
        "relationshipType": "hasConcludedLicense",
        "to": ["https://spdx.org/licenses/Apache-2.0"],
    },
    {
        "type": "LifecycleScopedRelationship",
        "spdxId": "urn:4",
        "from": "urn:app",
        "relationshipType": "dependsOn",
        "scope": "test",
        "to": ["urn:test"],
    },
]  # fmt: skip


def test_packages_models_licences_and_scopes_are_read(lay: Lay) -> None:
    """As SPDX 2's: by package URL, with what each needs, who supplies it and its digests."""
    path = lay({"x.json": json.dumps({"@context": CONTEXT, "@graph": GRAPH})}) / "x.json"
    found = {one.name: one for one in components(path) if isinstance(one, Component)}

    assert looks_like_bom(path)
    assert found["shop"].facts["role"] == "project"
    assert set(found["shop"].needs) == {"pkg:pypi/flask@3.0", "pkg:huggingface/a/bert", "pkg:pypi/pytest@8"}
    flask = found["flask"]
    assert (flask.purl, flask.licences, flask.hashes) == (
        "pkg:pypi/flask@3.0",
        ("BSD-3-Clause",),
        {"sha256": "abab"},
    )
    assert flask.facts["supplier"] == "Pallets"
    assert next(one for one in found.values() if "bert" in one.purl).licences == ("Apache-2.0",)
    assert found["pytest"].scope == "develop"


@pytest.mark.parametrize(
    "graph", [[], [None], [{"type": "software_Package"}], [{"type": 3, "spdxId": []}], {"a": 1}, "x"]
)
def test_a_graph_of_nothing_is_said(lay: Lay, graph: object) -> None:
    """Never an empty bill that is clean."""
    path = lay({"x.json": json.dumps({"@context": CONTEXT, "@graph": graph})}) / "x.json"
    found = list(components(path))

    assert found
    assert all(isinstance(one, Unexamined) for one in found)


def test_one_element_may_stand_alone() -> None:
    """Without a graph around it."""
    assert [one["name"] for one in of_graph({**GRAPH[3], "@context": CONTEXT})["packages"]] == ["shop"]
