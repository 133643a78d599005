"""What dpkg installed: its status file, and the folder of such files that images without dpkg have."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yanmen.core.nouns import Unexamined
from yanmen.supply.documents.headers import first, paragraphs
from yanmen.supply.extractor import Extractor
from yanmen.supply.purls import purl
from yanmen.supply.systems import System, system_of
from yanmen.supply.targets import Component
from yanmen.supply.walk import File, UnreadError

_STATUS = "var/lib/dpkg/status"
_SOURCE = re.compile(r"(\S+)(?:\s+\((\S+)\))?")
_NEED = re.compile(r"\s*([a-z0-9][a-z0-9+.-]+)")


class Dpkg(Extractor):
    """Reads dpkg's database."""

    names = frozenset({"status"})
    folders = frozenset({"status.d"})
    beside = frozenset({"os-release"})

    def wants(self, file: File) -> bool:
        """At its place below a root folder."""
        if file.folder.endswith("var/lib/dpkg/status.d"):
            return not file.name.endswith((".md5sums", ".list", ".preinst", ".postinst"))
        return file.path.endswith(_STATUS)

    def read(self, file: File) -> Iterator[Component | Unexamined]:
        """The system, and each package that is installed."""
        database = _STATUS if file.name == "status" else f"var/lib/dpkg/status.d/{file.name}"
        system = system_of(file, database)
        if own := system.component():
            yield own
        content = file.bytes().decode("utf-8", "replace")
        for number, said in enumerate(paragraphs(content)):
            if not _installed(said):
                continue
            try:
                yield _package(file, said, system)
            except UnreadError as error:
                yield file.unread(error.reason, f"paragraph {number + 1}: {error.detail}")


def _installed(said: dict[str, list[str]]) -> bool:
    """A package whose configuration files alone are left is not; one that is half installed is."""
    status = first(said, "status")
    return bool(first(said, "package")) and (
        not status or status.split()[-1] not in {"not-installed", "config-files"}
    )


def _package(file: File, said: dict[str, list[str]], system: System) -> Component:
    name, version, arch = (first(said, key) for key in ("package", "version", "architecture"))
    found = _SOURCE.match(first(said, "source"))
    facts = {
        "source": found[1] if found else name,
        "source_version": (found and found[2]) or version,
        "arch": arch,
    }
    if (state := first(said, "status")) and not state.endswith(" installed"):
        facts["state"] = state
    if home := first(said, "homepage"):
        facts["homepage"] = home[:200]
    vendor = system.id or "debian"
    return Component(
        purl=purl("deb", name, version, vendor, (("arch", arch), ("distro", system.distro))),
        ecosystem=system.ecosystem,
        name=name,
        version=version,
        how="installed",
        where=file.at(),
        needs=_needs(said, vendor),
        facts={key: value for key, value in facts.items() if value},
    )


def _needs(said: dict[str, list[str]], vendor: str) -> tuple[str, ...]:
    """The first of each alternative."""
    found = set()
    for key in ("depends", "pre-depends"):
        for group in first(said, key).split(","):
            if name := _NEED.match(group):
                found.add(purl("deb", name[1], "", vendor))
    return tuple(sorted(found))
