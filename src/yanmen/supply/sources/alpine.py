"""What apk installed."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator

from yanmen.core.nouns import Unexamined
from yanmen.supply.extractor import Extractor
from yanmen.supply.purls import purl
from yanmen.supply.systems import System, system_of
from yanmen.supply.targets import Component
from yanmen.supply.walk import File, UnreadError

_DATABASES = ("lib/apk/db/installed", "usr/lib/apk/db/installed")
_NEED = re.compile(r"([A-Za-z0-9][\w+.-]*)")


class Apk(Extractor):
    """Reads apk's database."""

    names = frozenset({"installed"})
    beside = frozenset({"os-release"})

    def wants(self, file: File) -> bool:
        """At its place below a root folder."""
        return file.path.endswith(_DATABASES)

    def read(self, file: File) -> Iterator[Component | Unexamined]:
        """The system, and each package."""
        place = _DATABASES[1] if file.path.endswith(_DATABASES[1]) else _DATABASES[0]
        system = system_of(file, place)
        if own := system.component():
            yield own
        for number, said in enumerate(_paragraphs(file.bytes().decode("utf-8", "replace"))):
            try:
                yield _package(file, said, system)
            except UnreadError as error:
                yield file.unread(error.reason, f"paragraph {number + 1}: {error.detail}")


def _paragraphs(content: str) -> Iterator[dict[str, str]]:
    """Lines of one letter and a colon; letters of another case mean something else. Files of a package follow its own lines."""
    here: dict[str, str] = {}
    for line in [*content.splitlines(), ""]:
        if line[1:2] == ":":
            here.setdefault(line[0], line[2:].strip())
        elif not line.strip() and here:
            if "P" in here:
                yield here
            here = {}


def _package(file: File, said: dict[str, str], system: System) -> Component:
    name, version, arch = said.get("P", ""), said.get("V", ""), said.get("A", "")
    facts = {
        "source": said.get("o") or name,
        "source_version": version,
        "arch": arch,
        "homepage": said.get("U", "")[:200],
    }
    needs = set()
    for need in said.get("D", "").split():
        found = _NEED.match(need)
        if found and ":" not in need and not need.startswith("!"):
            needs.add(purl("apk", found[1], "", system.id or "alpine"))
    return Component(
        purl=purl("apk", name, version, system.id or "alpine", (("arch", arch), ("distro", system.distro))),
        ecosystem=system.ecosystem,
        name=name,
        version=version,
        how="installed",
        where=file.at(),
        licences=(said["L"],) if said.get("L") else (),
        hashes=_digest(said.get("C", "")),
        needs=tuple(sorted(needs)),
        facts={key: value for key, value in facts.items() if value},
    )


def _digest(value: str) -> dict[str, str]:
    """``Q1`` and SHA-1 in base64."""
    if not value.startswith("Q1"):
        return {}
    try:
        return {"sha1": base64.b64decode(value[2:], validate=True).hex()}
    except (binascii.Error, ValueError):
        return {}
