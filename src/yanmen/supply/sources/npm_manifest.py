"""package.json: of a project, and of each package that npm, yarn or pnpm installed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from yanmen.core.nouns import Unexamined
from yanmen.supply.documents.structured import object_of
from yanmen.supply.documents.text import Lines, items, table, word
from yanmen.supply.extractor import Extractor
from yanmen.supply.npm import asked
from yanmen.supply.purls import address, node, npm, own
from yanmen.supply.targets import Component, Scope
from yanmen.supply.walk import File, UnreadError

LARGEST = 8 << 20
"""Bytes of a package.json."""
SECTIONS: dict[str, Scope] = {
    "dependencies": "run",
    "devDependencies": "develop",
    "optionalDependencies": "optional",
    "peerDependencies": "optional",
}
_ROOT = re.compile(r"(?:^|/)node_modules/((?:@[^/]+/)?[^/@.][^/]*)/package\.json$")


class Manifest(Extractor):
    """Reads the package.json of a project: what it asks for."""

    names = frozenset({"package.json"})

    def wants(self, file: File) -> bool:
        """Outside what was installed."""
        return not file.inside

    def read(self, file: File) -> Iterator[Component | Unexamined]:
        """The project itself, and each section of what it needs."""
        said, text = object_of(file, LARGEST)
        document = table(said)
        if name := word(document.get("name")):
            yield own(
                "npm", name, word(document.get("version")), where=file.at(), licences=licences(document)
            )
        for section, scope in SECTIONS.items():
            lines = Lines(text)
            lines.after(f'"{section}"')
            for wanted, constraint in table(document.get(section)).items():
                line = lines.after(f'"{wanted}"', stay=True)
                try:
                    if made := asked(wanted, word(constraint), scope, file.at(line)):
                        yield made
                except UnreadError as error:
                    yield file.unread(error.reason, error.detail, line)


class InstalledPackages(Extractor):
    """Reads the package.json at the top of each package in node_modules."""

    names = frozenset({"package.json"})
    installed = True

    def wants(self, file: File) -> bool:
        """Only a package's own; those deeper within it are parts of its code."""
        return bool(_ROOT.search(file.path))

    def read(self, file: File) -> Iterator[Component | Unexamined]:
        """The package, and what it needs."""
        said, _ = object_of(file, LARGEST)
        document = table(said)
        folder = _ROOT.search(file.path)
        name, version = word(document.get("name")), word(document.get("version"))
        facts = {"homepage": address(word(document.get("homepage")))}
        if folder and name and name != folder[1]:
            facts["alias"] = folder[1]
        if scripts := [
            one for one in ("preinstall", "install", "postinstall") if one in table(document.get("scripts"))
        ]:
            facts["scripts"] = " ".join(scripts)
        yield node(
            name or (folder[1] if folder else ""),
            version,
            how="installed",
            where=file.at(),
            licences=licences(document),
            needs=needs(document),
            facts={key: value for key, value in facts.items() if value},
        )


def licences(document: dict[str, Any]) -> tuple[str, ...]:
    """``license`` as text or table, and the old list ``licenses``."""
    listed = document.get("licenses")
    said = (document.get("license"), *items(listed), listed)
    found = (word(one) or word(table(one).get("type")) for one in said)
    return tuple(dict.fromkeys(one[:200] for one in found if one))


def needs(document: dict[str, Any]) -> tuple[str, ...]:
    """Package URLs, without version, of what a package needs to run."""
    found = set()
    for section in ("dependencies", "optionalDependencies"):
        for name, constraint in table(document.get(section)).items():
            other = word(constraint)
            if other.startswith("npm:"):
                name = other.removeprefix("npm:").rpartition("@")[0] or name  # noqa: PLW2901  # the package behind an alias
            try:
                found.add(npm(name))
            except UnreadError:
                continue
    return tuple(sorted(found))
