"""SPDX 2.3 as JSON."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import msgspec

from yanmen.supply.bom import contents as bill
from yanmen.supply.bom.contents import Contents, places
from yanmen.supply.bom.terms import Type, digests, facts, licensed, type_of, web
from yanmen.supply.licences.expressions import licensing
from yanmen.supply.merging import unversioned
from yanmen.supply.report import Report
from yanmen.supply.targets import Component

_ALGORITHMS = {
    "md5": "MD5",
    "sha1": "SHA1",
    "sha256": "SHA256",
    "sha384": "SHA384",
    "sha512": "SHA512",
    "blake2b-256": "BLAKE2b-256",
    "blake3": "BLAKE3",
}
_PURPOSES: dict[Type, str] = {
    "library": "LIBRARY",
    "application": "APPLICATION",
    "container": "CONTAINER",
    "machine-learning-model": "OTHER",
    "data": "OTHER",
    "operating-system": "OPERATING_SYSTEM",
    "file": "FILE",
}
_DOCUMENT = "SPDXRef-DOCUMENT"
_SUBJECT = "SPDXRef-Subject"
_NONE = "NOASSERTION"


def of_report(report: Report) -> bytes:
    """What a scan found, as SPDX 2.3."""
    return written(bill.of_report(report))


def written(contents: Contents) -> bytes:
    """The document, indented. The same contents of the same time give the same bytes."""
    components = [one for one in contents.components if one.facts.get("kind") != "service"]
    ids = _ids(components)
    extracted: dict[str, str] = {}
    packages = [_package(one, ids[one.purl], extracted) for one in components]
    for one, said in zip(components, packages, strict=True):
        said["comment"] = "\n".join(
            f"{key}={value}" for key, value in facts(one, unchecked=one.purl in contents.unchecked)
        )
    subject = {
        "SPDXID": _SUBJECT,
        "name": contents.name or "unnamed",
        "downloadLocation": _NONE,
        "filesAnalyzed": False,
        "primaryPackagePurpose": "APPLICATION",
    }
    document: dict[str, Any] = {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": _DOCUMENT,
        "name": contents.name or "unnamed",
        "creationInfo": {"created": contents.time, "creators": [f"Tool: yanmen-{contents.version}"]},
        "packages": [subject, *packages],
        "relationships": _relationships(components, ids),
    }
    if contents.gaps:
        document["comment"] = "Could not be judged:\n" + "\n".join(contents.gaps)
    if extracted:
        document["hasExtractedLicensingInfos"] = [
            {"licenseId": key, "name": text, "extractedText": text} for key, text in sorted(extracted.items())
        ]
    serial = contents.serial(msgspec.json.encode(document))
    document["documentNamespace"] = f"https://spdx.org/spdxdocs/yanmen-{serial}"
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


def _ids(components: list[Component]) -> dict[str, str]:
    """An identifier of each that may be written in SPDX, and that stays the same when others come and go."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for one in components:
        bare = "SPDXRef-" + re.sub(r"[^A-Za-z0-9.-]+", "-", one.purl.removeprefix("pkg:"))
        name, count = bare, 1
        while name in taken:
            count += 1
            name = f"{bare}-{count}"
        taken.add(name)
        found[one.purl] = name
    return found


def _package(one: Component, name: str, extracted: dict[str, str]) -> dict[str, Any]:
    said: dict[str, Any] = {
        "SPDXID": name,
        "name": one.name or "unnamed",
        "versionInfo": one.version,
        "downloadLocation": _NONE,
        "filesAnalyzed": False,
        "licenseConcluded": _NONE,
        "licenseDeclared": _licence(one, extracted),
        "copyrightText": _NONE,
        "supplier": _supplier(one),
        "primaryPackagePurpose": _PURPOSES[type_of(one)],
        "checksums": [
            {"algorithm": _ALGORITHMS[key], "checksumValue": digits} for key, digits in digests(one)
        ],
        "externalRefs": [
            {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": one.purl}
        ],
        "sourceInfo": "named by "
        + ", ".join(f"{path}:{line}" if line else path for path, line in places(one)),
    }
    if home := web(one.facts.get("homepage", "")):
        said["homepage"] = home
    if not places(one):
        del said["sourceInfo"]
    return {key: value for key, value in said.items() if value not in ("", [])}


def _supplier(one: Component) -> str:
    """A name on one line; parentheses would hold an address of mail."""
    name = " ".join("".join(c if c.isprintable() else " " for c in one.facts.get("supplier", "")).split())
    return f"Organization: {name.replace('(', '[').replace(')', ']')}" if name else _NONE


def _licence(one: Component, extracted: dict[str, str]) -> str:
    """An expression; names that are on no list are kept as they are given, under a reference of their own."""
    found = licensed(one)
    expression = found.id or found.expression
    if not expression:
        if not found.names:
            return _NONE
        return " AND ".join(sorted({_reference(name, extracted) for name in found.names}))
    for key in licensing().license_keys(licensing().parse(expression, validate=False)):
        if key.startswith("LicenseRef-"):
            extracted.setdefault(key, "; ".join(one.licences) or key)
        elif key not in licensing().known_symbols:  # of this project's own list
            expression = re.sub(
                rf"(?<![\w.-]){re.escape(key)}(?![\w.-])", _reference(key, extracted), expression
            )
    return expression


def _reference(name: str, extracted: dict[str, str]) -> str:
    key = "LicenseRef-" + (re.sub(r"[^A-Za-z0-9.-]+", "-", name).strip("-")[:100] or "unnamed")
    extracted.setdefault(key, name)
    return key


def _relationships(components: list[Component], ids: dict[str, str]) -> list[dict[str, str]]:
    bare: dict[str, list[str]] = {}
    for one in components:
        bare.setdefault(unversioned(one.purl), []).append(one.purl)
    said = [_relation(_DOCUMENT, "DESCRIBES", _SUBJECT)]
    needed: set[str] = set()
    edges: set[tuple[str, str]] = set()
    for one in components:
        for need in one.needs:
            edges.update((one.purl, known) for known in ([need] if need in ids else bare.get(need, [])))
        for parent in one.facts.get("via", "").split():
            edges.update((puller, one.purl) for puller in bare.get(parent, []))
    for puller, need in sorted(edges):
        if puller != need:
            needed.add(need)
            said.append(_relation(ids[puller], "DEPENDS_ON", ids[need]))
    said += [_relation(_SUBJECT, "CONTAINS", ids[one.purl]) for one in components]
    scopes = {"develop": "DEV_DEPENDENCY_OF", "optional": "OPTIONAL_DEPENDENCY_OF"}
    said += [
        _relation(ids[one.purl], scopes[one.scope], _SUBJECT) for one in components if one.scope in scopes
    ]
    return said + list(_ancestors(components, ids))


def _ancestors(components: Iterable[Component], ids: dict[str, str]) -> Iterable[dict[str, str]]:
    """Models that are made from others that are here too."""
    named = {f"{one.name}": one.purl for one in components}
    for one in components:
        for parent in one.facts.get("base_model", "").split():
            if parent in named and named[parent] != one.purl:
                yield _relation(ids[one.purl], "DESCENDANT_OF", ids[named[parent]])


def _relation(one: str, kind: str, other: str) -> dict[str, str]:
    return {"spdxElementId": one, "relationshipType": kind, "relatedSpdxElement": other}
