"""SPDX 3 as JSON-LD: a graph of elements, brought into the shape of SPDX 2 as far as both say the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from yanmen.supply.documents.text import items, table, word
from yanmen.supply.walk import UnreadError

ELEMENTS = 2_000_000
"""Of one graph."""
_PACKAGES = frozenset({"software_Package", "ai_AIPackage", "dataset_DatasetPackage"})
_RELATIONS = frozenset({"Relationship", "LifecycleScopedRelationship"})
_LINKS = {
    "dependsOn": "DEPENDS_ON",
    "contains": "CONTAINS",
    "hasDynamicLink": "DYNAMIC_LINK",
    "hasStaticLink": "STATIC_LINK",
    "hasOptionalDependency": "OPTIONAL_DEPENDENCY_OF",
    "hasProvidedDependency": "DEPENDS_ON",
}
_LICENCES = {"hasDeclaredLicense": "licenseDeclared", "hasConcludedLicense": "licenseConcluded"}
_SCOPES = {"development": "DEV_DEPENDENCY_OF", "build": "BUILD_DEPENDENCY_OF", "test": "DEV_DEPENDENCY_OF"}
_PURPOSES = {"container": "CONTAINER", "operatingSystem": "OPERATING-SYSTEM", "file": "FILE"}


def of_graph(document: dict[str, Any]) -> dict[str, Any]:
    """A document with ``packages`` and ``relationships``. UnreadError where the graph is too large."""
    graph = [table(one) for one in items(document.get("@graph"))] or [document]
    if len(graph) > ELEMENTS:
        raise UnreadError("too-large", f"more than {ELEMENTS} elements")
    known = {_id(one): one for one in graph}
    packages = {_id(one): _package(one, known) for one in graph if _type(one) in _PACKAGES}
    relations = [link for one in graph if _type(one) in _RELATIONS for link in _links(one, packages, known)]
    roots = (
        word(root)
        for one in graph
        if _type(one) in {"SpdxDocument", "software_Sbom"}
        for root in items(one.get("rootElement"))
    )
    relations += [_link("SPDXRef-DOCUMENT", "DESCRIBES", root) for root in roots]
    return {"packages": list(packages.values()), "relationships": relations}


def _package(one: dict[str, Any], known: dict[str, dict[str, Any]]) -> dict[str, Any]:
    named = [word(one.get("software_packageUrl"))]
    named += [
        word(said.get("identifier"))
        for said in map(table, items(one.get("externalIdentifier")))
        if said.get("externalIdentifierType") == "packageUrl"
    ]
    return {
        "SPDXID": _id(one),
        "name": word(one.get("name")),
        "versionInfo": word(one.get("software_packageVersion")),
        "primaryPackagePurpose": _PURPOSES.get(word(one.get("software_primaryPurpose")), ""),
        "supplier": word(table(known.get(word(one.get("suppliedBy")))).get("name")),
        "externalRefs": [{"referenceType": "purl", "referenceLocator": name} for name in named if name],
        "checksums": [
            {
                "algorithm": word(digest.get("algorithm")).upper(),
                "checksumValue": word(digest.get("hashValue")),
            }
            for digest in map(table, items(one.get("verifiedUsing")))
        ],
    }


def _links(
    one: dict[str, Any], packages: dict[str, dict[str, Any]], known: dict[str, dict[str, Any]]
) -> Iterator[dict[str, str]]:
    """A relationship to each of its ends; one that names a licence is told to its package."""
    kind, left = word(one.get("relationshipType")), word(one.get("from"))
    for right in map(word, items(one.get("to"))):
        if kind in _LICENCES and left in packages:
            packages[left][_LICENCES[kind]] = _licence(right, known)
        elif kind == "dependsOn" and (scope := _SCOPES.get(word(one.get("scope")))):
            yield _link(right, scope, left)
        elif (said := _LINKS.get(kind)) == "OPTIONAL_DEPENDENCY_OF":
            yield _link(right, said, left)
        elif said:
            yield _link(left, said, right)


def _licence(name: str, known: dict[str, dict[str, Any]]) -> str:
    """An expression, a licence of its own by its name, or one of the list by the end of its address."""
    one = known.get(name, {})
    said = word(one.get("simplelicensing_licenseExpression")) or word(one.get("name"))
    return said or ("" if name.startswith("_:") else name.rpartition("/")[2])


def _link(left: str, kind: str, right: str) -> dict[str, str]:
    return {"spdxElementId": left, "relationshipType": kind, "relatedSpdxElement": right}


def _id(one: dict[str, Any]) -> str:
    return word(one.get("spdxId")) or word(one.get("@id"))


def _type(one: dict[str, Any]) -> str:
    return word(one.get("type")) or word(one.get("@type"))
