"""The digests of the libraries that are vendored most often: which modules each of their releases had.

The file is LZMA over MessagePack. How it is made: training/vendored.py; of what: data/README.md.
"""

from __future__ import annotations

import lzma
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

import msgspec
from packaging.version import Version

from yanmen.supply.vendored.digest import SIZE

FILE = Path(__file__).parent / "data" / "modules.xz"
FOLDERS = re.compile(
    r"(?i)_?(?:vendor|vendored|vendors|extern|externs|externals?|third_?party|3rdparty|bundled|packages|libs?)"
)
"""Names of folders that others' source is put into."""
_LARGEST = 32 << 20
_NOT_SHIPPED = re.compile(
    r"(?:^|/)(?:tests?|testing|docs?|examples?|benchmarks?|_vendor|vendor|vendored|extern|externals|packages)/|\.data/"
)


class Release(NamedTuple):
    """A release, as it was downloaded."""

    name: str
    version: str
    modules: Mapping[str, bytes]
    """Path to digest."""


class Library(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is known of one library."""

    name: str
    versions: tuple[str, ...]
    """Ascending."""
    paths: tuple[str, ...]
    sets: tuple[bytes, ...]
    """Releases that have a module: bit ``n`` of the little-endian number is ``versions[n]``."""
    digests: bytes
    """SIZE bytes each."""
    path: tuple[int, ...]
    """Of each digest, its place in ``paths``."""
    held: tuple[int, ...]
    """Of each digest, its place in ``sets``."""

    def rows(self) -> Iterator[tuple[bytes, str, int]]:
        """Digest, path, and releases as a number whose bits they are."""
        numbers = [int.from_bytes(one, "little") for one in self.sets]
        for index, (path, held) in enumerate(zip(self.path, self.held, strict=True)):
            yield self.digests[index * SIZE : (index + 1) * SIZE], self.paths[path], numbers[held]


class Row(NamedTuple):
    """One module of a library."""

    library: str
    path: str
    releases: int


class Pack:
    """All libraries, by the digests of their modules."""

    def __init__(self, libraries: Iterable[Library]) -> None:
        """Digests that several libraries have tell nothing by themselves: they are kept, and ``sole`` says so."""
        self.libraries: dict[str, Library] = {one.name: one for one in libraries}
        self._rows: dict[bytes, list[Row]] = {}
        self.tails: set[tuple[str, str]] = set()
        """Folder and name of each module, without underscores before them; of a library that is one module the folder is empty."""
        self.names: set[str] = set()
        """Names of modules alone."""
        self.tops: set[str] = set()
        """What the libraries' own folders and modules are called."""
        self.paths: dict[str, dict[str, int]] = {}
        """Of each library: path to the releases that have it, whatever is in it."""
        for library in self.libraries.values():
            paths = self.paths.setdefault(library.name, {})
            for digest, path, releases in library.rows():
                self._rows.setdefault(digest, []).append(Row(library.name, path, releases))
                paths[path] = paths.get(path, 0) | releases
            for path in library.paths:
                folders, _, name = path.rpartition("/")
                self.tails.add(tail(path))
                self.names.add(name.lstrip("_"))
                self.tops.add((folders or name).partition("/")[0])

    def rows(self, digest: bytes) -> list[Row]:
        """Every module with this digest."""
        return self._rows.get(digest, [])

    @staticmethod
    def sole(rows: list[Row]) -> bool:
        """Whether one library alone has it."""
        return len({row.library for row in rows}) == 1


def tail(path: str) -> tuple[str, str]:
    """Folder and name of a module, without underscores before them."""
    folders, _, name = path.rpartition("/")
    return folders.rpartition("/")[2].lstrip("_"), name.lstrip("_")


@cache
def pack(file: Path = FILE) -> Pack:
    """What is shipped. OSError, LZMAError or ValueError (msgspec's) where a file of ours is not as it should be."""
    data = lzma.LZMADecompressor().decompress(file.read_bytes(), _LARGEST)
    return Pack(msgspec.msgpack.decode(data, type=tuple[Library, ...]))


def written(releases: Iterable[Release]) -> bytes:
    """The pack of these releases; the same bytes for the same releases in any order. Wheels of one release count as one."""
    by_name: dict[str, dict[str, dict[str, bytes]]] = defaultdict(lambda: defaultdict(dict))
    for one in releases:
        by_name[one.name][one.version] |= {
            path: digest for path, digest in one.modules.items() if not _NOT_SHIPPED.search(path)
        }
    libraries = tuple(_library(name, by_name[name]) for name in sorted(by_name))
    return lzma.compress(msgspec.msgpack.encode(libraries), preset=9 | lzma.PRESET_EXTREME)


def _library(name: str, modules: Mapping[str, Mapping[str, bytes]]) -> Library:
    versions = sorted(modules, key=Version)
    held: dict[tuple[str, bytes], int] = defaultdict(int)
    for number, version in enumerate(versions):
        for path, digest in modules[version].items():
            held[path, digest] |= 1 << number
    rows = sorted(held, key=lambda row: (row[0], held[row] & -held[row], row[1]))
    paths = sorted({path for path, _ in rows})
    sets = sorted(set(held.values()))
    place, kept = {one: n for n, one in enumerate(paths)}, {one: n for n, one in enumerate(sets)}
    return Library(
        name=name,
        versions=tuple(versions),
        paths=tuple(paths),
        sets=tuple(one.to_bytes((one.bit_length() + 7) // 8, "little") for one in sets),
        digests=b"".join(digest for _, digest in rows),
        path=tuple(place[path] for path, _ in rows),
        held=tuple(kept[held[row]] for row in rows),
    )
