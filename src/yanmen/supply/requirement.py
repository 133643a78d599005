"""One requirement of Python (PEP 508), as every manifest of Python writes it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    parse_sdist_filename,
    parse_wheel_filename,
)

from yanmen.core.nouns import Unexamined
from yanmen.supply.purls import address, pypi, python
from yanmen.supply.targets import Component
from yanmen.supply.walk import File, UnreadError

_LONGEST = 4_000
_PARENTHESES = re.compile(r"^\s*([A-Za-z0-9][\w.-]*)\s*(\[[^\]]*\])?\s*\(([^)]*)\)(.*)$", re.DOTALL)


def pinned(specifier: SpecifierSet) -> str:
    """The one version that is demanded; empty where several would do."""
    exact = [
        one.version for one in specifier if one.operator in {"==", "==="} and not one.version.endswith(".*")
    ]
    return exact[0] if len(exact) == 1 else ""


def parsed(text: str) -> Requirement:
    """A requirement; the old form with parentheses too. UnreadError (``malformed``) where it is none."""
    if len(text) > _LONGEST:
        raise UnreadError("too-large", "a requirement of thousands of characters")
    if old := _PARENTHESES.match(text):
        text = f"{old[1]}{old[2] or ''} {old[3]}{old[4]}"
    try:
        return Requirement(text)
    except (InvalidRequirement, RecursionError):
        raise UnreadError("malformed", f"no requirement: {address_free(text)[:100]}") from None


def address_free(text: str) -> str:
    """The text without whatever stands before an ``@`` in an address: it may be a password."""
    return re.sub(r"://[^/\s@]*@", "://", text)


def component(text: str, **fields: Any) -> Component:
    """The component that a requirement asks for. UnreadError where it is none."""
    requirement = parsed(text)
    facts: dict[str, str] = dict(fields.pop("facts", {}))
    version = pinned(requirement.specifier)
    if requirement.extras:
        facts["extras"] = ",".join(sorted(requirement.extras))
    if requirement.marker:
        facts["marker"] = str(requirement.marker)
    if requirement.url:
        facts["url"] = address(requirement.url)
        version = version_in(requirement.url)
    return python(requirement.name, version, constraint=str(requirement.specifier), facts=facts, **fields)


def version_in(url: str) -> str:
    """The version that an address of a wheel or source archive names; empty: none."""
    name = re.split(r"[?#]", url)[0].rpartition("/")[2]
    try:
        if name.endswith(".whl"):
            return str(parse_wheel_filename(name)[1])
        if name.endswith((".tar.gz", ".zip")):
            return str(parse_sdist_filename(name)[1])
    except (InvalidWheelFilename, InvalidSdistFilename):
        pass
    return ""


def components(
    file: File, texts: Iterator[tuple[str, int]], **fields: Any
) -> Iterator[Component | Unexamined]:
    """What a list of requirements with their lines asks for; what is none is said."""
    for text, line in texts:
        if not text:
            continue
        try:
            yield component(text, where=file.at(line), **fields)
        except UnreadError as error:
            yield file.unread(error.reason, error.detail, line)


def needed(texts: list[str]) -> tuple[str, ...]:
    """Package URLs, without version, of what a distribution needs to run; what only an extra needs is not among them."""
    found = set()
    for text in texts:
        try:
            requirement = parsed(text)
            if not (requirement.marker and "extra" in str(requirement.marker)):
                found.add(pypi(requirement.name))
        except UnreadError:
            continue
    return tuple(sorted(found))
