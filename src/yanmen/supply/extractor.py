"""What every reader of manifests, lock files and databases of packages is: it knows its files by name, and reads one at a time."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from yanmen.core.nouns import Unexamined
from yanmen.core.plugins import Source
from yanmen.supply.targets import Component
from yanmen.supply.walk import File, UnreadError, Walk, unexamined


class Extractor(Source[Component]):
    """Reads the components that one kind of file names."""

    names: ClassVar[frozenset[str]] = frozenset()
    """File names it reads, in lower case."""
    endings: ClassVar[tuple[str, ...]] = ()
    """What names of files end with that it reads, in lower case, from their last dot on."""
    folders: ClassVar[frozenset[str]] = frozenset()
    """Names of folders all of whose files it reads."""
    within: ClassVar[str] = ""
    """A part of the path of files it reads, where neither their names nor their folders are known."""
    beside: ClassVar[frozenset[str]] = frozenset()
    """Names of files that it reads besides, in lower case: an image keeps those too."""
    installed: ClassVar[bool] = False
    """Whether it reads what a package manager put down, rather than what a project says of itself."""

    def wants(self, file: File) -> bool:
        """Whether the file, whose name fits, is one of its own. Nothing is opened."""
        return bool(file.inside) == self.installed or not file.inside

    @abstractmethod
    def read(self, file: File) -> Iterator[Component | Unexamined]:
        """What the file says. UnreadError, ValueError or OSError where it says nothing that can be understood."""

    def examined(self, file: File) -> Iterator[Component | Unexamined]:
        """What the file says; where it cannot be read, that."""
        try:
            yield from self.read(file)
        except UnreadError as error:
            yield file.unread(error.reason, error.detail)
        except (RecursionError, MemoryError):
            yield file.unread("too-large", "nested too deep, or too much of it")
        except (OSError, ValueError, EOFError) as error:
            yield file.unread("malformed", str(error))

    def fits(self, name: str) -> bool:
        """Whether a file's name is one of those it reads."""
        low = name.lower()
        return low in self.names or bool(self.endings and low.endswith(self.endings))

    def holds(self, folder: str) -> bool:
        """Whether it reads all files of a folder."""
        return folder.rpartition("/")[2] in self.folders or bool(self.within and self.within in f"{folder}/")

    def targets(self, where: str) -> Iterator[Component | Unexamined]:
        """Everything that its files say, in a folder or in one file."""
        try:
            walk = Walk(Path(where))
        except OSError as error:
            yield unexamined(where, "unreadable", error.strerror or str(error))
            return
        for file in walk:
            if isinstance(file, Unexamined):
                yield file
            elif (self.fits(file.name) or self.holds(file.folder)) and self.wants(file):
                yield from self.examined(file)
