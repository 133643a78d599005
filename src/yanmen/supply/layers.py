"""The files of a container image: its layers laid over each other, read once, without unpacking what nobody reads."""

from __future__ import annotations

import io
import lzma
import posixpath
import tarfile
import tempfile
import weakref
import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO

from yanmen.core.nouns import Unexamined
from yanmen.supply import zstandard
from yanmen.supply.walk import INSTALLED, LARGEST, NAMES, File, Tree, unexamined

MEMBERS = 2_000_000
"""Members of all layers."""
UNPACKED = 64 << 30
"""Bytes of all layers, unpacked."""
KEPT = 4 << 30
"""Bytes of files that readers ask for, of one image; a database of packages has some 150 MB."""
LINKS = 20
_WHITEOUT = ".wh."
_OPAQUE = ".wh..wh..opq"
_BROKEN = (tarfile.TarError, OSError, EOFError, ValueError, zlib.error, lzma.LZMAError, zstandard.BROKEN)


class Layers(Tree):
    """An image's files. Layers are given from the top down; a file of a lower one is there when none above it has or hides it."""

    def __init__(self, prefix: str, keeps: Callable[[File], bool]) -> None:
        """``keeps``: whether anybody would read a file of that name: only those are held, in a file without a name."""
        self.prefix = prefix
        self._keeps = keeps
        self._sizes: dict[str, int] = {}
        self._links: dict[str, str] = {}
        self._places: dict[str, int] = {}
        self._folders: dict[str, list[str]] = {}
        self._hidden: set[str] = set()
        self._gaps: list[Unexamined] = []
        self._held = tempfile.TemporaryFile()  # noqa: SIM115  # it lives as long as the tree
        weakref.finalize(self, self._held.close)
        self._end = self._members = self._passed = 0

    def add(self, name: str, stream: BinaryIO) -> None:
        """Lay one more layer under those that are there. What cannot be read of it is said when the files are asked for."""
        packed = stream.read(len(zstandard.MAGIC)) == zstandard.MAGIC
        stream.seek(0)
        self._folders.clear()
        hides: set[str] = set()
        try:
            source = zstandard.unpacked(stream) if packed else stream
            with tarfile.open(fileobj=source, mode="r|" if packed else "r|*") as archive:
                for member in archive:
                    archive.members = []  # type: ignore[attr-defined]  # else it remembers every member it has passed
                    self._members += 1
                    self._passed += member.size
                    if self._members > MEMBERS or self._passed > UNPACKED:
                        self._miss(name, "too-large", f"more than {MEMBERS} members or {UNPACKED} bytes")
                        break
                    self._member(archive, member, hides, name)
        except _BROKEN as error:
            self._miss(name, "malformed", f"no layer: {error}")
        self._hidden |= hides

    def _miss(self, name: str, reason: str, detail: str) -> None:
        self._gaps.append(unexamined(self.prefix + name, reason, detail))

    def _member(self, archive: tarfile.TarFile, member: tarfile.TarInfo, hides: set[str], layer: str) -> None:
        path = posixpath.normpath(member.name.lstrip("/"))
        if path.startswith("..") or "\x00" in path:
            self._miss(layer, "malformed", f"a member outside the root: {member.name[:100]}")
            return
        folder, _, name = path.rpartition("/")
        if name == _OPAQUE:
            hides.add(f"{folder}/")
        elif name.startswith(_WHITEOUT):
            gone = posixpath.join(folder, name.removeprefix(_WHITEOUT))
            hides.update((gone, f"{gone}/"))
        elif path not in self._sizes and path not in self._links and not self._covered(path):
            self._take(archive, member, path)

    def _covered(self, path: str) -> bool:
        """Whether a layer above hides it, or a folder it is in."""
        if not self._hidden:
            return False
        if path in self._hidden or "/" in self._hidden:
            return True
        at = path.find("/")
        while at >= 0:
            if path[: at + 1] in self._hidden:
                return True
            at = path.find("/", at + 1)
        return False

    def _take(self, archive: tarfile.TarFile, member: tarfile.TarInfo, path: str) -> None:
        if member.issym():
            base = "" if member.linkname.startswith("/") else posixpath.dirname(path)
            self._links[path] = posixpath.normpath(posixpath.join("/", base, member.linkname)).lstrip("/")
        elif member.islnk():
            self._links[path] = posixpath.normpath(member.linkname.lstrip("/"))
        elif member.isreg():
            self._sizes[path] = member.size
            if member.size > LARGEST * 8 or not self._keeps(self._file(path, path)):
                return
            packed = archive.extractfile(member)
            if packed is None or self._end + member.size > KEPT:
                self._miss(path, "too-large", f"more than {KEPT} bytes of packages' files")
                return
            self._held.seek(self._end)
            self._places[path] = self._end
            while piece := packed.read(1 << 20):
                self._held.write(piece)
                self._end += len(piece)

    def _file(self, path: str, real: str) -> File:
        parts = path.split("/")[:-1]
        inside = next((INSTALLED[part] for part in reversed(parts) if part in INSTALLED), "")
        return File(self, path, self._sizes[real], inside=inside)

    def _real(self, path: str) -> str:
        """Where links lead, a link in the middle of a path too; empty: nowhere, or round in a circle."""
        for _ in range(LINKS):
            if path in self._sizes:
                return path
            at, head = 0, ""
            while at >= 0 and head not in self._links:
                at = path.find("/", at + 1)
                head = path if at < 0 else path[:at]
            if head not in self._links:
                return ""
            path = posixpath.normpath(f"{self._links[head]}{path[len(head) :]}")
        return ""

    def __iter__(self) -> Iterator[File | Unexamined]:
        """Every file in sorted order, links to one another left to the files they lead to."""
        yield from self._gaps
        for path in sorted(self._sizes):
            yield self._file(path, path)

    def find(self, path: str) -> File | None:
        """The file at a path; a link to one is one."""
        real = self._real(path)
        return self._file(path, real) if real else None

    def size(self, path: str) -> int:
        """As the layer says it; a hard link has its file's."""
        real = self._real(path)
        return self._sizes[real] if real else -1

    def target(self, path: str) -> str:
        """Within the image."""
        return self._real(path)

    def names(self, folder: str) -> list[str]:
        """Files and links of a folder."""
        if not self._folders:
            for path in (*self._sizes, *self._links):
                above, _, name = path.rpartition("/")
                self._folders.setdefault(above, []).append(name)
        return sorted(self._folders.get(folder, ()))[:NAMES]

    def open(self, path: str) -> BinaryIO:
        """A copy in memory of a file that was kept; OSError for any other."""
        real = self._real(path)
        if real not in self._places:
            raise OSError("not kept: no reader was expected to ask for it")
        self._held.seek(self._places[real])
        return io.BytesIO(self._held.read(self._sizes[real]))
