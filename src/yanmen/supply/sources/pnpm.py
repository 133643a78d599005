"""pnpm-lock.yaml of the versions 5 to 9."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from yanmen.core.nouns import Unexamined
from yanmen.supply.documents.structured import later
from yanmen.supply.documents.text import table, word
from yanmen.supply.documents.yaml import Mapping, yaml_of
from yanmen.supply.extractor import Extractor
from yanmen.supply.purls import address, node, npm
from yanmen.supply.sources.npm_locks import integrity
from yanmen.supply.targets import Component, Scope
from yanmen.supply.walk import File, UnreadError

LARGEST = 32 << 20
"""Bytes of one lock file."""
_SECTIONS: dict[str, Scope] = {
    "dependencies": "run",
    "optionalDependencies": "optional",
    "devDependencies": "develop",
}
_ORDER: tuple[Scope, ...] = ("run", "optional", "develop")
_PEERS = re.compile(r"\(.*$")
_LOCAL = ("link:", "file:", "workspace:")


class Key(NamedTuple):
    """A package as the lock names it, without the peers it was resolved with."""

    name: str
    version: str
    url: str = ""


class PnpmLock(Extractor):
    """Reads pnpm's lock file; of several documents in it (pnpm 10 keeps its own tools in the first) all."""

    names = frozenset({"pnpm-lock.yaml"})

    def read(self, file: File) -> Iterator[Component | Unexamined]:
        """Every package, what it needs, and from where it is reached: a run, an option or development."""
        for document in yaml_of(file, LARGEST):
            if not isinstance(document, dict):
                yield file.unread("malformed", "a document that is no table")
                continue
            yield from _document(file, document)


def _document(file: File, document: dict[str, Any]) -> Iterator[Component | Unexamined]:
    yield from later(file, word(document.get("lockfileVersion")), 9)
    old = word(document.get("lockfileVersion")).startswith("5")
    packages = table(document.get("packages"))
    snapshots = table(document.get("snapshots")) or packages
    needs: dict[Key, set[Key]] = {}
    for name, said in snapshots.items():
        wanted = needs.setdefault(key_of(name, old=old), set())
        for section in ("dependencies", "optionalDependencies"):
            wanted.update(_needs(table(table(said).get(section)), old=old))
    scopes, direct = _reached(document, needs, old=old)
    lines = packages.lines if isinstance(packages, Mapping) else {}
    for name, said in packages.items():
        key = key_of(name, old=old)
        entry = table(said)
        try:
            yield _package(
                file.at(lines.get(name, 0)),
                key,
                entry,
                needs.get(key, set()),
                scopes.get(key) or _flag(entry),
                key in direct,
            )
        except UnreadError as error:
            yield file.unread(error.reason, f"{name}: {error.detail}", lines.get(name, 0))


def _package(
    where: str, key: Key, entry: dict[str, Any], wanted: set[Key], scope: Scope, direct: bool
) -> Component:
    name = word(entry.get("name")) or key.name
    facts = {"url": key.url} if key.url else {}
    if word(entry.get("requiresBuild")) == "true":
        facts["scripts"] = "install"
    if said := word(entry.get("deprecated")):
        facts["deprecated"] = said[:200]
    return node(
        name,
        word(entry.get("version")) or key.version,
        how="locked",
        where=where,
        direct=direct,
        scope=scope,
        hashes=integrity(word(table(entry.get("resolution")).get("integrity"))),
        needs=tuple(sorted({link for need in wanted if (link := _link(need))})),
        facts=facts,
    )


def _flag(entry: dict[str, Any]) -> Scope:
    if word(entry.get("dev")) == "true":
        return "develop"
    return "optional" if word(entry.get("optional")) == "true" else "run"


def _link(key: Key) -> str:
    try:
        return npm(key.name, key.version)
    except UnreadError:
        return ""


def key_of(text: str, *, old: bool) -> Key:
    """``/a/1.0.0_peer`` of version 5, ``/a@1.0.0(peer)`` of 6, ``a@1.0.0(peer)`` of 9."""
    bare = _PEERS.sub("", text)
    if bare.startswith("/"):
        bare = bare[1:]
    elif old and bare.count("/") > 1 and "." in bare.partition("/")[0]:
        return Key(bare.rpartition("/")[0].rpartition("/")[2], "", address(f"https://{bare}"))
    if old:
        name, _, version = bare.rpartition("/")
        return Key(name, version.partition("_")[0])
    at = bare.find("@", 1)
    name, version = (bare[:at], bare[at + 1 :]) if at > 0 else (bare, "")
    return Key(name, "", address(version)) if "://" in version else Key(name, version)


def _needs(wanted: dict[str, Any], *, old: bool) -> Iterator[Key]:
    """A need names a version, or the key of another package where it goes by another name."""
    for name, said in wanted.items():
        reference = word(table(said).get("version")) if isinstance(said, dict) else word(said)
        if not reference or reference.startswith(_LOCAL):
            continue
        bare = _PEERS.sub("", reference)
        if bare.startswith("/") or (bare.find("@", 1) > 0 and "://" not in bare and not bare[0].isdigit()):
            yield key_of(reference, old=old)
        elif old:
            yield Key(name, bare.partition("_")[0])
        else:
            yield key_of(f"{name}@{bare}", old=False)


def _reached(
    document: dict[str, Any], needs: dict[Key, set[Key]], *, old: bool
) -> tuple[dict[Key, Scope], set[Key]]:
    """From where each package is reached, and what the projects ask for themselves."""
    importers = table(document.get("importers")) or {".": document}
    starts: dict[Scope, set[Key]] = {"run": set(), "optional": set(), "develop": set()}
    for importer in importers.values():
        for section, scope in _SECTIONS.items():
            starts[scope].update(_needs(table(table(importer).get(section)), old=old))
    found: dict[Key, Scope] = {}
    for scope in _ORDER:
        waiting = list(starts[scope])
        while waiting:
            key = waiting.pop()
            if key not in found:
                found[key] = scope
                waiting.extend(needs.get(key, ()))
    return found, set().union(*starts.values())
