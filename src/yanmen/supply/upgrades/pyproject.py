"""pyproject.toml: the strings of its lists, and Poetry's tables; everything around them stays as it is written."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from yanmen.supply.documents.text import items, table
from yanmen.supply.upgrades import ranges
from yanmen.supply.upgrades.manifests import Change, Edited, bounded, unchanged

_HEAD = re.compile(r"^\s*\[\[?([^\]]+)\]\]?\s*(?:#.*)?$", re.MULTILINE)
_ASK = re.compile(
    r"(?P<head>\s*[A-Za-z0-9][\w.-]*\s*(?:\[[^\]]*\])?\s*)(?P<spec>[^;@]*?)(?P<tail>\s*(?:;.*)?)"
)
_POETRY = re.compile(r"tool\.poetry\.(?:dependencies|dev-dependencies|group\.[\w-]+\.dependencies)")
_PAIR = r"""^(?P<head>[ \t]*["']?{name}["']?[ \t]*=[ \t]*(?:\{{[^}}\n]*?\bversion[ \t]*=[ \t]*)?["'])(?P<spec>[^"'\n]*)(?P<tail>["'])"""


def edited(text: str, name: str, version: str) -> Edited:
    """Every place that asks for a package; ``unchanged`` where the file is no TOML."""
    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return unchanged(text)
    changes: list[Change] = []
    for asked in dict.fromkeys(_asked(document)):
        if raised := _raised(asked, name, version):
            text, more = _replaced(text, asked, raised)
            changes += more
    text, more = _poetry(text, name, version)
    return Edited(text, tuple(sorted([*changes, *more], key=lambda one: one.line)))


def _asked(document: dict[str, Any]) -> Iterator[str]:
    project, tool = table(document.get("project")), table(document.get("tool"))
    lists = [project.get("dependencies"), *table(project.get("optional-dependencies")).values()]
    lists += [
        *table(document.get("dependency-groups")).values(),
        table(document.get("build-system")).get("requires"),
    ]
    lists += [
        table(tool.get("uv")).get(key)
        for key in ("constraint-dependencies", "dev-dependencies", "override-dependencies")
    ]
    lists += table(table(tool.get("pdm")).get("dev-dependencies")).values()
    for one in lists:
        yield from (each for each in items(one) if isinstance(each, str))


def _raised(asked: str, name: str, version: str) -> str:
    try:
        requirement = Requirement(asked)
    except InvalidRequirement:
        return ""
    found = _ASK.fullmatch(asked)
    if canonicalize_name(requirement.name) != name or requirement.url or found is None:
        return ""
    try:
        raised = ranges.pep440(found["spec"].strip().strip("()"), version)
    except ValueError:
        return ""
    return f"{found['head'].rstrip()}{raised}{found['tail']}"


def _replaced(text: str, before: str, after: str) -> tuple[str, list[Change]]:
    """Each string that is exactly this, in whichever quotation marks."""
    changes: list[Change] = []
    for mark in ('"', "'"):
        place = text.find(f"{mark}{before}{mark}")
        while place >= 0:
            text = f"{text[: place + 1]}{after}{text[place + 1 + len(before) :]}"
            changes.append(Change(text.count("\n", 0, place) + 1, before, after, bounded(before, after)))
            place = text.find(f"{mark}{before}{mark}", place + len(after))
    return text, changes


def _poetry(text: str, name: str, version: str) -> tuple[str, list[Change]]:
    heads = [*_HEAD.finditer(text)]
    pattern = re.compile(
        _PAIR.format(name=re.escape(name).replace(r"\-", "[-_.]+")), re.MULTILINE | re.IGNORECASE
    )
    changes: list[Change] = []
    for number in range(len(heads) - 1, -1, -1):
        if not _POETRY.fullmatch(heads[number][1].strip()):
            continue
        end = heads[number + 1].start() if number + 1 < len(heads) else len(text)
        found = pattern.search(text, heads[number].end(), end)
        if found is None:
            continue
        try:
            raised = ranges.poetry(found["spec"], version)
        except ValueError:
            continue
        text = text[: found.start("spec")] + raised + text[found.end("spec") :]
        line = text.count("\n", 0, found.start("spec")) + 1
        changes.append(Change(line, found["spec"], raised, bounded(found["spec"], raised)))
    return text, changes
