"""The tables: names that are harmless in a use, and names that are known to be dangerous. Independent of what is installed."""

from __future__ import annotations

import _compat_pickle
import copy
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import yaml

from yanmen.supply.pickles import shapes
from yanmen.supply.pickles.entries import Entry, Kind
from yanmen.supply.pickles.library import Library

FOLDER = Path(__file__).parent / "packs"
"""The tables that come with Yanmen."""


class Use(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Names and their harmless uses, as a pack writes them."""

    names: list[str]
    why: str
    at: list[str] = []
    """Modules that hold them, exactly."""
    under: list[str] = []
    """Packages: any module within holds them. For names so particular that nothing else there can bear them."""
    call: list[list[Any]] = []
    new: list[list[Any]] = []
    gives: str = ""
    fold: str = ""
    is_class: bool = False
    """Of classes that ``new`` does not show to be such."""


class OfKind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A kind, as a pack writes it."""

    why: str
    build: list[Any] = []
    sets: bool = False
    appends: bool = False
    shared: bool = False


class Trial(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a pack must say of pickles, written as expressions (see tests/supply/pickles/assembly.py)."""

    safe: list[str]
    other: list[str]
    """Uses of the same names that are not proven safe."""


class File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A pack of harmless uses."""

    uses: list[Use]
    tests: Trial
    kinds: dict[str, OfKind] = {}


class Dangers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The pack of dangerous names: rule id to names, and what else belongs to the standard library."""

    names: dict[str, list[str]]
    """``os`` is the module and all within; ``os.system`` is that name alone."""
    standard: list[str]
    """Modules of the standard library of other versions of Python than the one that runs."""
    imports: list[str]
    """Modules that do something when they are imported."""
    harmless: list[str]
    """Packages of the field whose import does nothing but define."""


class Knowledge:
    """All tables, ready to ask."""

    def __init__(self, files: Iterable[File], dangers: Dangers) -> None:
        """Raise ValueError where two packs speak of one name, or a kind is missing."""
        self.kinds: dict[str, Kind] = {}
        self._exact: dict[tuple[str, str], Entry] = {}
        self._under: dict[str, list[tuple[str, Entry]]] = {}
        for file in files:
            self._learn(file)
        self._rules: dict[str, str] = {name: rule for rule, names in dangers.names.items() for name in names}
        self._standard = frozenset(sys.stdlib_module_names) | frozenset(dangers.standard)
        self._imports = frozenset(dangers.imports)
        self._harmless = frozenset(dangers.harmless)
        self._library: Library | None = None
        self._alone = self

    def beside(self, library: Library) -> Knowledge:
        """The same tables, and of what is in none of them what a library's source shows."""
        both = copy.copy(self)
        both._library, both._alone = library, self  # noqa: SLF001  # a copy of its own kind
        return both

    def entry(self, module: str, name: str) -> Entry | None:
        """The harmless uses of a name; None where it has none."""
        found = self._exact.get((module, name))
        if found is None and name in self._under:
            for package, entry in self._under[name]:
                if module == package or module.startswith(f"{package}."):
                    return entry
        if found is None and self._library is not None and not self.acts_on_import(module):
            return self._by_source(self._library, module, name)
        return found

    def _by_source(self, library: Library, module: str, name: str) -> Entry | None:
        """Of a library that is dangerous for what its functions do: everything but those."""
        if self.is_danger(module, name):
            return None
        found = library.entry(module, name, self._alone)
        return None if found is not None and found.gives == "function" and self.is_whole(module) else found

    def danger(self, module: str, name: str) -> str:
        """The rule that a name is dangerous under; empty where none is known."""
        pieces = f"{module}.{name}".split(".")
        for length in range(len(pieces), 0, -1):
            if rule := self._rules.get(".".join(pieces[:length])):
                return rule
        return ""

    def is_whole(self, module: str) -> bool:
        """Whether a library is dangerous as a whole, for what its functions do: an instance of a class of it may be kept."""
        first = module.partition(".")[0]
        return first in self._rules and not self.is_standard(first)

    def is_danger(self, module: str, name: str) -> bool:
        """Whether a name is known to be dangerous, not only as one of a library that is so for what its functions do."""
        return bool(self.danger(module, name)) and not (
            self.is_whole(module) and self._is_alone(module, name)
        )

    def _is_alone(self, module: str, name: str) -> bool:
        """Whether nothing of the library is listed that is nearer to the name than the library."""
        pieces = f"{module}.{name}".split(".")
        return not any(".".join(pieces[:length]) in self._rules for length in range(2, len(pieces) + 1))

    def is_remote(self, module: str) -> bool:
        """Whether it is so for reaching the network, which takes an address."""
        return self.is_whole(module) and self._rules[module.partition(".")[0]] == "pickle.reaches-network"

    def is_standard(self, module: str) -> bool:
        """Whether a module is of some Python's standard library."""
        return module.partition(".")[0] in self._standard

    def acts_on_import(self, module: str) -> bool:
        """Whether importing it is known to do something."""
        return module in self._imports or any(
            module.startswith(f"{name}.") for name in self._imports if "." not in name
        )

    def is_field(self, module: str) -> bool:
        """Whether a module is of a library of the field, whose import is harmless."""
        return module.partition(".")[0] in self._harmless

    def _learn(self, file: File) -> None:
        for name, kind in file.kinds.items():
            if name in self.kinds or name in shapes.ATOMS:
                raise ValueError(f"two packs speak of the kind {name}")
            build = tuple(shapes.shape(form) for form in kind.build)
            self.kinds[name] = Kind(build, kind.sets, kind.appends, kind.shared, kind.why)
        for use in file.uses:
            entry = Entry(
                gives=use.gives,
                call=tuple(shapes.arguments(form) for form in use.call),
                new=tuple(shapes.arguments(form) for form in use.new),
                is_class=use.is_class or bool(use.new),
                fold=use.fold,
                why=use.why,
            )
            for name in use.names:
                for module in use.at:
                    if self._exact.setdefault((module, name), entry) is not entry:
                        raise ValueError(f"two packs speak of {module}.{name}")
                for package in use.under:
                    self._under.setdefault(name, []).append((package, entry))


def files() -> dict[str, File]:
    """The packs of harmless uses, by name."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return {
        path.stem: msgspec.convert(yaml.load(path.read_bytes(), loader), File)  # noqa: S506  # a safe loader
        for path in sorted((FOLDER / "harmless").glob("*.yaml"))
    }


def dangers() -> Dangers:
    """The pack of dangerous names."""
    return msgspec.convert(yaml.safe_load((FOLDER / "dangers.yaml").read_bytes()), Dangers)


@cache
def knowledge(libraries: tuple[Path, ...] = ()) -> Knowledge:
    """The tables that come with Yanmen, read once; with what the source of these folders' libraries shows."""
    if libraries:
        return knowledge().beside(Library(libraries))
    return Knowledge(files().values(), dangers())


def python3(module: str, name: str) -> tuple[str, str]:
    """The name that Python 3 imports for one of Python 2, as its unpickler maps streams of protocols 0 to 2."""
    if (module, name) in _compat_pickle.NAME_MAPPING:
        return _compat_pickle.NAME_MAPPING[module, name]
    return _compat_pickle.IMPORT_MAPPING.get(module, module), name
