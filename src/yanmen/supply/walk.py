"""A bounded, deterministic walk over a folder; nothing outside of it is read, and what is left out is named."""

from __future__ import annotations

import errno
import os
import posixpath
import stat
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from yanmen.core.nouns import Ref, Unexamined, Where
from yanmen.supply.targets import Artifact

FILES = 1_000_000
"""Files of one walk; what comes after them is *could not judge*."""
DEPTH = 64
"""Folders within folders."""
NAMES = 10_000
"""Names of one folder that a reader is told."""
LARGEST = 64 << 20
"""Bytes of one manifest, lock file or database of packages, unless its reader wants fewer."""
INSTALLED = {"site-packages": "python", "dist-packages": "python", "node_modules": "npm"}
"""Folders that a package manager filled, and whose they are: manifests within them demand nothing of the project."""
VCS = frozenset({".git", ".hg", ".svn", ".bzr", ".jj", "CVS", "_darcs"})
CACHES = frozenset(
    {
        "__pycache__",
        ".hypothesis",
        ".import_linter_cache",
        ".ipynb_checkpoints",
        ".mypy_cache",
        ".nox",
        ".pytest_cache",
        ".ruff_cache",
        ".tox",
    }
)
_SYSTEM = frozenset({"dev", "proc", "sys"})  # file systems without files, where the root is the machine's own


class UnreadError(Exception):
    """What could not be read or understood: a stable word, and what was seen."""

    def __init__(self, reason: str, detail: str = "") -> None:
        """``reason``: as in Unexamined."""
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


def shown(path: str) -> str:
    r"""The path as a person may read it: bytes that are no UTF-8 as ``\xff``, control characters escaped."""
    if path.isprintable():
        return path
    known = path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in known)


def unexamined(path: str, reason: str, detail: str = "", line: int = 0) -> Unexamined:
    """What could not be judged of a file, named by its path from the root."""
    name = shown(path)
    part = f"{name}#L{line}" if line else name
    return Unexamined(
        subject=Ref(kind="file", id=name or "."),
        reason=reason,
        detail=shown(detail)[:300],
        where=Where(part=part),
    )


class File:
    """A file of a tree. Opened when it is read, not before."""

    __slots__ = ("inside", "outside", "path", "size", "tree")

    def __init__(self, tree: Tree, path: str, size: int, *, inside: str = "", outside: bool = False) -> None:
        """``path``: from the tree's root, parts joined by ``/``, as the file system spells it."""
        self.tree = tree
        self.path = path
        self.size = size
        self.inside = inside
        """``python`` or ``npm`` within a tree that was installed; else empty."""
        self.outside = outside
        """Whether it is a link whose end lies outside the root: it cannot be read."""

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self.path.rpartition("/")[2]

    @property
    def folder(self) -> str:
        """The path of the folder it is in; empty: the root."""
        return self.path.rpartition("/")[0]

    def at(self, line: int = 0) -> str:
        """The path as shown, with ``#L12`` where a line is known."""
        name = shown(self.tree.prefix + self.path)
        return f"{name}#L{line}" if line else name

    def unread(self, reason: str, detail: str = "", line: int = 0) -> Unexamined:
        """That it, or one line of it, could not be judged."""
        return unexamined(self.tree.prefix + self.path, reason, detail, line)

    def bytes(self, limit: int = LARGEST) -> bytes:
        """All of it; UnreadError where it is larger than the limit or cannot be read."""
        if self.size > limit:
            raise UnreadError("too-large", f"{self.size} bytes")
        try:
            with self.open() as stream:
                data = stream.read(limit + 1)
        except (OSError, EOFError) as error:
            raise UnreadError("unreadable", getattr(error, "strerror", "") or str(error)) from None
        if len(data) > limit:
            raise UnreadError("too-large", f"more than {limit} bytes")
        return data

    def open(self) -> BinaryIO:
        """A seekable stream of its bytes. OSError where it cannot be read."""
        if self.outside:
            raise OSError("the link leads out of the root")
        return self.tree.open(self.path)

    def artifact(self) -> Artifact:
        """It, as detectors look at it."""
        return Artifact(self.at(), self.size, self.open)

    def beside(self, relative: str) -> File | None:
        """A file named from the folder it is in; None where there is none, or where it would lie outside the root."""
        path = within(self.folder, relative)
        return None if path is None else self.tree.find(path)


def within(folder: str, relative: str) -> str | None:
    """The path that is meant from a folder of a tree; None: outside the root."""
    relative = relative.replace("\\", "/")
    if relative.startswith("/") or "\x00" in relative or relative[1:2] == ":":
        return None
    path = posixpath.normpath(posixpath.join(folder, relative))
    return None if path.startswith("..") else path


class Tree(ABC):
    """Files in folders: of a disk, or of an image."""

    label: str = ""
    """Name of its outermost folder."""
    prefix: str = ""
    """What stands before its paths where they are shown: ``app.tar!`` of an image."""

    @abstractmethod
    def __iter__(self) -> Iterator[File | Unexamined]:
        """Every file in sorted order, and what could not be looked at."""

    @abstractmethod
    def find(self, path: str) -> File | None:
        """The file at a path from the root, or None."""

    @abstractmethod
    def size(self, path: str) -> int:
        """Bytes of the regular file at a path, links not followed; -1 where there is none."""

    @abstractmethod
    def target(self, path: str) -> str:
        """Where a link leads, as a path from the root; a file's own; empty where it leads nowhere, or out."""

    @abstractmethod
    def names(self, folder: str) -> list[str]:
        """Names of the files in a folder, sorted; empty where there is none."""

    @abstractmethod
    def open(self, path: str) -> BinaryIO:
        """A seekable stream; OSError where it cannot be read."""


class Walk(Tree):
    """A folder of the disk, or one file of it. Links are read where they end at a file within; folders are not followed."""

    def __init__(self, root: Path, *, files: int = FILES, depth: int = DEPTH) -> None:
        """``root``: a folder, or one file. OSError where there is none."""
        self.root = Path(os.path.realpath(root, strict=True))
        self._only = ""
        if not self.root.is_dir():
            self._only, self.root = self.root.name, self.root.parent
        self._files, self._depth = files, depth
        self._prefix = f"{str(self.root).rstrip(os.sep)}{os.sep}"
        self.label = self.root.name
        self.left_out: Counter[str] = Counter()
        """What was not entered or opened, and how often: ``.git``, ``__pycache__``, ``pipe`` …"""
        self.count = 0
        """Files seen."""

    def __iter__(self) -> Iterator[File | Unexamined]:
        """Depth first, sorted by name in each folder."""
        self.left_out.clear()
        self.count = 0
        if self._only:
            found = self.find(self._only)
            self.count = int(found is not None)
            yield found or unexamined(self._only, "unreadable", "not a regular file")
            return
        waiting = [("", "", 0)]
        while waiting:
            folder, inside, deep = waiting.pop()
            entries: list[os.DirEntry[str]] = []
            try:
                with os.scandir(self._prefix + folder) as scanned:
                    for entry in scanned:
                        entries.append(entry)
                        if self.count + len(entries) > self._files:
                            yield unexamined(folder, "too-large", f"more than {self._files} files")
                            return
            except OSError as error:
                yield unexamined(folder, "unreadable", error.strerror or str(error))
                continue
            entries.sort(key=lambda entry: entry.name)
            further: list[tuple[str, str, int]] = []
            for entry in entries:
                path = f"{folder}/{entry.name}" if folder else entry.name
                yield from self._seen(entry, path, (inside, deep), further)
            waiting.extend(reversed(further))

    def _seen(
        self, entry: os.DirEntry[str], path: str, place: tuple[str, int], further: list[tuple[str, str, int]]
    ) -> Iterator[File | Unexamined]:
        inside, deep = place
        try:
            mode = entry.stat(follow_symlinks=False).st_mode
            if stat.S_ISLNK(mode):
                yield from self._link(path, inside)
            elif stat.S_ISDIR(mode):
                if left := self._left(entry.name, path):
                    self.left_out[left] += 1
                elif deep >= self._depth:
                    yield unexamined(path, "too-large", f"more than {self._depth} folders deep")
                else:
                    further.append((path, INSTALLED.get(entry.name, inside), deep + 1))
            elif stat.S_ISREG(mode):
                self.count += 1
                yield File(self, path, entry.stat(follow_symlinks=False).st_size, inside=inside)
            else:
                self.left_out["pipe" if stat.S_ISFIFO(mode) else "device or socket"] += 1
        except FileNotFoundError:
            self.left_out["gone while it was looked at"] += 1
        except OSError as error:
            yield unexamined(path, "unreadable", error.strerror or str(error))

    def _left(self, name: str, path: str) -> str:
        if name in VCS or name in CACHES:
            return name
        return f"/{path}" if path in _SYSTEM and os.path.ismount(self._prefix + path) else ""

    def _link(self, path: str, inside: str) -> Iterator[File | Unexamined]:
        full = self._prefix + path
        try:
            end = os.path.realpath(full, strict=True)
            mode = Path(end).stat().st_mode
        except OSError as error:
            if error.errno == errno.ELOOP:
                yield unexamined(path, "unreadable", "a link that leads to itself")
            else:  # nothing is at its end
                self.left_out["broken link"] += 1
            return
        out = not (end + "/").startswith(self._prefix)
        if stat.S_ISREG(mode):
            self.count += 1
            yield File(self, path, 0 if out else Path(end).stat().st_size, inside=inside, outside=out)
        elif stat.S_ISDIR(mode) and out:
            yield unexamined(path, "not-checked", "a link to a folder outside the root")

    def find(self, path: str) -> File | None:
        """The file at a path from the root; a link to one within is one."""
        full = self._prefix + path
        try:
            end = os.path.realpath(full, strict=True)
            held = Path(end).stat()
        except (OSError, ValueError):
            return None
        if not stat.S_ISREG(held.st_mode):
            return None
        parts = path.split("/")[:-1]
        inside = next((INSTALLED[part] for part in reversed(parts) if part in INSTALLED), "")
        return File(self, path, held.st_size, inside=inside, outside=not end.startswith(self._prefix))

    def size(self, path: str) -> int:
        """One look at the disk."""
        try:
            held = os.lstat(self._prefix + path)
        except (OSError, ValueError):
            return -1
        return held.st_size if stat.S_ISREG(held.st_mode) else -1

    def target(self, path: str) -> str:
        """By the disk."""
        try:
            end = os.path.realpath(self._prefix + path, strict=True)
        except (OSError, ValueError):
            return ""
        return end.removeprefix(self._prefix) if end.startswith(self._prefix) else ""

    def names(self, folder: str) -> list[str]:
        """At most NAMES of them; links to files too."""
        try:
            with os.scandir(self._prefix + folder) as entries:
                return sorted(
                    entry.name for entry, _ in zip(entries, range(NAMES), strict=False) if entry.is_file()
                )
        except OSError:
            return []

    def open(self, path: str) -> BinaryIO:
        """The file's own stream; never one outside the root, nor a pipe."""
        end = os.path.realpath(self._prefix + path, strict=True)
        if not end.startswith(self._prefix):
            raise OSError("the link leads out of the root")
        return Artifact.of(Path(end)).open()
