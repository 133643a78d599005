"""What a project, an environment, an image or a folder of models is made of: one walk, every reader that knows a file."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from yanmen.core import catalogue
from yanmen.core.nouns import Unexamined
from yanmen.core.plugins import Source
from yanmen.supply.copies import Copies
from yanmen.supply.extractor import Extractor
from yanmen.supply.images import images, looks_like_image
from yanmen.supply.targets import Component
from yanmen.supply.vendored.recognising import Vendored
from yanmen.supply.walk import File, Tree, Walk

_SOURCE: type[Source[Any]] = Source  # type: ignore[type-abstract]  # asked for as a kind, never built


class Readers:
    """Every reader of components, found by the name of a file in one look."""

    def __init__(self, readers: tuple[Extractor, ...]) -> None:
        """Readers are asked in the order given."""
        self._named: dict[str, list[Extractor]] = {}
        self._ended: dict[str, list[Extractor]] = {}
        self._foldered: dict[str, list[Extractor]] = {}
        self._within = [reader for reader in readers if reader.within]
        for reader in readers:
            for name in reader.names:
                self._named.setdefault(name, []).append(reader)
            for last in {ending.rpartition(".")[2] for ending in reader.endings}:
                self._ended.setdefault(last, []).append(reader)
            for name in reader.folders:
                self._foldered.setdefault(name, []).append(reader)
        self.kept = frozenset(self._named) | {name for reader in readers for name in reader.beside}
        """Names of files that a reader opens by their name alone."""

    def of(self, file: File) -> Iterator[Extractor]:
        """Those that read this file."""
        low = file.name.lower()
        named = self._named.get(low, ())
        for reader in named:
            if reader.wants(file):
                yield reader
        for reader in self._ended.get(low.rpartition(".")[2], ()) if "." in low else ():
            if reader not in named and low.endswith(reader.endings) and reader.wants(file):
                yield reader
        for reader in self._foldered.get(file.folder.rpartition("/")[2], ()):
            if reader not in named and not reader.fits(low) and reader.wants(file):
                yield reader
        for reader in self._within:
            if reader.within in file.path and reader.wants(file):
                yield reader

    def keeps(self, file: File) -> bool:
        """Whether a reader would open this file: an image keeps those."""
        return file.name.lower() in self.kept or any(self.of(file))


@cache
def readers() -> Readers:
    """All that the catalogue knows, third parties' among them."""
    found = (plugin() for plugin in catalogue.plugins(_SOURCE))
    return Readers(tuple(reader for reader in found if isinstance(reader, Extractor)))


def inventory(root: Path | Tree) -> Iterator[Component | Unexamined]:
    """Everything that is said of components below a folder, or in one file; each thing said once.

    Pass a Walk of your own to learn afterwards what it left out. OSError where there is no such path.
    """
    tree = Walk(root) if isinstance(root, Path) else root
    said: set[tuple[object, ...]] = set()
    for found in _everything(tree):
        mark = _mark(found)
        if mark not in said:
            said.add(mark)
            yield found


def _everything(tree: Tree) -> Iterator[Component | Unexamined]:
    copies, vendored = Copies(), Vendored()
    stated: list[Component] = []
    for file in tree:
        if isinstance(file, Unexamined):
            yield file
            continue
        copies.see(file)
        vendored.see(file)
        for one in _all(file):
            if isinstance(one, Component) and one.how == "vendored":
                stated.append(one)
            yield one
    recognised = list(vendored.found(stated))
    yield from recognised
    yield from copies.found({one.name for one in recognised if isinstance(one, Component)})


def image(path: Path, shown: str = "") -> Iterator[Component | Unexamined]:
    """The same of the images that an archive or an OCI layout holds. ``shown``: the path as reports name it."""
    vendored = Vendored()
    for tree in images(path, lambda file: readers().keeps(file) or vendored.keeps(file), shown):
        if isinstance(tree, Unexamined):
            yield tree
        else:
            yield from inventory(tree)


def _all(file: File) -> Iterator[Component | Unexamined]:
    for reader in readers().of(file):
        yield from read(reader, file)
    if isinstance(file.tree, Walk) and not file.inside and not file.outside:
        path = file.tree.root / file.path
        place = path.parent if file.name == "oci-layout" else path
        if (place is not path or file.name.endswith((".tar", ".tar.gz", ".tgz"))) and looks_like_image(place):
            yield from image(place, file.at() if place is path else file.at().rpartition("/")[0])


def read(reader: Extractor, file: File) -> Iterator[Component | Unexamined]:
    """What a reader says of a file; of a link that leads out of the root nothing is read, and that is said."""
    if file.outside:
        yield file.unread("not-checked", "a link to a file outside the root")
    else:
        yield from reader.examined(file)


def _mark(found: Component | Unexamined) -> tuple[object, ...]:
    if isinstance(found, Unexamined):
        return (found.reason, found.detail, found.where.part)
    return (found.purl, found.how, found.where, found.scope, found.constraint, found.facts.get("group"))
