"""What is installed: which distribution brings which modules, where a module's file is, and what calls itself an entry point."""

from __future__ import annotations

import configparser
import os
import re
import stat
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from yanmen.core.cached import cached_property

STDLIB = frozenset(sys.stdlib_module_names)
BINARY = (".so", ".pyd")
_LARGEST = 32 << 20
"""Bytes of one RECORD."""
_INFO = re.compile(r"(?P<name>[^/]+?)-[^-/]+(?:-py[\d.]+)?\.(?:dist|egg)-info")


class Located(NamedTuple):
    """A module that was found."""

    name: str
    path: str
    """Its file; empty: a namespace, which is no file."""
    kind: str
    """``source``, ``binary`` or ``namespace``."""
    home: str
    """The distribution it is of (as PEP 503 compares it); empty: nobody says; ``.`` is the project."""


class Distribution(NamedTuple):
    """What is installed under one name."""

    name: str
    tops: frozenset[str]
    """What it brings to import, as far as its own list says."""
    files: frozenset[str]
    """Paths of its sources from the folder it is installed in."""
    needs: tuple[str, ...]
    """Names of the distributions that it demands."""
    options: tuple[str, ...]
    """Those that it demands with an extra only."""
    entries: Mapping[str, tuple[str, ...]]
    """Group to ``module:object``."""


def site_folders(environment: Path) -> list[Path]:
    """Where an environment keeps its modules: of a virtual environment, or the folder itself."""
    found = [
        *environment.glob("lib*/python3*/site-packages"),
        *environment.glob("lib/python3*/dist-packages"),
    ]
    found += environment.glob("Lib/site-packages")
    if not found and (
        environment.name in {"site-packages", "dist-packages"}
        or next(environment.glob("*.dist-info"), None) is not None
    ):
        found = [environment]
    return sorted({path.resolve() for path in found if path.is_dir()})


class Environment:
    """Folders of installed modules; without any, nothing is known of anything."""

    def __init__(self, folders: Iterable[Path]) -> None:
        """Nothing is read before it is asked for."""
        self.folders = tuple(folders)
        self._listed: dict[str, frozenset[str]] = {}
        self._found: dict[str, Located | None] = {}

    @cached_property
    def distributions(self) -> Mapping[str, Distribution]:
        """By name."""
        found: dict[str, Distribution] = {}
        for folder in self.folders:
            for entry in sorted(self._names(str(folder))):
                if matched := _INFO.fullmatch(entry):
                    one = _distribution(folder / entry, canonicalize_name(matched["name"]))
                    found.setdefault(one.name, one)
        return found

    @cached_property
    def owners(self) -> Mapping[str, tuple[str, ...]]:
        """First part of a module's name to the distributions that bring something below it."""
        found: dict[str, list[str]] = {}
        for one in self.distributions.values():
            for top in one.tops:
                found.setdefault(top, []).append(one.name)
        return {top: tuple(names) for top, names in found.items()}

    def started(self) -> Iterator[tuple[str, bytes]]:
        """What Python runs by itself when it starts: the file, and its lines of code where they stand."""
        for folder in self.folders:
            for entry in sorted(self._names(str(folder))):
                if entry.endswith(".pth"):
                    lines = _text(folder / entry).splitlines()
                    code = [line if line.startswith(("import ", "import\t")) else "" for line in lines]
                    if any(code):
                        yield str(folder / entry), "\n".join(code).encode()
        for name in ("sitecustomize", "usercustomize"):
            if found := self.find(name):
                yield found.path, f"import {name}".encode()

    def entry_points(self, group_is: Callable[[str], bool]) -> Iterator[str]:
        """Modules of the entry points in some groups."""
        for one in self.distributions.values():
            for group, values in one.entries.items():
                if group_is(group):
                    yield from (value.partition(":")[0].strip() for value in values)

    def closure(self, name: str) -> frozenset[str]:
        """A distribution, what it may ask for itself, and all that those need, however far."""
        own = self.distributions.get(name)
        seen = {name, *(own.options if own else ())}
        waiting = list(seen)
        while waiting:
            known = self.distributions.get(waiting.pop())
            new = set(known.needs) - seen if known else set()
            seen |= new
            waiting.extend(new)
        return frozenset(seen)

    def find(self, name: str) -> Located | None:
        """The module of a dotted name, or None where none is installed."""
        if name not in self._found:
            self._found[name] = self._search(name)
        return self._found[name]

    def below(self, beginning: str) -> Iterator[str]:
        """Every installed module whose name begins so; the beginning holds a dot."""
        parent, _, first = beginning.rpartition(".")
        waiting = [(parent, first)]
        while waiting:
            above, begun = waiting.pop()
            for folder in self._folders_of(above):
                for entry in sorted(self._names(folder)):
                    stem = entry.partition(".")[0]
                    if not stem.startswith(begun) or not stem.isidentifier():
                        continue
                    if entry.endswith((".py", *BINARY)) and stem != "__init__":
                        yield f"{above}.{stem}"
                    elif "." not in entry and stem != "__pycache__" and self._names(f"{folder}/{entry}"):
                        yield f"{above}.{stem}"
                        waiting.append((f"{above}.{stem}", ""))

    def _folders_of(self, package: str) -> list[str]:
        inside = package.replace(".", "/")
        return [path for folder in self.folders if self._names(path := f"{folder}/{inside}")]

    def _search(self, name: str) -> Located | None:
        parts = name.split(".")
        if not all(part.isidentifier() for part in parts):
            return None
        space, last = False, parts[-1]
        for folder in self.folders:
            above = "/".join((str(folder), *parts[:-1]))
            names, inside = self._names(above), f"{above}/{last}"
            if last in names and "__init__.py" in self._names(inside):
                return self._located(name, folder, f"{inside}/__init__.py")
            if f"{last}.py" in names:
                return self._located(name, folder, f"{inside}.py")
            binary = next(
                (one for one in sorted(names) if one.startswith(f"{last}.") and one.endswith(BINARY)), None
            )
            if binary:
                return self._located(name, folder, f"{above}/{binary}")
            space = space or (last in names and bool(self._names(inside)))
        return Located(name, "", "namespace", self.home(name, "")) if space else None

    def _located(self, name: str, folder: Path, path: str) -> Located:
        kind = "binary" if path.endswith(BINARY) else "source"
        return Located(name, path, kind, self.home(name, path[len(str(folder)) + 1 :]))

    def home(self, name: str, path: str) -> str:
        """The distribution that a module is of; where several share its first name, the one that lists the file."""
        owners = self.owners.get(name.partition(".")[0], ())
        if len(owners) == 1:
            return owners[0]
        return next((one for one in owners if path in self.distributions[one].files), "")

    def _names(self, folder: str) -> frozenset[str]:
        known = self._listed.get(folder)
        if known is None:
            try:
                known = frozenset(path.name for path in os.scandir(folder))
            except OSError:
                known = frozenset()
            self._listed[folder] = known
        return known


def _distribution(info: Path, name: str) -> Distribution:
    listed = [
        line.rpartition(",sha256=")[0] or line.split(",")[0] for line in _text(info / "RECORD").splitlines()
    ]
    if not listed:
        listed = [line.removeprefix("../") for line in _text(info / "installed-files.txt").splitlines()]
    files = frozenset(path.strip('"') for path in listed if path.rstrip('"').endswith((".py", *BINARY)))
    tops = {path.partition("/")[0].partition(".")[0] for path in files if not path.startswith((".", "/"))}
    tops |= {
        line.strip().partition("/")[0] for line in _text(info / "top_level.txt").splitlines() if line.strip()
    }
    needs, options = _needs(_text(info / "METADATA") or _text(info / "PKG-INFO"))
    brought = frozenset(top for top in tops if top.isidentifier())
    return Distribution(name, brought, files, needs, options, _entries(_text(info / "entry_points.txt")))


def _needs(about: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    needs: list[str] = []
    options: list[str] = []
    for line in about.partition("\n\n")[0].splitlines():
        if line.lower().startswith("requires-dist:"):
            try:
                one = Requirement(line.partition(":")[2].strip())
            except InvalidRequirement:
                continue
            (options if one.marker and "extra" in str(one.marker) else needs).append(
                canonicalize_name(one.name)
            )
    return tuple(needs), tuple(options)


def _entries(text: str) -> dict[str, tuple[str, ...]]:
    reader = configparser.RawConfigParser(delimiters=("=",), strict=False)
    reader.optionxform = str  # type: ignore[assignment,method-assign]  # names keep their case
    try:
        reader.read_string(text)
    except configparser.Error:
        return {}
    return {
        group: tuple(value.partition("[")[0].strip() for _, value in reader.items(group))
        for group in reader.sections()
    }


def regular(path: Path | str, limit: int) -> bytes:
    """The bytes of a regular file, at most one more than the limit. OSError where it is none: a pipe is not waited for."""
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as stream:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(f"{path} is not a regular file")
        return stream.read(limit + 1)


def _text(path: Path) -> str:
    try:
        return regular(path, _LARGEST).decode("utf-8", "replace")
    except OSError:
        return ""
