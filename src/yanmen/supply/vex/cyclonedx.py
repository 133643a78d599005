"""CycloneDX: the analysis that stands with a vulnerability."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import unquote
from uuid import NAMESPACE_URL, uuid5

from yanmen.core.clock import iso
from yanmen.supply.documents.text import items, table
from yanmen.supply.vex.statement import Product, Statement, Status, justified, parsed, product, prose, time_of

EXPIRES = "yanmen:vex:expires"
"""Our extension: a property of the vulnerability, an ISO 8601 time."""
AUTHOR = "yanmen:vex:author"
_STATES: dict[str, Status] = {
    "resolved": "fixed",
    "resolved_with_pedigree": "fixed",
    "exploitable": "affected",
    "in_triage": "under_investigation",
    "false_positive": "not_affected",
    "not_affected": "not_affected",
}
_STATE_OF: dict[Status, str] = {
    "fixed": "resolved",
    "affected": "exploitable",
    "under_investigation": "in_triage",
    "not_affected": "not_affected",
}
_REASONS = {
    "code_not_present": "vulnerable_code_not_present",
    "code_not_reachable": "vulnerable_code_not_in_execute_path",
    "requires_configuration": "vulnerable_code_cannot_be_controlled_by_adversary",
    "requires_dependency": "component_not_present",
    "requires_environment": "vulnerable_code_cannot_be_controlled_by_adversary",
    "protected_by_compiler": "inline_mitigations_already_exist",
    "protected_at_runtime": "inline_mitigations_already_exist",
    "protected_at_perimeter": "inline_mitigations_already_exist",
    "protected_by_mitigating_control": "inline_mitigations_already_exist",
}
_REASON_OF = {
    "component_not_present": "requires_dependency",
    "vulnerable_code_not_present": "code_not_present",
    "vulnerable_code_not_in_execute_path": "code_not_reachable",
    "vulnerable_code_cannot_be_controlled_by_adversary": "requires_environment",
    "inline_mitigations_already_exist": "protected_by_mitigating_control",
}


def is_cyclonedx(document: dict[str, Any]) -> bool:
    """By its format's name."""
    return document.get("bomFormat") == "CycloneDX"


def read(document: dict[str, Any], file: str) -> Iterator[Statement | str]:
    """Its statements: vulnerabilities that somebody analysed. One that is only listed states nothing."""
    about = table(document.get("metadata"))
    authors = [prose(table(one).get("name")) for one in items(about.get("authors"))]
    names = dict(_names([*items(document.get("components")), about.get("component")]))
    for number, one in enumerate(items(document.get("vulnerabilities")), 1):
        if isinstance(table(one).get("analysis"), dict):
            where = f"{file}#{number}"
            author = next(filter(None, authors), "")
            yield _statement(table(one), names, author, time_of(about.get("timestamp")), where) or where


def _names(components: Iterable[Any]) -> Iterator[tuple[str, str]]:
    waiting = list(components)
    while waiting:
        one = table(waiting.pop())
        waiting += items(one.get("components"))
        if purl := prose(one.get("purl")):
            yield prose(one.get("bom-ref")) or purl, purl


def _statement(
    one: dict[str, Any], names: dict[str, str], author: str, at: int, where: str
) -> Statement | None:
    analysis = table(one.get("analysis"))
    status = _STATES.get(prose(analysis.get("state")))
    at = time_of(analysis.get("lastUpdated") or analysis.get("firstIssued") or one.get("updated")) or at
    held = {
        prose(table(each).get("name")): prose(table(each).get("value"))
        for each in items(one.get("properties"))
    }
    products = tuple(
        found for each in items(one.get("affects")) for found in _products(table(each), names, status)
    )
    vulnerability, ends = prose(one.get("id")), held.get(EXPIRES, "")
    if status is None or not vulnerability or not products or not at or (ends and not time_of(ends)):
        return None
    aliases = [prose(table(each).get("id")) for each in items(one.get("references"))]
    return Statement(
        vulnerability=vulnerability,
        aliases=tuple(filter(None, aliases)),
        products=products,
        status=status,
        justification=justified(analysis.get("justification"), _REASONS),
        impact=prose(analysis.get("detail")),
        action=prose(one.get("recommendation")),
        author=held.get(AUTHOR, "") or author,
        at=at,
        expires=time_of(ends),
        where=where,
    )


def _products(each: dict[str, Any], names: dict[str, str], status: Status | None) -> Iterator[Product]:
    ref = prose(each.get("ref"))
    last = unquote(ref.rpartition("#")[2]) if ref.startswith("urn:cdx:") else ref
    purl = names.get(ref) or names.get(last) or last
    wanted = {"unaffected"} if status in {"fixed", "not_affected"} else {"affected", "unknown"}
    versions = [table(one) for one in items(each.get("versions"))]
    marked = [one for one in versions if one.get("status", "affected") in wanted]
    for one in marked or versions:
        bare = parsed(purl)
        if bare is not None and (version := prose(one.get("version"))):
            yield from filter(None, [product(bare._replace(version=version).to_string())])
        elif versions_of := prose(one.get("range")):
            yield from filter(None, [product(purl, versions_of)])
    if not versions:
        yield from filter(None, [product(purl)])


def written(statements: Iterable[Statement], *, name: str, at: int) -> str:
    """A whole document, of version 1.6."""
    several = list(statements)
    purls = sorted({each.purl for one in several for each in one.products})
    document = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid5(NAMESPACE_URL, f'{name} {at}')}",
        "version": 1,
        "metadata": {
            "timestamp": _time(at),
            "tools": {"components": [{"type": "application", "name": "yanmen"}]},
        },
        "components": [_component(purl) for purl in purls],
        "vulnerabilities": [_vulnerability(one) for one in several],
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _component(purl: str) -> dict[str, Any]:
    found = parsed(purl)
    name = "/".join(filter(None, (found.namespace, found.name))) if found else purl
    version = {"version": found.version} if found and found.version else {}
    return {"type": "library", "bom-ref": purl, "name": name, **version, "purl": purl}


def _vulnerability(one: Statement) -> dict[str, Any]:
    analysis = {
        "state": _STATE_OF[one.status],
        "justification": _REASON_OF.get(one.justification) if one.status == "not_affected" else None,
        "detail": one.impact,
        "firstIssued": _time(one.at),
        "lastUpdated": _time(one.at),
    }
    held = [{"name": AUTHOR, "value": one.author}] if one.author else []
    held += [{"name": EXPIRES, "value": _time(one.expires)}] if one.expires else []
    kind = "unaffected" if one.suppresses else "affected"
    affects = [
        {
            "ref": each.purl,
            **({"versions": [{"range": each.versions, "status": kind}]} if each.versions else {}),
        }
        for each in one.products
    ]
    found = {
        "id": one.vulnerability,
        "references": [{"id": alias, "source": {"name": alias.partition("-")[0]}} for alias in one.aliases],
        "recommendation": one.action,
        "analysis": {key: value for key, value in analysis.items() if value},
        "affects": affects,
        "properties": held,
    }
    return {key: value for key, value in found.items() if value}


def _time(at: int) -> str:
    return iso(at)[:19] + "Z"
