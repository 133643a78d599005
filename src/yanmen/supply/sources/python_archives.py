"""Wheels and source archives that lie about as files: what their own metadata says, read without unpacking them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yanmen.core.nouns import Unexamined
from yanmen.supply.documents.archives import members
from yanmen.supply.documents.headers import first, headers
from yanmen.supply.extractor import Extractor
from yanmen.supply.purls import python
from yanmen.supply.requirement import needed
from yanmen.supply.sources.python_installed import licences
from yanmen.supply.targets import Component
from yanmen.supply.walk import File

_WHEEL = re.compile(r"[^/]+\.dist-info/METADATA")
_SOURCE = re.compile(r"[^/]+/PKG-INFO|PKG-INFO")
_SDIST = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*-\d[A-Za-z0-9.!+_-]*\.(tar\.gz|tgz|tar\.bz2|tar\.xz|zip)")


class Archives(Extractor):
    """Reads wheels, eggs and source distributions."""

    endings = (".whl", ".egg", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".zip")

    def wants(self, file: File) -> bool:
        """A source archive is known by its name; one without PKG-INFO is none."""
        return not file.inside and (file.name.endswith((".whl", ".egg")) or bool(_SDIST.fullmatch(file.name)))

    def read(self, file: File) -> Iterator[Component | Unexamined]:
        """The distribution inside."""
        wheel = file.name.endswith((".whl", ".egg"))
        wanted = (
            _WHEEL if file.name.endswith(".whl") else re.compile(r"EGG-INFO/PKG-INFO") if wheel else _SOURCE
        )
        for inside, data in members(file, lambda name: bool(wanted.fullmatch(name.removeprefix("./")))):
            said = headers(data.decode("utf-8", "replace"))
            name = first(said, "name")
            if not name:
                yield file.unread("malformed", f"{inside} names no distribution")
                continue
            yield python(
                name,
                first(said, "version"),
                how="vendored",
                where=file.at(),
                licences=licences(said),
                needs=needed(said.get("requires-dist", [])),
                facts={"file": inside},
            )
            return
        if wheel:
            yield file.unread("malformed", "a wheel without METADATA")
