"""bun.lock; the older binary form is said to be unread."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from yanmen.core.nouns import Unexamined
from yanmen.supply.documents.structured import later, relaxed_json
from yanmen.supply.documents.text import Lines, items, table, text, word
from yanmen.supply.extractor import Extractor
from yanmen.supply.purls import address, node, npm, own
from yanmen.supply.sources.npm_locks import integrity
from yanmen.supply.sources.npm_manifest import SECTIONS
from yanmen.supply.sources.yarn import split
from yanmen.supply.targets import Component, Scope
from yanmen.supply.walk import File, UnreadError

LARGEST = 32 << 20
"""Bytes of one lock file."""
_LOCAL = ("workspace:", "link:", "file:", "root:")


class BunLock(Extractor):
    """Reads bun.lock: JSON with comments and trailing commas."""

    names = frozenset({"bun.lock", "bun.lockb"})

    def read(self, file: File) -> Iterator[Component | Unexamined]:
        """Every package; a key is a path of names, the nearest of which a need resolves to."""
        if file.name.lower() == "bun.lockb":
            yield file.unread(
                "unsupported", "bun's binary lock; bun install --save-text-lockfile writes the other"
            )
            return
        content = text(file, LARGEST)
        said = relaxed_json(content)
        if not isinstance(said, dict):
            raise UnreadError("malformed", "no object of JSON")
        document = table(said)
        yield from later(file, document.get("lockfileVersion", ""), 1)
        packages = table(document.get("packages"))
        wanted: dict[str, Scope] = {}
        for workspace in table(document.get("workspaces")).values():
            for section, scope in SECTIONS.items():
                for name in table(table(workspace).get(section)):
                    wanted.setdefault(name, scope)
        lines = Lines(content)
        lines.after('"packages"')
        for key, said in packages.items():
            line = lines.after(f'"{key}":')
            try:
                yield _component(file.at(line), key, items(said), packages, wanted)
            except UnreadError as error:
                yield file.unread(error.reason, f"{key}: {error.detail}", line)


def _component(
    where: str, key: str, said: list[Any], packages: dict[str, Any], wanted: dict[str, Scope]
) -> Component:
    name, version = split(word(next(iter(said), "")))
    about = next((one for one in said if isinstance(one, dict)), {})
    needs = _needs(key, about, packages)
    if version.startswith(_LOCAL):
        return own("npm", name, "", how="locked", where=where, needs=needs)
    facts = {"alias": key} if key.rpartition("/")[2] != name.rpartition("/")[2] else {}
    if ":" in version or "/" in version:
        facts["url"], version = address(version), ""
    digest = next((one for one in reversed(said) if isinstance(one, str) and one.startswith("sha")), "")
    return node(
        name,
        version,
        how="locked",
        where=where,
        direct=key in wanted,
        scope=wanted.get(key, "run"),
        hashes=integrity(digest),
        needs=needs,
        facts=facts,
    )


def _needs(key: str, about: dict[str, Any], packages: dict[str, Any]) -> tuple[str, ...]:
    found = set()
    for section in ("dependencies", "optionalDependencies"):
        for need in table(about.get(section)):
            name, version = split(word(next(iter(items(_nearest(key, need, packages))), "")) or need)
            try:
                found.add(npm(name, "" if ":" in version or "/" in version else version))
            except UnreadError:
                continue
    return tuple(sorted(found))


def _nearest(key: str, need: str, packages: dict[str, Any]) -> Any:
    base = key
    while base:
        if f"{base}/{need}" in packages:
            return packages[f"{base}/{need}"]
        base = base.rpartition("/")[0]
    return packages.get(need)
