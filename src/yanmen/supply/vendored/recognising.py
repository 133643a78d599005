"""Which libraries a tree carries within itself, and the narrowest set of releases that their modules agree on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from yanmen.core.nouns import Unexamined
from yanmen.supply.purls import python
from yanmen.supply.targets import Component
from yanmen.supply.vendored.digest import digest
from yanmen.supply.vendored.pack import FOLDERS, Pack, Row, pack, tail
from yanmen.supply.walk import INSTALLED, File, UnreadError, unexamined

FILES = 100_000
"""Modules of one walk that are compared; more are said."""
LARGEST = 2 << 20
"""Bytes of a module that is compared."""
LEAST = 3
"""Modules that must be a library's and nobody else's; of a library with fewer all."""
ENOUGH = 0.9
"""Of the modules there, that must be a release's own for it to be named; with fewer only the doubt is: the release may be one
that is not known here, and to judge the nearest would be to judge another."""
VERSIONS = 40
"""Releases that are named of those that it may be."""
_NAMED = 5


class Hit(NamedTuple):
    """A file that is a library's module."""

    at: str
    """As shown."""
    row: Row
    sole: bool
    """Whether no other library has the same."""


class Seen(NamedTuple):
    """What of a library is in a folder."""

    library: str
    versions: tuple[str, ...]
    """The releases that the most of its modules are of, ascending."""
    place: str
    """The first of its modules, as shown."""
    folder: str
    same: set[str]
    there: set[str]
    """Modules, by the library's paths, that the newest of these releases has too, whatever is in them."""


class Vendored:
    """Remembers the modules that a walk sees, and tells at its end whose they are."""

    def __init__(self, known: Pack | None = None) -> None:
        """Nothing is read before it is asked for. ``known``: None for what is shipped."""
        self._known = known
        self._files: dict[str, File] = {}
        self.more: File | None = None
        """The first module that was too many."""

    @property
    def _pack(self) -> Pack:
        return self._known or pack()

    def see(self, file: File) -> None:
        """One file of the walk."""
        if (
            not file.name.endswith(".py")
            or file.outside
            or not 0 < file.size <= LARGEST
            or not self.may(file)
        ):
            return
        if len(self._files) < FILES:
            self._files[file.path] = file
        else:
            self.more = self.more or file

    def keeps(self, file: File) -> bool:
        """Whether a file of an image is worth holding."""
        return file.name.endswith(".py") and self.may(file)

    def may(self, file: File) -> bool:
        """Of a project's own, modules called like a library's; of what is installed, such as lie within another package."""
        known = self._pack
        if not file.inside:
            return file.name.lstrip("_") in known.names
        above = file.folder.split("/")
        last = max((place for place, name in enumerate(above) if name in INSTALLED), default=-1)
        if any(FOLDERS.fullmatch(name) for name in above[last + 1 :]):
            return True
        return len(above) > last + 1 and above[last + 1] not in known.tops and tail(file.path) in known.tails

    def found(self, said: Iterable[Component] = ()) -> Iterator[Component | Unexamined]:
        """A component for each library in each folder, and what of its modules is of no release that is known here.

        ``said``: what lists and metadata say is vendored, which decides among releases.
        """
        stated = [one for one in said if one.how == "vendored" and one.version]
        for (library, container), hits in sorted(self._groups().items()):
            if seen := self._seen(library, container, hits):
                lists = _listed(seen, stated)
                release = next((version for version in lists if version in seen.versions), "")
                if len(seen.same) >= ENOUGH * len(seen.there) or release:
                    yield _component(seen, release)
                elif not any(version not in self._pack.libraries[library].versions for version in lists):
                    yield unexamined(
                        seen.place,
                        "not-checked",
                        f"{library}: {len(seen.there) - len(seen.same)} of {len(seen.there)} modules are of no release that is"
                        f" known here; {seen.versions[-1]} is the nearest",
                    )
        if self.more:
            yield self.more.unread("too-large", f"more than {FILES} modules that may be vendored")

    def _groups(self) -> dict[tuple[str, str], list[Hit]]:
        """By library and the folder that its own folder or module lies in."""
        groups: dict[tuple[str, str], list[Hit]] = defaultdict(list)
        for path, file in self._files.items():
            try:
                rows = self._pack.rows(digest(path, file.bytes(LARGEST)))
            except UnreadError:
                continue
            for row in rows:
                container = _container(path, row.path)
                if container is not None and not _installed(file, container):
                    groups[row.library, container].append(Hit(file.at(), row, self._pack.sole(rows)))
        return groups

    def _seen(self, library: str, container: str, hits: list[Hit]) -> Seen | None:
        """What of a library is in a folder; None: too little to say so."""
        every = self._pack.libraries[library].versions
        best = _agreed([hit.row.releases for hit in hits])
        newest = best.bit_length() - 1
        whole = [path for path, releases in self._pack.paths[library].items() if releases >> newest & 1]
        fitting = [hit for hit in hits if hit.row.releases & best]
        alone = {hit.row.path for hit in fitting if hit.sole}
        if len(alone) < min(LEAST, len(whole)):
            return None
        same = {hit.row.path for hit in fitting}
        first = min(fitting)
        return Seen(
            library=library,
            versions=tuple(version for bit, version in enumerate(every) if best >> bit & 1),
            place=first.at,
            folder="/".join(first.at.split("/")[: -first.row.path.count("/") - 1]),
            same=same,
            there=same | {path for path in whole if _join(container, path) in self._files},
        )


def _component(seen: Seen, stated: str) -> Component:
    """The newest of the releases that it may be, or the one that a list beside it names; the others are told."""
    facts = {
        "copied": f"{len(seen.same)} of {len(seen.there)} files are the same",
        "confidence": f"{len(seen.same) / len(seen.there):.2f}",
        "vendored_in": seen.folder or ".",
    }
    if changed := sorted(seen.there - seen.same):
        facts["modified"] = f"{len(changed)}: {', '.join(changed[:_NAMED])}"
    if not stated and len(seen.versions) > 1:
        facts["versions"] = " ".join(seen.versions[-VERSIONS:])
    return python(seen.library, stated or seen.versions[-1], how="vendored", where=seen.place, facts=facts)


def _join(container: str, path: str) -> str:
    return f"{container}/{path}" if container else path


def _container(path: str, known: str) -> str | None:
    """The folder that a library's own lies in, where the end of a path is that of one of its modules; None: it is another place."""
    here, there = path.split("/"), known.split("/")
    if len(here) < len(there) or tail(path)[0] != tail(known)[0] != "":
        return None
    return "/".join(here[: len(here) - len(there)])


def _installed(file: File, container: str) -> bool:
    """Whether it lies where an installer puts it."""
    return bool(file.inside) and container.rpartition("/")[2] in INSTALLED


def _agreed(held: list[int]) -> int:
    """The releases that the most of the modules are of."""
    votes: dict[int, int] = defaultdict(int)
    for releases in held:
        votes[releases] += 1
    every = 0
    for releases in votes:
        every |= releases
    counts = {
        bit: sum(count for releases, count in votes.items() if releases >> bit & 1)
        for bit in range(every.bit_length())
    }
    most = max(counts.values())
    return sum(1 << bit for bit, count in counts.items() if count == most)


def _listed(seen: Seen, stated: list[Component]) -> list[str]:
    """The releases of it that a list or metadata in the same folder names. One that is not known here is judged as it is named."""
    return [
        one.version
        for one in stated
        if one.name == seen.library
        and seen.folder
        in {folder := one.where.partition("#")[0].rpartition("/")[0], folder.rpartition("/")[0]}
    ]
