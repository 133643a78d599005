"""Java: pom.xml as far as one file tells, and gradle.lockfile."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from yanmen.core.nouns import Unexamined
from yanmen.supply.documents.text import text
from yanmen.supply.documents.xml import Element, xml_of
from yanmen.supply.extractor import Extractor
from yanmen.supply.purls import own, purl
from yanmen.supply.targets import Component, Scope
from yanmen.supply.walk import File, UnreadError

_PROPERTY = re.compile(r"\$\{([^}]{1,200})\}")
_LONGEST = 1_000
_ROUNDS = 8
"""Properties within properties."""
_SCOPES: dict[str, Scope] = {"test": "develop", "provided": "optional", "system": "optional"}
_GRADLE = re.compile(r"([^:\s]+):([^:\s]+):([^=\s]+)=(.*)")


def _artifact(group: str, name: str, version: str, **fields: Any) -> Component:
    return Component(
        purl=purl("maven", name, version, group),
        ecosystem="Maven",
        name=f"{group}:{name}",
        version=version,
        **fields,
    )


class Pom(Extractor):
    """Reads pom.xml: properties and managed versions of the file itself, and of parents that lie within the root."""

    names = frozenset({"pom.xml"})

    def read(self, file: File) -> Iterator[Component | Unexamined]:
        """The project itself, and what it asks for; a version that only a parent elsewhere knows could not be judged."""
        top = xml_of(file)
        chain, gap = _chain(file, top)
        known = _properties(chain)
        managed = _managed(chain, known)
        group = _resolved(top.say("groupId") or top.say("parent", "groupId"), known)
        if name := top.say("artifactId"):
            version = _resolved(top.say("version") or top.say("parent", "version"), known)
            made = own("maven", name, "" if "${" in version else version, where=file.at())
            yield made if not group else _own(group, made)
        open_ones = 0
        for one in top.all("dependencies", "dependency"):
            try:
                made = _asked(file, one, known, managed)
                open_ones += not made.version
                yield made
            except UnreadError as error:
                yield file.unread(error.reason, error.detail, one.line)
        if gap:
            yield file.unread("not-checked", f"{gap}: {open_ones} of its dependencies have no version here")


def _own(group: str, made: Component) -> Component:
    return Component(
        purl=purl("maven", made.name, made.version, group),
        ecosystem="",
        name=f"{group}:{made.name}",
        version=made.version,
        where=made.where,
        facts=made.facts,
    )


def _chain(file: File, top: Element) -> tuple[list[Element], str]:
    """The project and its parents within the root, nearest first; what is missing of them."""
    chain, here, seen = [top], file, {file.path}
    while (parent := chain[-1].first("parent")) is not None:
        label = f"the parent {parent.say('groupId')}:{parent.say('artifactId')}:{parent.say('version')} is not within the root"
        place = parent.say("relativePath") or ("" if parent.first("relativePath") else "../pom.xml")
        found = here.beside(place) or here.beside(f"{place}/pom.xml") if place else None
        if found is None or found.path in seen or found.outside:
            return chain, label
        try:
            above = xml_of(found)
        except UnreadError:
            return chain, label
        if above.say("artifactId") != parent.say("artifactId"):
            return chain, label
        seen.add(found.path)
        chain.append(above)
        here = found
    return chain, ""


def _properties(chain: list[Element]) -> dict[str, str]:
    known: dict[str, str] = {}
    for one in reversed(chain):
        for key in ("groupId", "artifactId", "version"):
            value = one.say(key) or one.say("parent", key)
            if value:
                known[f"project.{key}"] = known[f"pom.{key}"] = value
            if inherited := one.say("parent", key):
                known[f"project.parent.{key}"] = inherited
        properties = one.first("properties")
        for child in properties.children if properties else ():
            known[child.name] = child.text.strip()[:_LONGEST]
    return known


def _resolved(value: str, known: dict[str, str]) -> str:
    """With properties put in; bounded, since they may name each other in a circle, or grow."""
    for _ in range(_ROUNDS):
        if "${" not in value or len(value) > _LONGEST:
            break
        value = _PROPERTY.sub(lambda found: known.get(found[1], found[0]), value)
    return value[:_LONGEST]


def _managed(chain: list[Element], known: dict[str, str]) -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for one in chain:
        for dependency in one.all("dependencyManagement", "dependencies", "dependency"):
            key = (
                _resolved(dependency.say("groupId"), known),
                _resolved(dependency.say("artifactId"), known),
            )
            found.setdefault(key, _resolved(dependency.say("version"), known))
    return found


def _asked(file: File, one: Element, known: dict[str, str], managed: dict[tuple[str, str], str]) -> Component:
    group, name = _resolved(one.say("groupId"), known), _resolved(one.say("artifactId"), known)
    said = _resolved(one.say("version"), known) or managed.get((group, name), "")
    exact = "" if "${" in said or said[:1] in {"[", "("} or said in {"LATEST", "RELEASE"} else said
    scope = _SCOPES.get(_resolved(one.say("scope"), known), "run")
    return _artifact(
        group,
        name,
        exact,
        where=file.at(one.line),
        constraint=said,
        direct=True,
        scope="optional" if one.say("optional") == "true" else scope,
    )


class GradleLock(Extractor):
    """Reads gradle.lockfile and buildscript-gradle.lockfile."""

    endings = ("gradle.lockfile",)

    def read(self, file: File) -> Iterator[Component | Unexamined]:
        """Each module with the configurations it is in."""
        for number, line in enumerate(text(file).splitlines(), 1):
            found = _GRADLE.fullmatch(line.strip())
            if not found or line.startswith("#"):
                continue
            uses = found[4].split(",")
            develop = file.name.startswith("buildscript") or all("test" in one.lower() for one in uses)
            try:
                yield _artifact(
                    found[1],
                    found[2],
                    found[3],
                    how="locked",
                    where=file.at(number),
                    scope="develop" if develop else "run",
                )
            except UnreadError as error:
                yield file.unread(error.reason, error.detail, number)
