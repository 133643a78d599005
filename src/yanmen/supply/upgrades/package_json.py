"""package.json: ranges of its dependencies, and overrides for what only dependencies ask for; spaces and order stay."""

from __future__ import annotations

import json
import re

from yanmen.supply.documents.structured import parsed_json
from yanmen.supply.documents.text import table
from yanmen.supply.upgrades import ranges
from yanmen.supply.upgrades.manifests import Change, Edited, unchanged
from yanmen.supply.walk import UnreadError

_SECTIONS = ("dependencies", "devDependencies", "optionalDependencies", "peerDependencies")
_STRING = r'"(?:[^"\\]|\\.)*"'


def edited(text: str, name: str, version: str) -> Edited:
    """Every section that asks for a package by a range of versions; ``unchanged`` where the file is no JSON."""
    try:
        document = table(parsed_json(text))
    except UnreadError:
        return unchanged(text)
    changes: list[Change] = []
    for section in _SECTIONS:
        asked = table(document.get(section)).get(name)
        try:
            raised = ranges.npm(asked, version) if isinstance(asked, str) else ""
        except ValueError:
            continue
        span = _span(text, section)
        pattern = re.compile(rf"({re.escape(json.dumps(name))}\s*:\s*)({re.escape(json.dumps(asked))})")
        found = pattern.search(text, *span) if raised and span else None
        if found:
            text = f"{text[: found.start(2)]}{json.dumps(raised)}{text[found.end(2) :]}"
            changes.append(
                Change(text.count("\n", 0, found.start()) + 1, f"{name}: {asked}", f"{name}: {raised}")
            )
    return Edited(text, tuple(changes))


def added(text: str, name: str, version: str) -> Edited:
    """An override, as npm reads it; ``unchanged`` where the file is no table."""
    try:
        document = parsed_json(text)
    except UnreadError:
        return unchanged(text)
    if not isinstance(document, dict) or not document:
        return unchanged(text)
    pair = f"{json.dumps(name)}: {json.dumps(f'>={version}')}"
    indent = _indent(text)
    if span := _span(text, "overrides"):
        empty = not table(document.get("overrides"))
        place = span[0]
        insert = f"\n{indent * 2}{pair}" + (f"\n{indent}" if empty else ",")
    else:
        place = text.index("{") + 1
        insert = f'\n{indent}"overrides": {{\n{indent * 2}{pair}\n{indent}}},'
    text = text[:place] + insert + text[place:]
    line = text.count("\n", 0, text.index(pair, place)) + 1
    return Edited(text, (Change(line, "", f"overrides: {pair}"),))


def _indent(text: str) -> str:
    found = re.search(r"\{\r?\n([ \t]+)", text)
    return found[1] if found else "  "


def _span(text: str, section: str) -> tuple[int, int] | None:
    """Where a table of the document itself begins and ends, within its braces."""
    deep = 0
    opened: int | None = None
    before = ""
    for found in re.finditer(rf"{_STRING}|[{{}}\[\]]", text):
        mark = found[0]
        if mark in "{[":
            if deep == 1 and mark == "{" and before == section and opened is None:
                opened = found.end()
            deep += 1
        elif mark in "}]":
            deep -= 1
            if opened is not None and deep == 1:
                return opened, found.start()
        elif deep == 1:
            before = mark[1:-1]
    return None
