"""OpenVEX 0.2 (and the first form, where a vulnerability was its name and a product a string)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote

from yanmen.core.clock import iso
from yanmen.supply.documents.text import items, table
from yanmen.supply.vex.statement import STATUSES, Product, Statement, justified, product, prose, time_of

CONTEXT = "https://openvex.dev/ns/v0.2.0"
_ENDS = re.compile(r"\[expires: ([0-9TZ:.+-]{10,40})\]")
_BY = re.compile(r"\[by: ([^\]\n]{1,200})\]")
"""Our extension: the format has no field for when a statement ends, nor for the author of one among several; both stand in
``status_notes``, which any reader shows and keeps."""


def is_openvex(document: dict[str, Any]) -> bool:
    """By its context."""
    return isinstance(context := document.get("@context"), str) and "openvex" in context


def read(document: dict[str, Any], file: str) -> Iterator[Statement | str]:
    """Its statements; of one that is not as it should be, where it stands and why."""
    author, said = prose(document.get("author")), document.get("timestamp")
    for number, one in enumerate(items(document.get("statements")), 1):
        where = f"{file}#{number}"
        yield _statement(table(one), author, time_of(table(one).get("timestamp") or said), where) or where


def _statement(one: dict[str, Any], author: str, at: int, where: str) -> Statement | None:
    named = one.get("vulnerability")
    vulnerability = (
        named if isinstance(named, str) else prose(table(named).get("name") or table(named).get("@id"))
    )
    products = tuple(found for each in items(one.get("products")) for found in _products(each))
    status, notes = one.get("status"), prose(one.get("status_notes"))
    ends, by = _ENDS.search(notes), _BY.search(notes)
    if (
        status not in STATUSES
        or not vulnerability
        or not products
        or not at
        or (ends and not time_of(ends[1]))
    ):
        return None
    aliases = tuple(each for each in items(table(named).get("aliases")) if isinstance(each, str))
    return Statement(
        vulnerability=vulnerability,
        aliases=aliases,
        products=products,
        status=status,
        justification=justified(one.get("justification")),
        impact=prose(one.get("impact_statement")),
        action=prose(one.get("action_statement")),
        author=by[1] if by else author,
        at=at,
        expires=time_of(ends[1]) if ends else 0,
        where=where,
    )


def _products(each: Any) -> Iterator[Product]:
    if isinstance(each, str):
        yield from filter(None, [product(each)])
        return
    parts = items(table(each).get("subcomponents"))
    name = _name(table(each))
    for part in parts:
        yield from filter(None, [product(_name(table(part)), within=name)])
    if not parts:
        yield from filter(None, [product(name)])


def _name(each: dict[str, Any]) -> str:
    return prose(table(each.get("identifiers")).get("purl") or each.get("@id"))


def entry(one: Statement) -> dict[str, Any]:
    """A statement as it is written."""
    vulnerability: dict[str, Any] = {"name": one.vulnerability}
    if one.aliases:
        vulnerability["aliases"] = list(one.aliases)
    notes = [f"[expires: {_time(one.expires)}]"] if one.expires else []
    notes += [f"[by: {one.author}]"] if one.author else []
    found = {
        "vulnerability": vulnerability,
        "timestamp": _time(one.at),
        "products": [_written(each) for each in one.products],
        "status": one.status,
        "status_notes": " ".join(notes),
        "justification": one.justification,
        "impact_statement": one.impact,
        "action_statement": one.action,
    }
    return {key: value for key, value in found.items() if value}


def _written(each: Product) -> dict[str, Any]:
    name = f"{each.purl}?vers={quote(each.versions, safe=':')}" if each.versions else each.purl
    return {"@id": each.within, "subcomponents": [{"@id": name}]} if each.within else {"@id": name}


def written(statements: Iterable[Statement], *, name: str, at: int, version: int = 1) -> str:
    """A whole document."""
    several = list(statements)
    authors = sorted({one.author for one in several if one.author})
    document = {
        "@context": CONTEXT,
        "@id": name,
        "author": authors[0] if len(authors) == 1 else "yanmen",
        "timestamp": _time(at),
        "version": version,
        "tooling": "yanmen",
        "statements": [entry(one) for one in several],
    }
    return dumped(document)


def dumped(document: dict[str, Any]) -> str:
    """As it stands in a file: a line for each thing, so that a change is seen."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _time(at: int) -> str:
    return iso(at)[:19] + "Z"
