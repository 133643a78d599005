"""CSAF 2.0, its VEX profile and its advisories: read only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from yanmen.supply.documents.text import items, table
from yanmen.supply.vex.statement import Product, Statement, Status, justified, product, prose, time_of

_DEEPEST = 64
_STATES: dict[str, Status] = {
    "known_not_affected": "not_affected",
    "fixed": "fixed",
    "first_fixed": "fixed",
    "under_investigation": "under_investigation",
    "known_affected": "affected",
    "first_affected": "affected",
    "last_affected": "affected",
}


def is_csaf(document: dict[str, Any]) -> bool:
    """By its category and version."""
    about = table(document.get("document"))
    return prose(about.get("category")).startswith("csaf_") or bool(prose(about.get("csaf_version")))


def read(document: dict[str, Any], file: str) -> Iterator[Statement | str]:
    """A statement for each product and status of each vulnerability; what names no package URL is given by its place."""
    about = table(document.get("document"))
    author = prose(table(about.get("publisher")).get("name"))
    tracking = table(about.get("tracking"))
    at = time_of(tracking.get("current_release_date") or tracking.get("initial_release_date"))
    known = dict(_products(table(document.get("product_tree"))))
    for number, one in enumerate(items(document.get("vulnerabilities")), 1):
        where = f"{file}#{number}"
        named = [prose(table(each).get("text")) for each in items(table(one).get("ids"))]
        ids = list(filter(None, [prose(table(one).get("cve")), *named]))
        stated = list(_stated(table(one), known))
        if not ids or not at or not stated:
            yield where
            continue
        for status, identity, found in stated:
            yield Statement(
                vulnerability=ids[0],
                aliases=tuple(ids[1:]),
                products=(found,),
                status=status,
                justification=_flag(table(one), identity),
                impact=_said(table(one).get("threats"), "impact", identity),
                action=_said(table(one).get("remediations"), "", identity),
                author=author,
                at=at,
                where=where,
            )


def _stated(one: dict[str, Any], known: dict[str, Product]) -> Iterator[tuple[Status, str, Product]]:
    states = table(one.get("product_status"))
    for name, status in _STATES.items():
        for identity in items(states.get(name)):
            if isinstance(identity, str) and identity in known:
                yield status, identity, known[identity]


def _flag(one: dict[str, Any], identity: str) -> str:
    for flag in items(one.get("flags")):
        if identity in items(table(flag).get("product_ids")) and (
            word := justified(table(flag).get("label"))
        ):
            return word
    return ""


def _said(several: Any, category: str, identity: str) -> str:
    for one in items(several):
        of_all = not items(table(one).get("product_ids")) and not items(table(one).get("group_ids"))
        mine = of_all or identity in items(table(one).get("product_ids"))
        if mine and (not category or table(one).get("category") == category):
            return prose(table(one).get("details"))
    return ""


def _products(tree: dict[str, Any]) -> Iterator[tuple[str, Product]]:
    waiting: list[tuple[Any, int]] = [(one, 0) for one in items(tree.get("branches"))]
    single = [(one, "") for one in items(tree.get("full_product_names"))]
    while waiting:
        branch, deep = waiting.pop()
        if deep < _DEEPEST:
            waiting += [(one, deep + 1) for one in items(table(branch).get("branches"))]
        is_range = table(branch).get("category") == "product_version_range"
        single.append((table(branch).get("product"), prose(table(branch).get("name")) if is_range else ""))
    for one, versions in single:
        purl = prose(table(table(one).get("product_identification_helper")).get("purl"))
        ranged = versions if versions.startswith("vers:") else ""
        if (versions and not ranged) or not (found := product(purl, ranged)):
            continue
        yield prose(table(one).get("product_id")), found
    yield from _parts(tree, dict(_plain(single)))


def _plain(single: list[tuple[Any, str]]) -> Iterator[tuple[str, str]]:
    for one, _ in single:
        purl = prose(table(table(one).get("product_identification_helper")).get("purl"))
        yield prose(table(one).get("product_id")), purl or prose(table(one).get("name"))


def _parts(tree: dict[str, Any], known: dict[str, str]) -> Iterator[tuple[str, Product]]:
    """Products that are a part of others: what is said of them is said of them there."""
    for one in items(tree.get("relationships")):
        part, whole = (
            prose(table(one).get("product_reference")),
            prose(table(one).get("relates_to_product_reference")),
        )
        found = product(known.get(part, ""), within=known.get(whole) or whole)
        if found:
            yield prose(table(table(one).get("full_product_name")).get("product_id")), found
