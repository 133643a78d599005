"""SPDX 2 as others write it: JSON, and tag-value brought into the same shape."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from yanmen.core.nouns import Unexamined
from yanmen.supply.documents.text import items, table, word
from yanmen.supply.purls import of_purl, purl
from yanmen.supply.targets import Component, Scope
from yanmen.supply.walk import File, UnreadError

PACKAGES = 500_000
"""Of one document."""
_ALGORITHMS = {
    "MD5": "md5",
    "SHA1": "sha1",
    "SHA256": "sha256",
    "SHA384": "sha384",
    "SHA512": "sha512",
    "BLAKE3": "blake3",
}
_NOTHING = frozenset({"", "NOASSERTION", "NONE"})
_NEEDS = {"DESCRIBES", "DEPENDS_ON", "CONTAINS", "DYNAMIC_LINK", "STATIC_LINK"}
_NEEDED = {
    "DEPENDENCY_OF",
    "RUNTIME_DEPENDENCY_OF",
    "DEV_DEPENDENCY_OF",
    "OPTIONAL_DEPENDENCY_OF",
    "BUILD_DEPENDENCY_OF",
}
_SCOPES: dict[str, Scope] = {
    "DEV_DEPENDENCY_OF": "develop",
    "BUILD_DEPENDENCY_OF": "develop",
    "TEST_DEPENDENCY_OF": "develop",
    "OPTIONAL_DEPENDENCY_OF": "optional",
}
_TAG = re.compile(r"([A-Za-z][A-Za-z]*):[ \t]*(.*)")
_KINDS = {"CONTAINER": "image", "OPERATING-SYSTEM": "system", "OPERATING_SYSTEM": "system", "FILE": "file"}


def read(file: File, document: dict[str, Any]) -> Iterator[Component | Unexamined]:
    """Every package with what it needs. One without a package URL is generic: nothing can be looked up of it."""
    packages = [table(one) for one in items(document.get("packages"))]
    if len(packages) > PACKAGES:
        raise UnreadError("too-large", f"more than {PACKAGES} packages")
    if not packages:
        yield file.unread("malformed", "an SPDX document without packages")
        return
    links = {word(one.get("SPDXID")): _link(one) for one in packages}
    needs, scopes = _edges(document)
    subjects = needs.get("SPDXRef-DOCUMENT", set())
    texts = {
        word(table(one).get("licenseId")): word(table(one).get("name"))
        or word(table(one).get("extractedText"))
        for one in items(document.get("hasExtractedLicensingInfos"))
    }
    for one in packages:
        name = word(one.get("SPDXID"))
        wanted = {links.get(need, "") for need in needs.get(name, ())} - {"", links[name]}
        try:
            found = _component(file, one, tuple(sorted(wanted)), scopes.get(name, "run"), texts)
            if name in subjects and not _purl(one):
                found = msgspec.structs.replace(found, facts={**found.facts, "role": "project"})
            yield found
        except UnreadError as error:
            yield file.unread(error.reason, f"{word(one.get('name'))}: {error.detail}")


def _edges(document: dict[str, Any]) -> tuple[dict[str, set[str]], dict[str, Scope]]:
    needs: dict[str, set[str]] = {}
    scopes: dict[str, Scope] = {}
    for said in items(document.get("relationships")):
        one = table(said)
        left, kind, right = (
            word(one.get(key)) for key in ("spdxElementId", "relationshipType", "relatedSpdxElement")
        )
        if kind in _NEEDS:
            needs.setdefault(left, set()).add(right)
        elif kind in _NEEDED:
            needs.setdefault(right, set()).add(left)
        if kind in _SCOPES:
            scopes[left] = _SCOPES[kind]
    return needs, scopes


def _purl(one: dict[str, Any]) -> str:
    for said in items(one.get("externalRefs")):
        reference = table(said)
        if word(reference.get("referenceType")) == "purl":
            return word(reference.get("referenceLocator"))
    return ""


def _link(one: dict[str, Any]) -> str:
    try:
        if said := _purl(one):
            return of_purl(said).purl
        return purl("generic", word(one.get("name")), word(one.get("versionInfo")))
    except UnreadError:
        return ""


def _component(
    file: File, one: dict[str, Any], needs: tuple[str, ...], scope: Scope, texts: dict[str, str]
) -> Component:
    facts = {}
    if (kind := word(one.get("primaryPackagePurpose"))) in _KINDS:
        facts["kind"] = _KINDS[kind]
    supplier = word(one.get("supplier")).removeprefix("Organization: ").removeprefix("Person: ")
    if supplier not in _NOTHING:
        facts["supplier"] = supplier
    for line in word(one.get("comment")).split("\n"):
        key, equals, value = line.partition("=")
        if equals and key.startswith("fact:"):
            facts[key.removeprefix("fact:")] = value
    declared = [word(one.get("licenseDeclared")), word(one.get("licenseConcluded"))]
    fields: dict[str, Any] = {
        "how": "declared",
        "where": file.at(),
        "scope": scope,
        "licences": tuple(dict.fromkeys(texts.get(said, said) for said in declared if said not in _NOTHING)),
        "hashes": {
            _ALGORITHMS[name]: word(table(digest).get("checksumValue")).lower()
            for digest in items(one.get("checksums"))
            if (name := word(table(digest).get("algorithm"))) in _ALGORITHMS
        },
        "needs": needs,
        "facts": facts,
    }
    if said := _purl(one):
        return of_purl(said, **fields)
    name, version = word(one.get("name")), word(one.get("versionInfo"))
    return Component(purl=purl("generic", name, version), ecosystem="", name=name, version=version, **fields)


def of_tags(text: str) -> dict[str, Any]:
    """Tag-value in the shape of JSON, as far as it is read. UnreadError where it is none."""
    if not re.search(r"(?m)^SPDXVersion:\s*SPDX-2", text):
        raise UnreadError("unsupported", "no form of a bill of materials that is known")
    packages: list[dict[str, Any]] = []
    relations: list[dict[str, str]] = []
    for line in _without_texts(text):
        found = _TAG.fullmatch(line.strip())
        if not found:
            continue
        tag, value = found[1], found[2].strip()
        if tag == "PackageName":
            packages.append({"name": value, "externalRefs": [], "checksums": []})
        elif tag in {"FileName", "SnippetSPDXID", "LicenseID"}:
            packages.append({})  # what follows is of no package
        elif tag == "Relationship":
            words = value.split()
            if len(words) == 3:  # noqa: PLR2004  # one, kind, other
                keys = ("spdxElementId", "relationshipType", "relatedSpdxElement")
                relations.append(dict(zip(keys, words, strict=True)))
        elif packages and packages[-1]:
            _tag(packages[-1], tag, value)
    return {"packages": [one for one in packages if one], "relationships": relations}


def _without_texts(text: str) -> Iterator[str]:
    """The lines outside of <text> … </text>, which may hold anything."""
    inside = False
    for line in text.splitlines():
        if inside:
            inside = "</text>" not in line
        elif "<text>" in line and "</text>" not in line:
            inside = True
        else:
            yield line.replace("<text>", "").replace("</text>", "")


_PLAIN = {
    "SPDXID": "SPDXID",
    "PackageVersion": "versionInfo",
    "PackageLicenseDeclared": "licenseDeclared",
    "PackageLicenseConcluded": "licenseConcluded",
    "PackageSupplier": "supplier",
    "PrimaryPackagePurpose": "primaryPackagePurpose",
}


def _tag(package: dict[str, Any], tag: str, value: str) -> None:
    if tag in _PLAIN:
        package[_PLAIN[tag]] = value
    elif tag == "ExternalRef":
        words = value.split()
        if len(words) == 3:  # noqa: PLR2004  # category, type, locator
            package["externalRefs"].append({"referenceType": words[1], "referenceLocator": words[2]})
    elif tag == "PackageChecksum":
        algorithm, _, digits = value.partition(":")
        package["checksums"].append({"algorithm": algorithm.strip(), "checksumValue": digits.strip()})
