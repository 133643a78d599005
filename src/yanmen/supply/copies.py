"""Source that was copied into a project from a package that is installed beside it, recognised by the digests of its files.

What was copied from elsewhere is recognised where it is of a library that is often vendored (vendored/), else not.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Collection, Iterator

from packaging.utils import canonicalize_name

from yanmen.supply.purls import python
from yanmen.supply.records import recorded
from yanmen.supply.targets import Component
from yanmen.supply.walk import File, UnreadError

SMALLEST = 512
"""Bytes of a file that is compared: empty modules are alike everywhere."""
LEAST = 3
"""Files that must be the same; of a package with fewer all."""
FILES = 200_000
"""Of a project's own, and of installed ones, that are remembered."""
_LARGEST = 4 << 20


class Copies:
    """Remembers what a walk sees, and tells at its end what of it is a copy."""

    def __init__(self) -> None:
        """Nothing is read before it is asked for."""
        self._records: list[File] = []
        self._own: dict[int, list[File]] = {}
        self._count = 0

    def see(self, file: File) -> None:
        """One file of the walk."""
        if file.inside == "python":
            if file.name == "RECORD" and file.folder.endswith(".dist-info"):
                self._records.append(file)
        elif (
            not file.inside
            and file.name.endswith(".py")
            and SMALLEST <= file.size <= _LARGEST
            and self._count < FILES
        ):
            self._count += 1
            self._own.setdefault(file.size, []).append(file)

    def found(self, known: Collection[str] = ()) -> Iterator[Component]:
        """A component for each package of which files were copied, at the first of them.

        ``known``: names that are recognised already.
        """
        if not self._own or not self._records:
            return
        index, totals = self._index()
        hits: dict[str, list[str]] = {}
        for size in sorted(index.keys() & self._own.keys()):
            for file in self._own[size]:
                for owner in index[size].get(_digest(file), ()):
                    hits.setdefault(owner, []).append(file.at())
        for owner, places in sorted(hits.items()):
            if len(places) >= min(LEAST, totals[owner]):
                name, _, version = owner.rpartition("-")
                if canonicalize_name(name) not in known:
                    yield _copy(name, version, sorted(places), totals[owner])

    def _index(self) -> tuple[dict[int, dict[str, set[str]]], dict[str, int]]:
        """Size, digest and the one package that has such a file; a file that several have is nobody's."""
        found: dict[int, dict[str, set[str]]] = {}
        totals: dict[str, int] = {}
        count = 0
        for record in self._records:
            owner = record.folder.rpartition("/")[2].removesuffix(".dist-info")
            try:
                for path, digest, size in recorded(record):
                    if path.endswith(".py") and size >= SMALLEST and count < FILES:
                        count += 1
                        totals[owner] = totals.get(owner, 0) + 1
                        if size in self._own:
                            found.setdefault(size, {}).setdefault(digest, set()).add(owner)
            except UnreadError:
                continue  # its own reader says so
        for digests in found.values():
            for digest in [one for one, owners in digests.items() if len(owners) > 1]:
                del digests[digest]
        return found, totals


def _digest(file: File) -> str:
    try:
        data = file.bytes(_LARGEST)
    except UnreadError:
        return ""
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")


def _copy(name: str, version: str, places: list[str], total: int) -> Component:
    facts = {"copied": f"{len(places)} of {total} files are the same", "files": " ".join(places[:5])}
    return python(name, version, how="vendored", where=places[0], facts=facts)
