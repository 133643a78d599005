"""Rust: Cargo.toml and Cargo.lock."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from yanmen.core.nouns import Unexamined
from yanmen.supply.documents.structured import toml_of
from yanmen.supply.documents.text import Lines, items, table, word, words
from yanmen.supply.extractor import Extractor
from yanmen.supply.purls import address, own, purl
from yanmen.supply.targets import Component, Scope
from yanmen.supply.walk import File, UnreadError

_SECTIONS: dict[str, Scope] = {
    "dependencies": "run",
    "build-dependencies": "develop",
    "dev-dependencies": "develop",
}
_EXACT = re.compile(r"=\s*(\d+\.\d+\.\d+\S*)")


def _crate(name: str, version: str, **fields: Any) -> Component:
    return Component(
        purl=purl("cargo", name, version), ecosystem="crates.io", name=name, version=version, **fields
    )


class CargoToml(Extractor):
    """Reads Cargo.toml."""

    names = frozenset({"cargo.toml"})

    def read(self, file: File) -> Iterator[Component | Unexamined]:
        """The crate itself, and what it asks for, for each platform too."""
        document, text = toml_of(file)
        package = table(document.get("package"))
        if name := word(package.get("name")):
            licence = word(package.get("license"))
            yield own(
                "cargo",
                name,
                word(package.get("version")),
                where=file.at(),
                licences=(licence,) if licence else (),
            )
        tables = [
            document,
            table(document.get("workspace")),
            *(table(one) for one in table(document.get("target")).values()),
        ]
        lines = Lines(text)
        for one in tables:
            for section, scope in _SECTIONS.items():
                for name, rule in table(one.get(section)).items():
                    try:
                        if made := _asked(file, lines, name, rule, scope):
                            yield made
                    except UnreadError as error:
                        yield file.unread(error.reason, error.detail)


def _asked(file: File, lines: Lines, name: str, rule: Any, scope: Scope) -> Component | None:
    fields = table(rule)
    if fields.get("workspace") is True or ("path" in fields and "version" not in fields):
        return None
    constraint = word(rule) or word(fields.get("version"))
    exact = _EXACT.fullmatch(constraint)
    facts = {"url": address(word(fields.get("git")))} if fields.get("git") else {}
    line = lines.after(f"\n{name} ", stay=True) or lines.after(f"\n{name}=", stay=True)
    return _crate(
        word(fields.get("package")) or name,
        exact[1] if exact else "",
        where=file.at(line + 1 if line else 0),
        constraint=constraint,
        direct=True,
        scope="optional" if fields.get("optional") is True else scope,
        facts=facts,
    )


class CargoLock(Extractor):
    """Reads Cargo.lock."""

    names = frozenset({"cargo.lock"})

    def read(self, file: File) -> Iterator[Component | Unexamined]:
        """Every crate; those without a source are the project's own."""
        document, text = toml_of(file)
        packages = [table(one) for one in items(document.get("package"))]
        versions: dict[str, list[str]] = {}
        for package in packages:
            versions.setdefault(word(package.get("name")), []).append(word(package.get("version")))
        lines = Lines(text)
        for package in packages:
            line = lines.after("[[package]]")
            try:
                yield _locked(file.at(line), package, versions)
            except UnreadError as error:
                yield file.unread(error.reason, error.detail, line)


def _locked(where: str, package: dict[str, Any], versions: dict[str, list[str]]) -> Component:
    name, version, source = (word(package.get(key)) for key in ("name", "version", "source"))
    found = set()
    for need in words(package.get("dependencies")):
        parts = need.split()
        known = versions.get(parts[0], []) if parts else []
        if parts:
            found.add(
                purl("cargo", parts[0], parts[1] if len(parts) > 1 else known[0] if len(known) == 1 else "")
            )
    needs = tuple(sorted(found))
    if not source:
        return own("cargo", name, version, how="locked", where=where, needs=needs)
    digest = word(package.get("checksum"))
    facts = {"url": address(source.removeprefix("git+"))} if source.startswith("git+") else {}
    return _crate(
        name,
        version,
        how="locked",
        where=where,
        hashes={"sha256": digest} if digest else {},
        needs=needs,
        facts=facts,
    )
