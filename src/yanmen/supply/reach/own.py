"""The project's own sources: Python files and the code of notebooks, under every name that they may be imported by."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from yanmen.core.nouns import Unexamined
from yanmen.supply.documents.structured import parsed_json
from yanmen.supply.documents.text import decoded, items, table
from yanmen.supply.walk import File, UnreadError, Walk

_ROOTS = frozenset({"src", "lib", "python", "backend", "server"})
"""Folders that are usually put on Python's path."""
_FILES = 20_000
_LARGEST = 32 << 20
_TEST = re.compile(r"(?:^|/)(?:tests?|testing)/|(?:^|/)(?:test_[^/]*|[^/]*_test|conftest)\.py$")
_MAGIC = re.compile(r"^\s*[%!?]|^[^#\n'\"]*\?\s*$")


class Source:
    """One file of the project."""

    def __init__(self, path: str, file: File, roots: Iterable[str]) -> None:
        """``path``: from the project's root; ``roots``: the folders that it may be imported from."""
        self.path = path
        self.file = file
        self.is_test = bool(_TEST.search(path))
        self.is_notebook = path.endswith(".ipynb")
        self.names = () if self.is_notebook else tuple(dict.fromkeys(_names(path, roots)))
        """Dotted names, the likeliest first."""

    @property
    def is_package(self) -> bool:
        """Whether it is a package's ``__init__``."""
        return self.path.rpartition("/")[2] == "__init__.py"

    def code(self) -> bytes:
        """Its Python, lines as in the file; of a notebook its cells one after the other. UnreadError where there is none."""
        data = self.file.bytes(_LARGEST)
        return notebook(decoded(data))[0].encode() if self.is_notebook else data

    def place(self, line: int) -> str:
        """``src/app.py#L3``; in a notebook ``a.ipynb#cell2-L3``."""
        if not self.is_notebook:
            return self.file.at(line)
        try:
            cell, inside = notebook(decoded(self.file.bytes(_LARGEST)))[1][line - 1]
        except (UnreadError, IndexError):
            return self.file.at()
        return f"{self.file.at()}#cell{cell}-L{inside}"


class Sources:
    """All of them."""

    def __init__(self, root: Path) -> None:
        """Walks the folder once. OSError where there is none."""
        self.root = root
        self.unexamined: list[Unexamined] = []
        self.files: dict[str, File] = {}
        """Every file of the project that is not installed, by path."""
        self.virtual: list[str] = []
        """Virtual environments in it, by path."""
        for one in Walk(root):
            if isinstance(one, Unexamined):
                self.unexamined.append(one)
            elif one.name == "pyvenv.cfg":
                self.virtual.append(one.folder)
            elif not one.inside:
                self.files[one.path] = one
        held = [path for path in self.files if not self._is_virtual(path)]
        self.files = {path: self.files[path] for path in held}
        code = [path for path in held if path.endswith((".py", ".pyw", ".ipynb"))]
        if len(code) > _FILES:
            self.unexamined.append(
                self.files[code[_FILES]].unread("too-large", f"more than {_FILES} sources")
            )
        roots = frozenset(_roots(code, self.files))
        self.sources = {path: Source(path, self.files[path], roots) for path in code[:_FILES]}
        self.binaries = tuple(path for path in held if path.endswith((".so", ".pyd")))
        self.index = _index(self.sources.values())
        self.spaces = frozenset(name.rpartition(".")[0] for name in self.index if "." in name)

    def find(self, name: str, near: str = "") -> Source | None:
        """What the project calls by a dotted name: of several the one next to the file that asks."""
        found = self.index.get(name, ())
        return max(found, key=lambda one: _shared(one.path, near), default=None)

    def below(self, beginning: str) -> Iterator[str]:
        """Every name that begins so."""
        return (name for name in self.index if name.startswith(beginning))

    def _is_virtual(self, path: str) -> bool:
        return any(path.startswith(f"{folder}/") or not folder for folder in self.virtual)


def notebook(text: str) -> tuple[str, list[tuple[int, int]]]:
    """The code of a notebook's cells, and for each line its cell (from 1) and its line there.

    A cell of another language is blank lines; one whose syntax is broken is code that nobody can follow.
    """
    lines: list[str] = []
    places: list[tuple[int, int]] = []
    for number, cell in enumerate(items(table(parsed_json(text)).get("cells")), 1):
        if table(cell).get("cell_type") != "code":
            continue
        code = _cell(table(cell).get("source"))
        lines += code
        places += [(number, inside) for inside in range(1, len(code) + 1)]
    return "\n".join(lines) + "\n", places


def _cell(source: Any) -> list[str]:
    text = (
        source if isinstance(source, str) else "".join(one for one in items(source) if isinstance(one, str))
    )
    lines = text.splitlines()
    if text.lstrip().startswith("%%"):
        return ["" for _ in lines]
    kept = ["pass" + line[len(line) :] if _MAGIC.match(line) else line for line in lines]
    kept = [_indented(line, bare) for line, bare in zip(lines, kept, strict=True)]
    try:
        ast.parse("\n".join(kept))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ["exec(unread_cell)", *("" for _ in lines[1:])]
    return kept


def _indented(line: str, bare: str) -> str:
    return line[: len(line) - len(line.lstrip())] + bare if bare == "pass" else bare


def _roots(code: Iterable[str], files: Mapping[str, File]) -> Iterator[str]:
    yield ""
    for path in code:
        folder = path.rpartition("/")[0]
        while folder and f"{folder}/__init__.py" in files:
            folder = folder.rpartition("/")[0]
        yield folder
        parts = path.split("/")[:-1]
        yield from ("/".join(parts[: place + 1]) for place, part in enumerate(parts) if part in _ROOTS)


def _names(path: str, roots: Iterable[str]) -> Iterator[str]:
    stem = path.rpartition(".")[0].removesuffix("/__init__")
    above = [root for root in roots if not root or path.startswith(f"{root}/")]
    for root in sorted(above, key=len, reverse=True):
        parts = stem[len(root) :].strip("/").split("/")
        if all(part.isidentifier() for part in parts):
            yield ".".join(parts)


def _index(sources: Iterable[Source]) -> dict[str, tuple[Source, ...]]:
    found: dict[str, list[Source]] = {}
    for one in sources:
        for name in one.names:
            found.setdefault(name, []).append(one)
    return {name: tuple(several) for name, several in found.items()}


def _shared(one: str, other: str) -> tuple[int, int]:
    count = 0
    for mine, theirs in zip(one.split("/")[:-1], other.split("/")[:-1], strict=False):
        if mine != theirs:
            break
        count += 1
    return count, -one.count("/")
