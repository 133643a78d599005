"""PHP: composer.lock."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from yanmen.core.nouns import Unexamined
from yanmen.supply.documents.structured import object_of
from yanmen.supply.documents.text import Lines, items, table, word, words
from yanmen.supply.extractor import Extractor
from yanmen.supply.purls import purl
from yanmen.supply.targets import Component, Scope
from yanmen.supply.walk import File, UnreadError

_SECTIONS: dict[str, Scope] = {"packages": "run", "packages-dev": "develop"}


class ComposerLock(Extractor):
    """Reads composer.lock."""

    names = frozenset({"composer.lock"})

    def read(self, file: File) -> Iterator[Component | Unexamined]:
        """Each package with what it needs; what PHP itself brings is none."""
        said, content = object_of(file)
        lines = Lines(content)
        for section, scope in _SECTIONS.items():
            for one in items(table(said).get(section)):
                package = table(one)
                line = lines.after(f'"name": "{word(package.get("name"))}"')
                try:
                    yield _package(file.at(line), package, scope)
                except UnreadError as error:
                    yield file.unread(error.reason, error.detail, line)


def _package(where: str, package: dict[str, Any], scope: Scope) -> Component:
    name, version = word(package.get("name")).lower(), word(package.get("version")).removeprefix("v")
    digest = word(table(package.get("dist")).get("shasum"))
    return Component(
        purl=_purl(name, version),
        ecosystem="Packagist",
        name=name,
        version=version,
        how="locked",
        where=where,
        scope=scope,
        licences=tuple(words(package.get("license"))),
        hashes={"sha1": digest} if digest else {},
        needs=tuple(sorted(_purl(need.lower(), "") for need in table(package.get("require")) if "/" in need)),
    )


def _purl(name: str, version: str) -> str:
    vendor, _, bare = name.rpartition("/")
    return purl("composer", bare, version, vendor)
