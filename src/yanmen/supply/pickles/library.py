"""Classes of libraries whose source is at hand: whether bringing an instance back runs any of their code, by reading it.

A class is *bare* where ``cls.__new__(cls)`` and a dict of attributes for it run nothing but the interpreter: neither it nor any
of its bases binds a hook (``sketches.HOOKS``), or its ``__setstate__`` only stores. Every base must be read as well, or be in the
tables, or be one of ROOTS; what cannot be made out is not bare. Nothing is imported, and nothing of it is run.
"""

from __future__ import annotations

import builtins
import contextlib
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from yanmen.supply.pickles import blueprints, shapes
from yanmen.supply.pickles.blueprints import Blueprint
from yanmen.supply.pickles.entries import Entry
from yanmen.supply.pickles.shapes import LOUD
from yanmen.supply.pickles.sketches import HOOKS, QUIET, Bound, Drawn, Module, draw

LARGEST = 4 << 20
"""Bytes of a module's text."""
_DEEPEST = 40
"""Bases above bases, and names that stand for names."""
_HOOK = re.compile(rb"\.__(?:new|setstate|del|getattr|getattribute)__\s{0,9}[:=]|setattr\(")
_SETS = re.compile(
    rb"(?:(?<!\w)(\w{1,100}))?\.__(?:new|setstate|del|getattr|getattribute)__\s{0,9}(?::[^=\n]{1,100})?=(?!=)"
    rb"|setattr\(\s{0,99}(?:\w{1,100}\.){0,9}(\w{1,100})\s{0,9},\s{0,99}[\"']__(?:new|setstate|del|getattr|getattribute)__"
)
"""Hooks that are set from outside of a class."""
_NO_PLACE = frozenset({
    "tests", "test", "testing", "conftest", "examples", "__main__", "cli", "scripts", "benchmarks", "setup", "_testing", "docs",
})  # fmt: skip
"""Parts of a module's name that no data needs."""
ROOTS = {
    "object": "bare", "abc.ABC": "bare", "typing.Generic": "bare", "typing.Protocol": "bare",
    "typing_extensions.Protocol": "bare",
    "typing_extensions.Generic": "bare", "contextlib.AbstractContextManager": "bare", "contextlib.ContextDecorator": "bare",
    "dict": "bare-mapping", "collections.OrderedDict": "bare-mapping", "collections.Counter": "bare-mapping",
    "collections.defaultdict": "bare-mapping", "list": "bare-sequence", "str": "bare-scalar", "int": "bare-scalar",
    "float": "bare-scalar",
    "bytes": "bare-scalar", "tuple": "bare-record", "typing.NamedTuple": "bare-record",
    "enum.Enum": "bare-member", "enum.IntEnum": "bare-member", "enum.Flag": "bare-member", "enum.IntFlag": "bare-member",
    "enum.StrEnum": "bare-member",
    **{name: "bare-error" for name, each in vars(builtins).items() if isinstance(each, type) and issubclass(each, BaseException)},
    "collections.UserDict": "bare!", "collections.UserList": "bare!",
    **{f"{module}.{name}": "bare!" for module in ("collections.abc", "typing") for name in (
        "Mapping", "MutableMapping", "Sequence", "MutableSequence", "Set", "MutableSet", "Iterable", "Iterator",
        "Hashable", "Sized",
        "Callable", "Collection", "Container", "Reversible", "Awaitable", "Generator")},
}  # fmt: skip
"""Bases of the standard library, and what instances of them are like."""
TABLES = {"estimator": "bare", "sk-object": "bare", "module": "bare", "scipy-object": "bare", "transform": "bare",
"bare": "bare",
          "bare!": "bare!", "bare-mapping": "bare-mapping", "bare-mapping!": "bare-mapping!", "object": "bare"}  # fmt: skip
"""Kinds of the tables that a base may be of. Their own ``__setstate__`` has been read."""
_PUTS = {
    "bare-mapping": {"__setitem__", "update", "__missing__"}, "bare-sequence": {"append", "extend", "__setitem__"},
    "bare-member": {"_missing_", "__call__"}, "bare-error": {"__init__", "__setattr__"},
}  # fmt: skip
"""What the unpickler, or the interpreter for it, calls on instances of such bases, or on such classes."""
_TAKING = frozenset({"stores", "sets", "fills"})
_MAKES = HOOKS | {"__init__", "__prepare__", "mro", "__setattr__", "__call__", "__get__"}
"""What a metaclass makes a class by."""
_QUIET = frozenset({
    "__init__", "__doc__", "__module__", "__qualname__", "__annotations__", "__slots__", "__init_subclass__",
    "__class_getitem__", "__repr__",
    "__str__", "__dir__", "__sizeof__", "__copy__", "__deepcopy__", "__reduce__", "__reduce_ex__", "__getstate__",
    "__setstate__",
    "__getnewargs__", "__getnewargs_ex__", "__enter__", "__exit__", "__all__", "__version__", "__author__",
    "__post_init__", "__match_args__",
    "__sklearn_tags__", "__sklearn_clone__", "__sklearn_is_fitted__", "__metadata_request__fit",
    "__metadata_request__transform",
    "__test__", "__weakref__", "__abstractmethods__", "__orig_bases__", "__parameters__", "__setattr__", "__delattr__",
})  # fmt: skip
"""Names in double underscores that nothing calls on an instance while a stream is loaded; ``__setattr__`` sets none."""


class Tables(Protocol):
    """What is known without a source (``knowledge.Knowledge``)."""

    def entry(self, module: str, name: str) -> Entry | None:
        """The harmless uses of a name."""

    def is_standard(self, module: str) -> bool:
        """Whether a module is of some Python's standard library."""

    def is_danger(self, module: str, name: str) -> bool:
        """Whether a name is known to be dangerous, not only as one of a library that is so for what its functions do."""


class Library:
    """Folders that libraries are installed in, as ``sys.path`` would have them."""

    def __init__(self, roots: Iterable[Path]) -> None:
        """``roots``: site-packages, or folders of source distributions; trusted as far as one trusts what one runs."""
        self._roots = tuple(roots)
        self._modules: dict[str, Module | None] = {}
        self._changed: dict[str, frozenset[str]] = {}
        self._entries: dict[tuple[str, str], Entry | None] = {}

    def entry(self, module: str, name: str, tables: Tables) -> Entry | None:
        """The harmless uses of a class; None where its source is not at hand, or does not show them."""
        key = (module, name)
        if key not in self._entries:
            self._entries[key] = self._entry(module, name, tables)
        return self._entries[key]

    def names(self, module: str) -> list[tuple[str, str]]:
        """What a module binds by itself, and how (see ``sketches.Bound``)."""
        held = self._module(module)
        own = held.bound.items() if held else []
        return [
            (name, each.how)
            for name, several in own
            for each in several
            if each.how in {"class", "function", "record"}
        ]

    def _entry(self, module: str, name: str, tables: Tables) -> Entry | None:
        pieces = module.split(".")
        odd = not all(piece.isidentifier() for piece in (*pieces, *name.split("."))) or _NO_PLACE & set(
            pieces
        )
        if odd or tables.is_standard(module):
            return None
        above = [self._module(".".join(pieces[:length])) for length in range(1, len(pieces) + 1)]
        if any(each is None or each.acts for each in above):
            return None
        reading = _Reading(self, tables)
        found = reading.inner(module, name) if "." in name else reading.blueprint(f"{module}.{name}", 0)
        if found is not None:
            return blueprints.entry(found)
        if not self._is_own(module, name, tables, 0):
            return None
        held = self._module(module)
        function = held is not None and any(each.how == "function" for each in held.bound[name])
        return blueprints.FUNCTION if function else blueprints.NAMED

    def _is_own(self, module: str, name: str, tables: Tables, depth: int) -> bool:
        """Whether a name stands for what a library itself defines, not for what it has of another that may be dangerous."""
        held = self._module(module)
        if held is None or depth > _DEEPEST or tables.is_standard(module) or tables.is_danger(module, name):
            return False
        several = held.bound.get(name, [])
        return bool(several) and all(
            self._is_own(each.module, each.name, tables, depth + 1)
            if each.how == "from"
            else each.how != "import" and self._holds_own(each.holds, module, tables, depth)
            for each in several
        )

    def _holds_own(self, names: frozenset[str], module: str, tables: Tables, depth: int) -> bool:
        """Whether a value is made of the library's own, and of what Python has: not of another's function under a new name."""
        held = self._module(module)
        return held is not None and all(
            self._is_own(module, name, tables, depth + 1)
            if name in held.bound
            else not tables.is_danger("builtins", name)
            for name in names
        )

    def _module(self, name: str) -> Module | None:
        if name not in self._modules:
            self._modules[name] = self._read(name)
        return self._modules[name]

    def changed(self, package: str) -> frozenset[str]:
        """Classes of a package whose hooks are set from outside of them, anywhere in it."""
        if package not in self._changed:
            found: set[bytes] = set()
            for root in self._roots:
                for path in sorted((root / package).rglob("*.py")):
                    with contextlib.suppress(OSError):
                        text = path.read_bytes()[:LARGEST]
                        if _HOOK.search(text):
                            found |= {each[0] or each[1] for each in _SETS.findall(text)}
            self._changed[package] = frozenset(each.decode() for each in found)
        return self._changed[package]

    def _read(self, name: str) -> Module | None:
        if not all(piece.isidentifier() for piece in name.split(".")):
            return None
        for root in self._roots:
            base = root.joinpath(*name.split("."))
            for path, package in ((base / "__init__.py", True), (base.with_name(f"{base.name}.py"), False)):
                try:
                    if path.stat().st_size > LARGEST:
                        return None
                    return draw(path.read_bytes(), name, package=package)
                except OSError:
                    continue
            if base.is_dir():
                return Module(name)
        return None


class _Reading:
    """One question to a library."""

    def __init__(self, library: Library, tables: Tables) -> None:
        self._library = library
        self._tables = tables

    def blueprint(self, path: str, depth: int) -> Blueprint | None:
        """Of a class by its full name; None where it is not bare, or cannot be made out."""
        if path in ROOTS:
            return Blueprint(ROOTS[path].rstrip(LOUD), loud=ROOTS[path].endswith(LOUD))
        module, _, name = path.rpartition(".")
        if depth > _DEEPEST or not module:
            return None
        known = self._tables.entry(module, name)
        if known is not None:
            kind = TABLES.get(known.gives, "") if known.is_class and known.new else ""
            one = Blueprint(kind.rstrip(LOUD), loud=kind.endswith(LOUD), takes="stores", sets=True)
            return one if kind else None
        if self._tables.is_standard(module):
            return None
        found = [self._bound(each, module, depth) for each in self._bindings(module, name)]
        if not found or None in found or len({each.kind for each in found if each}) > 1:
            return None
        several = [each for each in found if each]
        bound = frozenset().union(*(each.bound for each in several))
        asks: frozenset[str] = frozenset().union(*(each.asks for each in several))
        loud, sets = any(each.loud for each in several), any(each.sets for each in several)
        takes = several[0].takes if len({each.takes for each in several}) == 1 else "stores"
        return Blueprint(several[0].kind, bound, loud, takes, sets, asks)

    def inner(self, module: str, name: str) -> Blueprint | None:
        """Of a class within a class, which nothing but the class statement can have put there."""
        first, *rest = name.split(".")
        held, found = self._library._module(module), self._bindings(module, first)  # noqa: SLF001
        drawn = found[0].drawn if len(found) == 1 else None
        for piece in rest:
            if drawn is None or held is None or drawn.odd or drawn.decorators or drawn.metaclass:
                return None
            if {piece, "*"} & held.added.get(drawn.name, set()):
                return None
            drawn = drawn.inner.get(piece)
        return self._drawn(drawn, module, 0) if drawn is not None else None

    def _bindings(self, module: str, name: str) -> list[Bound]:
        """Every one that a module may have for a name; of an unreadable one none is known."""
        held = self._library._module(module)  # noqa: SLF001  # the library's own reading
        if held is None or name in self._library.changed(module.partition(".")[0]):
            return []
        if any(not _is_class(held, each) for each in held.changed):  # of a class that is not named: of any
            return []
        found = list(held.bound.get(name, []))
        for star in held.stars:
            other = self._library._module(star)  # noqa: SLF001
            if other is None:  # whatever it binds
                return []
            if name in other.bound or other.stars:
                found.append(Bound("from", star, name))
        return found

    def _bound(self, bound: Bound, module: str, depth: int) -> Blueprint | None:
        if bound.how == "record":
            return Blueprint("bare-record")
        if bound.how == "from":
            return self.blueprint(f"{bound.module}.{bound.name}", depth + 1)
        if bound.drawn is None:
            return None
        return self._drawn(bound.drawn, module, depth)

    def _drawn(self, drawn: Drawn, module: str, depth: int) -> Blueprint | None:
        if (
            drawn.odd
            or not self._is_tame(drawn.metaclass, module, depth)
            or not all(self._passes(*each, module, depth) for each in drawn.decorators)
        ):
            return None
        held = self._library._module(module)  # noqa: SLF001
        above = [self.blueprint(held.origin(base), depth + 1) for base in drawn.bases] if held else [None]
        if None in above or "?" in drawn.bases:
            return None
        bases = [each for each in above if each]
        kinds = {each.kind for each in bases} - {"bare"}
        kinds -= {"bare-scalar"} if "bare-member" in kinds else set()
        kind = kinds.pop() if len(kinds) == 1 else "" if kinds else "bare"
        bound = frozenset(drawn.bound).union(*(each.bound for each in bases))
        own = drawn.bound.get("__setstate__", "")
        hooks = set(drawn.bound) & HOOKS - ({"__setstate__"} if own in _TAKING else set())
        if not kind or hooks or bound & _PUTS.get(kind, set()):
            return None
        loud = drawn.compared or any(each.loud for each in bases) or _is_loud(drawn)
        takes = own or next((each.takes for each in bases if each.takes), "")
        added = held.added.get(drawn.name, set()) if held else set()
        put = "__init_subclass__" in bound  # what it puts on a class is not read
        sets = drawn.sets or put or bool({"*", "__setattr__"} & added) or any(each.sets for each in bases)
        made = (
            name
            for name, by in drawn.asks.items()
            if not held or any(held.origin(each) not in QUIET for each in by)
        )
        asks = frozenset(made).union(added, *(each.asks for each in bases))
        if takes in {"sets", "fills"} and (
            sets or asks or any(_is_looked_up(each) for each in drawn.slots or ())
        ):
            return None
        return Blueprint(kind, bound, loud, takes, sets, asks)

    def _passes(self, written: str, made: str, module: str, depth: int) -> bool:
        """Whether a decorator of the library's gives back the class that it is given, as it was."""
        held = self._library._module(module)  # noqa: SLF001
        place, _, name = held.origin(written).rpartition(".") if held else ("", "", "")
        for _ in range(_DEEPEST - depth):
            other = self._library._module(place) if place else None  # noqa: SLF001
            found = other.bound.get(name, []) if other else []
            if len(found) != 1:
                return False
            if found[0].how == "from":
                place, name = found[0].module, found[0].name
                continue
            return made == (found[0].drawn.passes if found[0].drawn else found[0].passes)
        return False

    def _is_tame(self, metaclass: str, module: str, depth: int) -> bool:
        """None, an abstract base's, an enumeration's; or a library's own that binds nothing by which a class is made or asked."""
        held = self._library._module(module)  # noqa: SLF001
        origin = held.origin(metaclass) if held and metaclass else ""
        if origin in {"", "type", "abc.ABCMeta", "enum.EnumMeta", "enum.EnumType"}:
            return True
        place, _, name = origin.rpartition(".")
        found = self._bindings(place, name) if place and depth < _DEEPEST else []
        if len(found) != 1:
            return False
        if found[0].how == "from":
            return self._is_tame(name, place, depth + 1) if place != module else False
        drawn = found[0].drawn
        if drawn is None or drawn.odd or drawn.decorators or set(drawn.bound) & _MAKES:
            return False
        return not drawn.metaclass and all(self._is_tame(base, place, depth + 1) for base in drawn.bases)


def _is_class(module: Module, name: str) -> bool:
    return any(each.how in {"class", "from"} for each in module.bound.get(name, []))


def _is_looked_up(slot: str) -> bool:
    return slot.startswith("__") or slot in shapes.LOOKED_UP


def _is_loud(drawn: Drawn) -> bool:
    return any(name.startswith("__") and name.endswith("__") and name not in _QUIET for name in drawn.bound)
