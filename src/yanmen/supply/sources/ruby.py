"""Ruby: Gemfile.lock."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yanmen.core.nouns import Unexamined
from yanmen.supply.documents.text import text
from yanmen.supply.extractor import Extractor
from yanmen.supply.purls import address, purl
from yanmen.supply.targets import Component
from yanmen.supply.walk import File

_SPEC = re.compile(r"    ([\w.-]+) \(([^)\s]+)\)$")
_NEED = re.compile(r"      ([\w.-]+)(?: \(.*\))?$")
_DIRECT = re.compile(r"  ([\w.-]+)!?(?: \(.*\))?$")
_DIGEST = re.compile(r"  ([\w.-]+) \(([^)\s]+)\) sha256=([0-9a-f]{64})")


class GemfileLock(Extractor):
    """Reads Gemfile.lock and gems.locked."""

    names = frozenset({"gemfile.lock", "gems.locked"})

    def read(self, file: File) -> Iterator[Component | Unexamined]:
        """Each gem with what it needs; those of a path are the project's own."""
        lines = text(file).splitlines()
        direct = set(_section(lines, "DEPENDENCIES"))
        digests = {(found[1], found[2]): found[3] for line in lines if (found := _DIGEST.match(line))}
        section = remote = ""
        for number, line in enumerate(lines, 1):
            if line and not line[0].isspace():
                section, remote = line.strip(), ""
            elif line.startswith("  remote: "):
                remote = line.removeprefix("  remote: ").strip()
            elif section in {"GEM", "GIT"} and (found := _SPEC.match(line)):
                name, version = found[1], found[2]
                digest = digests.get((name, version), "")
                yield Component(
                    purl=purl("gem", name, version),
                    ecosystem="RubyGems",
                    name=name,
                    version=version,
                    how="locked",
                    where=file.at(number),
                    direct=name in direct,
                    hashes={"sha256": digest} if digest else {},
                    needs=_needs(lines, number),
                    facts={"url": address(remote)} if section == "GIT" else {},
                )


def _section(lines: list[str], name: str) -> Iterator[str]:
    inside = False
    for line in lines:
        if line and not line[0].isspace():
            inside = line.strip() == name
        elif inside and (found := _DIRECT.match(line)):
            yield found[1]


def _needs(lines: list[str], start: int) -> tuple[str, ...]:
    found = []
    for place in range(start, len(lines)):
        need = _NEED.match(lines[place])
        if not need:
            break
        found.append(purl("gem", need[1]))
    return tuple(sorted(found))
