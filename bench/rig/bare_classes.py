"""Writes a pack of classes that are harmless to bring back, by reading libraries' sources: nothing of them is imported.

    python bench/rig/bare_classes.py SITE-PACKAGES PACKAGE… > src/yanmen/supply/pickles/packs/harmless/further.yaml

A class is *bare* when making it by ``cls.__new__(cls)`` and giving it a dict of attributes runs none of its own code: neither
it nor any base defines one of HOOKS, or its ``__setstate__`` does nothing but store the state. Every base must be a class of the
sources that are read, of the tables that Yanmen has, or one of ROOTS; a base that cannot be made out excludes the class. Of several
classes of one name in a package all must be bare, and nothing else there may bear the name.
"""

from __future__ import annotations

import ast
import sys
import textwrap
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

from yanmen.supply.pickles.knowledge import knowledge

HOOKS = frozenset({
    "__new__", "__setstate__", "__del__", "__getattr__", "__getattribute__", "__dict__", "__slots__", "__class__",
    "__getnewargs__", "__getnewargs_ex__",
    "__reduce__", "__reduce_ex__",
})  # fmt: skip
"""What runs, or shows that the class is brought back in another way."""
ROOTS = {
    "object": "bare", "abc.ABC": "bare", "typing.Generic": "bare", "typing.Protocol": "bare",
    "collections.abc.Mapping": "bare", "collections.abc.Hashable": "bare",
    "collections.abc.Sequence": "bare", "collections.abc.Iterable": "bare", "collections.abc.Callable": "bare",
    "collections.abc.Sized": "bare",
    "collections.abc.MutableMapping": "bare", "collections.abc.Iterator": "bare", "collections.abc.Set": "bare",
    "collections.UserDict": "bare",
    "dict": "bare-mapping", "collections.OrderedDict": "bare-mapping", "collections.Counter": "bare-mapping",
    "list": "bare-sequence",
}  # fmt: skip
KNOWN = {
    "estimator": "bare",
    "sk-object": "bare",
    "module": "module",
    "scipy-object": "bare",
    "transform": "bare",
}
"""Kinds of the tables that a base may be of."""
PUTS = {"bare-mapping": {"__setitem__", "update"}, "bare-sequence": {"append", "extend", "__setitem__"}}
STORES = frozenset(
    {
        "update",
        "get",
        "pop",
        "items",
        "keys",
        "setdefault",
        "copy",
        "__setstate__",
        "super",
        "dict",
        "len",
        "isinstance",
        "hasattr",
    }
)
"""What a ``__setstate__`` may call: of a dict, and its own base's."""
PASSED_OVER = frozenset(
    {
        "tests",
        "test",
        "testing",
        "conftest",
        "examples",
        "__main__",
        "cli",
        "scripts",
        "_vendor",
        "benchmarks",
        "datasets",
        "setup",
    }
)


PLAIN = frozenset({"dataclass", "total_ordering", "runtime_checkable", "final", "define"})
"""Decorators that leave how a class is brought back as it is."""


class Class(NamedTuple):
    """Of a source."""

    module: str
    name: str
    bases: tuple[str, ...]
    defined: frozenset[str]
    stores: bool
    """Whether its __setstate__, if it has one, only stores."""
    odd: bool
    """Whether a decorator or a metaclass might make something else of it."""


class Sources:
    """All modules of some packages."""

    def __init__(self, site: Path, packages: list[str]) -> None:
        self.classes: dict[str, Class] = {}
        self.aliases: dict[str, dict[str, str]] = {}
        self.others: dict[str, set[str]] = defaultdict(set)
        for package in packages:
            for path in sorted((site / package).rglob("*.py")):
                parts = path.relative_to(site).with_suffix("").parts
                self._read(path, ".".join(parts[:-1] if parts[-1] == "__init__" else parts), package)

    def _read(self, path: Path, module: str, package: str) -> None:
        try:
            tree = ast.parse(path.read_bytes())
        except (SyntaxError, ValueError):
            return
        names = self.aliases[module] = {}
        inside = module if path.name == "__init__.py" else module.rpartition(".")[0]
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                above = inside.split(".")[: len(inside.split(".")) - node.level + 1] if node.level else []
                origin = ".".join([*above, *([node.module] if node.module else [])])
                names |= {each.asname or each.name: f"{origin}.{each.name}" for each in node.names}
            elif isinstance(node, ast.Import):
                names |= {
                    each.asname or each.name.partition(".")[0]: each.name
                    if each.asname
                    else each.name.partition(".")[0]
                    for each in node.names
                }
        for node in tree.body:
            if isinstance(node, ast.ClassDef):
                names[node.name] = f"{module}.{node.name}"
                self.classes[f"{module}.{node.name}"] = _class(node, module)
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                self.others[package].add(node.name)

    def kind(self, path: str, seen: tuple[str, ...] = ()) -> str | None:
        """What an instance is like; None where the class is not bare."""
        if path in ROOTS:
            return ROOTS[path]
        module, _, name = path.rpartition(".")
        if path in seen:
            return None
        if path not in self.classes:
            entry = knowledge().entry(module, name)
            if entry is not None and entry.is_class and entry.new and entry.gives in KNOWN:
                return KNOWN[entry.gives]
            further = self.aliases.get(module, {}).get(name)
            return self.kind(further, (*seen, path)) if further else None
        found = self.classes[path]
        kinds = {self.kind(self._origin(found, base), (*seen, path)) for base in found.bases} - {"bare"}
        kind = kinds.pop() if len(kinds) == 1 else None if kinds else "bare"
        hooks = found.defined & HOOKS - ({"__setstate__"} if found.stores else set())
        return None if kind is None or found.odd or hooks or found.defined & PUTS.get(kind, set()) else kind

    def _origin(self, found: Class, base: str) -> str:
        first, _, rest = base.partition(".")
        origin = self.aliases[found.module].get(first, first)
        return f"{origin}.{rest}" if rest else origin


def _class(node: ast.ClassDef, module: str) -> Class:
    bases = [ast.unparse(base.value if isinstance(base, ast.Subscript) else base) for base in node.bases]
    defined = {each.name for each in node.body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)}
    for each in node.body:
        if isinstance(each, ast.Assign):
            defined |= {target.id for target in each.targets if isinstance(target, ast.Name)}
    metas = [ast.unparse(word.value) for word in node.keywords if word.arg == "metaclass"]
    decorated = [ast.unparse(each).partition("(")[0].rpartition(".")[2] for each in node.decorator_list]
    odd = any("ABCMeta" not in meta for meta in metas) or not set(decorated) <= PLAIN
    stores = all(
        _stores(each)
        for each in node.body
        if isinstance(each, ast.FunctionDef) and each.name == "__setstate__"
    )
    return Class(module, node.name, tuple(bases), frozenset(defined), stores, odd)


def _stores(function: ast.FunctionDef) -> bool:
    for node in ast.walk(function):
        if isinstance(node, ast.Call):
            name = (
                node.func.attr
                if isinstance(node.func, ast.Attribute)
                else node.func.id
                if isinstance(node.func, ast.Name)
                else ""
            )
            if name not in STORES:
                return False
        if isinstance(node, ast.Import | ast.ImportFrom | ast.With | ast.Lambda):
            return False
    return True


def main() -> None:
    """The pack, on standard output."""
    site, packages = Path(sys.argv[1]), sys.argv[2:]
    sources = Sources(site, packages)
    found: dict[str, dict[str, set[str | None]]] = defaultdict(lambda: defaultdict(set))
    for path, each in sources.classes.items():
        if not PASSED_OVER & set(each.module.split(".")):
            found[each.module.partition(".")[0]][each.name].add(sources.kind(path))
    for package in packages:
        by_kind: dict[str, list[str]] = defaultdict(list)
        for name, kinds in sorted(found[package].items()):
            kind = next(iter(kinds))
            if (
                len(kinds) == 1
                and kind is not None
                and name not in sources.others[package]
                and knowledge().entry(package, name) is None
            ):
                by_kind[kind].append(name)
        for kind, names in sorted(by_kind.items()):
            listed = textwrap.indent(textwrap.fill(", ".join(names) + "]}", 118), "      ")
            print(
                f'  - {{under: [{package}], is_class: true, gives: {kind}, why: "a bare instance", new: [[]], names: [\n{listed}'
            )


if __name__ == "__main__":
    main()
