"""CycloneDX 1.6 and 1.7 as JSON, with the fields of an ML-BOM."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

import msgspec

from yanmen.supply.bom import contents as bill
from yanmen.supply.bom.cards import data_of, model_card, pedigree
from yanmen.supply.bom.contents import Contents, Statement, places
from yanmen.supply.bom.terms import digests, facts, licensed, type_of, web
from yanmen.supply.merging import unversioned
from yanmen.supply.report import Report
from yanmen.supply.targets import Component

Spec = Literal["1.6", "1.7"]
_ALGORITHMS = {
    "md5": "MD5",
    "sha1": "SHA-1",
    "sha256": "SHA-256",
    "sha384": "SHA-384",
    "sha512": "SHA-512",
    "blake2b-256": "BLAKE2b-256",
    "blake3": "BLAKE3",
}
_SCOPES = {"run": "required", "optional": "optional", "develop": "excluded"}
_SUBJECT = "yanmen:subject"
"""The reference of what was looked at."""


def of_report(report: Report) -> bytes:
    """What a scan found, as CycloneDX 1.6."""
    return written(bill.of_report(report))


def written(contents: Contents, spec: Spec = "1.6") -> bytes:
    """The document, indented. The same contents of the same time give the same bytes."""
    components = [one for one in contents.components if one.facts.get("kind") != "service"]
    refs = {one.purl for one in components}
    unresolved: set[str] = set()
    document: dict[str, Any] = {
        "$schema": f"http://cyclonedx.org/schema/bom-{spec}.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": spec,
        "version": 1,
        "metadata": _metadata(contents),
        "components": [_component(one, one.purl in contents.unchecked) for one in components],
        "services": _services(contents.components, refs),
        "dependencies": _dependencies(components, refs, unresolved),
        "compositions": _compositions(contents, unresolved),
        "vulnerabilities": _vulnerabilities(contents.statements, refs),
    }
    if not document["services"]:
        del document["services"]
    body = msgspec.json.encode(document)
    document["serialNumber"] = f"urn:uuid:{contents.serial(body)}"
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


def _metadata(contents: Contents) -> dict[str, Any]:
    tool = {"type": "application", "name": "yanmen", "version": contents.version}
    said: dict[str, Any] = {
        "timestamp": contents.time,
        "tools": {"components": [tool]},
        "component": {"type": "application", "bom-ref": _SUBJECT, "name": contents.name or "unnamed"},
    }
    if contents.gaps:
        said["properties"] = _properties(("unexamined", gap) for gap in contents.gaps)
    return said


def _component(one: Component, unchecked: bool) -> dict[str, Any]:
    group, _, bare = one.name.rpartition(
        "/" if one.ecosystem == "npm" else ":" if one.ecosystem == "Maven" else "\x00"
    )
    kind = type_of(one)
    said: dict[str, Any] = {
        "type": kind,
        "bom-ref": one.purl,
        "group": group,
        "name": bare or "unnamed",
        "version": one.version,
    }
    said["supplier"] = {"name": one.facts["supplier"]} if one.facts.get("supplier") else None
    said["scope"] = None if kind == "application" else _SCOPES[one.scope]
    said["hashes"] = [{"alg": _ALGORITHMS[name], "content": digits} for name, digits in digests(one)]
    said["licenses"] = _licences(one)
    said["purl"] = one.purl
    said["pedigree"] = pedigree(one)
    said["externalReferences"] = _references(one)
    said["evidence"] = _evidence(one)
    if kind == "machine-learning-model":
        said["modelCard"] = model_card(one)
    if kind == "data":
        said["data"] = data_of(one)
    said["properties"] = _properties(facts(one, unchecked=unchecked))
    return {key: value for key, value in said.items() if value}


def _licences(one: Component) -> list[dict[str, Any]]:
    """1.6 allows ids and names in one list, or one expression alone."""
    found = licensed(one)
    if found.id:
        return [{"license": {"id": found.id, "acknowledgement": "declared"}}]
    if found.expression:
        return [{"expression": found.expression, "acknowledgement": "declared"}]
    return [{"license": {"name": name, "acknowledgement": "declared"}} for name in found.names]


def _references(one: Component) -> list[dict[str, str]]:
    found = []
    for key, kind in (("homepage", "website"), ("url", "distribution")):
        if address := web(one.facts.get(key, "")):
            found.append({"type": "vcs" if address.startswith("git+") else kind, "url": address})
    return found


def _evidence(one: Component) -> dict[str, Any]:
    seen: list[dict[str, Any]] = [
        {"location": path, "line": line} if line else {"location": path} for path, line in places(one)
    ]
    return {"occurrences": seen} if seen else {}


def _properties(pairs: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"name": f"yanmen:{name}", "value": value} for name, value in pairs]


def _services(components: Iterable[Component], refs: set[str]) -> list[dict[str, Any]]:
    """Services that compose files and manifests of Kubernetes name, with the image each runs."""
    found: dict[str, dict[str, Any]] = {}
    for one in components:
        for name in one.facts.get("services", "").split("\n"):
            if name and name not in found:
                ref = f"yanmen:service/{name}"
                found[name] = {"bom-ref": ref, "name": name, "properties": _properties([("image", one.purl)])}
                refs.add(ref)
    return [found[name] for name in sorted(found)]


def _dependencies(components: list[Component], refs: set[str], unresolved: set[str]) -> list[dict[str, Any]]:
    """Who needs whom. No reference dangles: what is needed and nowhere found is told by the composition."""
    bare: dict[str, list[str]] = {}
    for one in components:
        bare.setdefault(unversioned(one.purl), []).append(one.purl)
    needs: dict[str, set[str]] = {one.purl: set() for one in components}
    for one in components:
        for need in one.needs:
            known = [need] if need in refs else bare.get(need, [])
            needs[one.purl].update(known)
            if not known:
                unresolved.add(one.purl)
        for parent in one.facts.get("via", "").split():
            for puller in bare.get(parent, []):
                needs[puller].add(one.purl)
    needed = {need for wanted in needs.values() for need in wanted}
    tops = {one.purl for one in components if one.direct or one.purl not in needed}
    said = [{"ref": _SUBJECT, "dependsOn": sorted(tops)}]
    said += [{"ref": purl, "dependsOn": sorted(wanted - {purl})} for purl, wanted in sorted(needs.items())]
    return said


def _compositions(contents: Contents, unresolved: set[str]) -> list[dict[str, Any]]:
    """How complete it is: never said to be complete, since no manifest says what it leaves out."""
    whole = "incomplete" if contents.unexamined else "unknown"
    said: list[dict[str, Any]] = [{"aggregate": whole, "assemblies": [_SUBJECT]}]
    if unresolved:
        said.append({"aggregate": "incomplete", "dependencies": sorted(unresolved)})
    return said


def _vulnerabilities(statements: Iterable[Statement], refs: set[str]) -> list[dict[str, Any]]:
    """One of each id and analysis, with all components it is about."""
    found: dict[tuple[str, str, str], list[Statement]] = {}
    for one in statements:
        if one.purl in refs:
            found.setdefault((one.id, one.state, one.detail), []).append(one)
    return [_vulnerability(found[key]) for key in sorted(found)]


def _vulnerability(same: list[Statement]) -> dict[str, Any]:
    one = same[0]
    said: dict[str, Any] = {"id": one.id, "source": {"name": _source(one.id)}}
    said["references"] = [{"id": name, "source": {"name": _source(name)}} for name in one.aliases]
    said["ratings"] = [{"severity": one.severity}]
    said["analysis"] = {"state": one.state, "detail": one.detail} if one.detail else {"state": one.state}
    said["affects"] = [{"ref": purl} for purl in sorted({other.purl for other in same})]
    return {key: value for key, value in said.items() if value}


def _source(name: str) -> str:
    """The database that gives names of this form."""
    return {"CVE": "NVD", "GHSA": "GitHub"}.get(name.partition("-")[0], "OSV")
