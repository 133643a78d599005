"""Which calls import what: by a constant, from a table, from a lazy package's list, by whatever a caller gives, or nobody knows."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence

from yanmen.supply.reach.facts import NAME, UNKNOWN, Dynamic, Value
from yanmen.supply.reach.values import Bindings, argument, called, elements, string

_IMPORTS = frozenset({"import_module", "__import__"})
_ENTRIES = frozenset({"entry_points", "iter_entry_points"})
_FILES = frozenset({"spec_from_file_location", "SourceFileLoader", "run_path", "run_module", "load_source"})
_RUNS = frozenset({"exec", "eval"})
_NOTHING = Value()


def dynamics(
    calls: Sequence[tuple[ast.Call, int]],
    bindings: Bindings,
    names: Mapping[int, tuple[str, bool]],
    *,
    lazy: bool,
) -> Iterator[Dynamic]:
    """Of the calls of one module, each with its scope.

    ``names``: of the functions by scope, and whether each is a method; ``lazy``: the module has a ``__getattr__`` of its own, so
    that what it hands to a loader is imported when it is asked for.
    """
    for call, scope in sorted(calls, key=lambda one: one[0].lineno):
        name = called(call.func)
        if name in _IMPORTS:
            value, package = _imported(call, name, bindings, scope)
            yield _dynamic("import", value, package, call, scope, bindings, names)
        elif name in _ENTRIES:
            yield _dynamic("entries", _group(call, bindings, scope), _NOTHING, call, scope, bindings, names)
        elif name in _FILES or (
            name in _RUNS and isinstance(call.func, ast.Name) and _made(call, bindings, scope)
        ):
            yield _dynamic("run", UNKNOWN, _NOTHING, call, scope, bindings, names)
        elif _is_lazy(call, name, lazy=lazy):
            yield _dynamic("table", _table(call, bindings, scope), _NOTHING, call, scope, bindings, names)


def given(call: ast.Call, position: int, parameter: str, bindings: Bindings, scope: int) -> Value:
    """What a call of a helper hands over for the parameter that the helper imports."""
    node = argument(call, position, parameter) if position >= 0 else argument(call, 10_000, parameter)
    if node is not None:
        return string(node, bindings, scope)
    spread = any(isinstance(one, ast.Starred) for one in call.args) or any(
        word.arg is None for word in call.keywords
    )
    return UNKNOWN if spread else _NOTHING  # left out: the default, which the helper's own file says


def _dynamic(
    how: str,
    value: Value,
    package: Value,
    call: ast.Call,
    scope: int,
    bindings: Bindings,
    names: Mapping[int, tuple[str, bool]],
) -> Dynamic:
    position = bindings.parameters.get(scope, {}).get(value.parameters[0], -1) if value.parameters else -1
    return Dynamic(how, value, package, call.lineno, scope, *names.get(scope, ("", False)), position)


def _imported(call: ast.Call, name: str, bindings: Bindings, scope: int) -> tuple[Value, Value]:
    value = string(argument(call, 0, "name"), bindings, scope)
    if name == "import_module":
        package = argument(call, 1, "package")
        return value, string(package, bindings, scope) if package is not None else _NOTHING
    return value, _NOTHING


def _group(call: ast.Call, bindings: Bindings, scope: int) -> Value:
    """The group of entry points that is asked for."""
    node = argument(call, 10_000 if called(call.func) == "entry_points" else 0, "group")
    return string(node, bindings, scope) if node is not None else UNKNOWN


def _made(call: ast.Call, bindings: Bindings, scope: int) -> bool:
    """Whether what is run is more than a constant."""
    value = string(call.args[0] if call.args else None, bindings, scope)
    return not value.exact or value.unknown


def _is_lazy(call: ast.Call, name: str, *, lazy: bool) -> bool:
    own = any(isinstance(one, ast.Name) and one.id == "__name__" for one in call.args)
    return own and (
        "lazy" in name.lower() or name in {"attach", "attach_stub"} or (lazy and "import" in name.lower())
    )


def _table(call: ast.Call, bindings: Bindings, scope: int) -> Value:
    """The submodules that a lazy package lists, below its own name; all of them where the list is made at run time."""
    exact: dict[str, None] = {}
    for node in [*call.args, *(word.value for word in call.keywords)]:
        if isinstance(node, ast.Name | ast.Dict | ast.List | ast.Tuple | ast.Set) and not _is_own(node):
            exact.update(dict.fromkeys(elements(node, bindings, scope).exact))
            exact.update(dict.fromkeys(elements(node, bindings, scope, values=True).exact))
    listed = tuple(f"{NAME}.{one.lstrip('.')}" for one in exact if one.strip("."))
    return Value(exact=listed) if listed else Value(beginnings=(f"{NAME}.",))


def _is_own(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id.startswith("__")
