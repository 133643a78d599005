"""The operating system that a database of packages belongs to."""

from __future__ import annotations

import re
from typing import NamedTuple

from yanmen.supply.documents.text import text
from yanmen.supply.purls import purl, system
from yanmen.supply.targets import Component
from yanmen.supply.walk import File, UnreadError

_LINE = re.compile(r"([A-Z_]+)=(.*)")
_LARGEST = 65_536


class System(NamedTuple):
    """What /etc/os-release says."""

    id: str
    """``debian``, ``alpine``, ``rocky``; empty: nothing says it."""
    version: str
    name: str
    where: str

    @property
    def ecosystem(self) -> str:
        """OSV's; empty where OSV has none."""
        return system(self.id, self.version)

    @property
    def distro(self) -> str:
        """As package URLs name it: ``debian-12``."""
        return f"{self.id}-{self.version}" if self.version else self.id

    def component(self) -> Component | None:
        """The system itself; None where nothing says which it is."""
        if not self.id:
            return None
        facts = {"kind": "system", "title": self.name}
        return Component(
            purl=purl("generic", self.id, self.version),
            ecosystem="",
            name=self.id,
            version=self.version,
            how="installed",
            where=self.where,
            facts=facts,
        )


def system_of(file: File, database: str) -> System:
    """The system whose database lies at a known place below its root: ``var/lib/dpkg/status``."""
    root = file.path.removesuffix(database)
    for name in ("etc/os-release", "usr/lib/os-release"):
        if found := file.tree.find(root + name):
            try:
                said = dict(pair for line in text(found, _LARGEST).splitlines() if (pair := _pair(line)))
            except UnreadError:
                continue
            return System(
                said.get("ID", "").lower(),
                said.get("VERSION_ID", ""),
                said.get("PRETTY_NAME", "")[:100],
                found.at(),
            )
    return System("", "", "", "")


def _pair(line: str) -> tuple[str, str] | None:
    found = _LINE.fullmatch(line.strip())
    return (found[1], found[2].strip().strip("\"'")) if found else None
