"""package-lock.json and npm-shrinkwrap.json, versions 1 to 3."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from typing import Any

from yanmen.core.nouns import Unexamined
from yanmen.supply.documents.structured import Keys, later, object_of
from yanmen.supply.documents.text import table, word
from yanmen.supply.extractor import Extractor
from yanmen.supply.purls import address, node, npm, own
from yanmen.supply.sources.npm_manifest import SECTIONS, licences
from yanmen.supply.targets import Component, Scope
from yanmen.supply.walk import File, UnreadError

LARGEST = 64 << 20
"""Bytes of one lock file; a monorepo's have been seen with 10 MB."""
DEPTH = 200
"""Packages within packages of a lock of version 1."""
WITHIN = 32
"""Packages within packages of a later lock."""
LONGEST = 4_096
"""Characters of the path of one."""
_PLACE = "node_modules/"


class PackageLock(Extractor):
    """Reads the lock files of npm. A hidden lock in node_modules says what is installed there, and is read as that."""

    names = frozenset({"package-lock.json", "npm-shrinkwrap.json"})

    def wants(self, file: File) -> bool:
        """Not those that packages carry with them: npm ignores them there."""
        return not file.inside

    def read(self, file: File) -> Iterator[Component | Unexamined]:
        """Every package with its digest and what it resolves its needs to."""
        said, text = object_of(file, LARGEST)
        document = table(said)
        yield from later(file, document.get("lockfileVersion", ""), 3)
        if packages := table(document.get("packages")):
            yield from _packages(file, packages, Keys(text))
        else:
            yield from _nested(file, document, Keys(text))


def integrity(value: str) -> dict[str, str]:
    """Subresource integrity (``sha512-…``) as algorithm and hex digits; the first of several that can be read."""
    for one in value.split():
        algorithm, _, digest = one.partition("-")
        try:
            digits = base64.b64decode(digest.partition("?")[0], validate=True).hex()
        except (binascii.Error, ValueError):
            continue
        if algorithm in {"sha1", "sha256", "sha384", "sha512"} and digits:
            return {algorithm: digits}
    return {}


def _packages(file: File, packages: dict[str, Any], keys: Keys) -> Iterator[Component | Unexamined]:
    wanted = {
        name
        for place, entry in packages.items()
        if _PLACE not in f"{place}/"
        for section in SECTIONS
        for name in table(table(entry).get(section))
    }
    for place, said in packages.items():
        entry = table(said)
        where = file.at(keys.line(place))
        if place.count(_PLACE) > WITHIN or len(place) > LONGEST:
            yield file.unread("too-large", f"packages within packages: {place[:80]}")
            continue
        try:
            if _PLACE not in f"{place}/":
                name = word(entry.get("name")) or place.rpartition("/")[2]
                if name:
                    needs = _resolved(place, entry, packages)
                    yield own("npm", name, word(entry.get("version")), how="locked", where=where, needs=needs)
            elif entry.get("link") is not True:
                yield _package(place, entry, packages, where, wanted)
        except UnreadError as error:
            yield file.unread(error.reason, f"{place}: {error.detail}")


def _package(
    place: str, entry: dict[str, Any], packages: Mapping[str, Any], where: str, wanted: set[str]
) -> Component:
    folder = place.rpartition(_PLACE)[2]
    name = word(entry.get("name")) or folder
    facts = {"alias": folder} if name != folder else {}
    resolved = word(entry.get("resolved"))
    if resolved and not resolved.startswith(("http", "file:")):
        facts["url"] = address(resolved)
    if entry.get("hasInstallScript") is True:
        facts["scripts"] = "install"
    if entry.get("inBundle") is True:
        facts["bundled"] = "yes"
    if said := entry.get("deprecated"):
        facts["deprecated"] = str(said)[:200]
    return node(
        name,
        word(entry.get("version")),
        how="locked",
        where=where,
        direct=place.count(_PLACE) == 1 and folder in wanted,
        scope=_scope(entry),
        licences=licences(entry),
        hashes=integrity(word(entry.get("integrity"))),
        needs=_resolved(place, entry, packages),
        facts=facts,
    )


def _scope(entry: dict[str, Any]) -> Scope:
    if entry.get("dev") is True or entry.get("devOptional") is True:
        return "develop"
    return "optional" if entry.get("optional") is True or entry.get("peer") is True else "run"


def _resolved(place: str, entry: dict[str, Any], packages: Mapping[str, Any]) -> tuple[str, ...]:
    """What each need resolves to: the nearest package of that name in this folder or one above, as Node looks for it."""
    sections = ["dependencies", "optionalDependencies", "peerDependencies"]
    if _PLACE not in f"{place}/":
        sections.append("devDependencies")
    found = set()
    for section in sections:
        for name in table(entry.get(section)):
            other = _nearest(place, name, packages)
            version = word(table(other).get("version"))
            real = word(table(other).get("name")) or name
            if other is None and section != "dependencies":
                continue
            try:
                found.add(npm(real, version))
            except UnreadError:
                continue
    return tuple(sorted(found))


def _nearest(place: str, name: str, packages: Mapping[str, Any]) -> Any:
    base = place
    while True:
        candidate = f"{base}/{_PLACE}{name}" if base else f"{_PLACE}{name}"
        if candidate in packages:
            entry = table(packages[candidate])
            return packages.get(word(entry.get("resolved")), entry) if entry.get("link") is True else entry
        if not base:
            return None
        base = base.rpartition(f"/{_PLACE}")[0] if f"/{_PLACE}" in base else ""


class _Level:
    """A folder of a lock of version 1: its packages, and the folder it is within."""

    def __init__(self, packages: dict[str, Any], above: _Level | None) -> None:
        self.packages = packages
        self.above = above
        self.deep: int = above.deep + 1 if above else 0

    def nearest(self, name: str) -> Any:
        level: _Level | None = self
        while level:
            if name in level.packages:
                return level.packages[name]
            level = level.above
        return None


def _nested(file: File, document: dict[str, Any], keys: Keys) -> Iterator[Component | Unexamined]:
    """Version 1 holds packages within packages; read in the text's order so that equal names keep their lines."""
    if name := word(document.get("name")):
        yield own("npm", name, word(document.get("version")), how="locked", where=file.at())
    top = _Level(table(document.get("dependencies")), None)
    waiting = [(name, said, top) for name, said in reversed(list(top.packages.items()))]
    while waiting:
        name, said, level = waiting.pop()
        entry = table(said)
        below = _Level(table(entry.get("dependencies")), level)
        if below.deep > DEPTH:
            yield file.unread("too-large", "packages nested too deep")
            continue
        try:
            yield _old(name, entry, below, file.at(keys.line(name)))
        except UnreadError as error:
            yield file.unread(error.reason, error.detail)
        waiting.extend((inner, one, below) for inner, one in reversed(list(below.packages.items())))


def _old(name: str, entry: dict[str, Any], below: _Level, where: str) -> Component:
    version, facts = word(entry.get("version")), {}
    if version.startswith("npm:"):
        facts["alias"] = name
        name, _, version = version.removeprefix("npm:").rpartition("@")
    elif ":" in version:
        facts["url"], version = address(version), ""
    found = set()
    for need in table(entry.get("requires")):
        other = word(table(below.nearest(need)).get("version"))
        try:
            found.add(npm(need, "" if ":" in other else other))
        except UnreadError:
            continue
    return node(
        name,
        version,
        how="locked",
        where=where,
        scope=_scope(entry),
        hashes=integrity(word(entry.get("integrity"))),
        needs=tuple(sorted(found)),
        facts=facts,
    )
