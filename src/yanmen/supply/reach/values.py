"""What a string may be, by a look at the assignments around it: enough for tables of module names, never a guess."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from yanmen.supply.reach.facts import NAME, PACKAGE, UNKNOWN, Value

_DEEPEST = 8
"""Assignments that are followed from one name to the next."""
_MOST = 4_000
"""Values of one table."""
_COPIES = frozenset({"sorted", "list", "tuple", "set", "frozenset", "reversed", "iter", "unique"})
_LISTINGS = frozenset({"walk_packages", "iter_modules"})
_NONE = Value()
_OWN = {"__name__": NAME, "__package__": PACKAGE}


class Bindings:
    """What the names of one module are bound to, by function; a name that is bound twice is either."""

    def __init__(self) -> None:
        """Filled by whoever walks the module."""
        self._bound: dict[tuple[int, str], list[tuple[ast.expr | None, bool]]] = {}
        self.parameters: dict[int, dict[str, int]] = {}
        """Scope to parameter to its place."""
        self.defaults: dict[tuple[int, str], ast.expr] = {}
        self.parents: dict[int, int] = {}
        self._changes: list[tuple[int, str, ast.expr | None]] = []
        self._globals: list[tuple[int, str]] = []

    def bind(self, scope: int, name: str, value: ast.expr | None, *, each: bool = False) -> None:
        """``each``: it is bound to the elements of the value one after the other; None: to something unknown."""
        self._bound.setdefault((scope, name), []).append((value, each))

    def change(self, scope: int, name: str, value: ast.expr | None) -> None:
        """That a table is added to, wherever it was made."""
        self._changes.append((scope, name, value))

    def declare(self, scope: int, name: str) -> None:
        """That a function's name is the module's."""
        self._globals.append((scope, name))

    def close(self) -> None:
        """After the walk: what was changed from elsewhere is known where it was made."""
        for scope, name in self._globals:
            self._bound.setdefault((0, name), []).extend(self._bound.pop((scope, name), ()))
        for scope, name, value in self._changes:
            where = self.look(scope, name)[0]
            plain = where == scope or not any(
                isinstance(one, ast.Name) for one in ast.walk(value or ast.Pass())
            )
            self.bind(where, name, value if plain else None)
        self._changes.clear()
        self._globals.clear()

    def look(self, scope: int, name: str) -> tuple[int, Sequence[tuple[ast.expr | None, bool]]]:
        """The scope that binds it, and to what."""
        while True:
            if found := self._bound.get((scope, name)):
                return scope, found
            if name in self.parameters.get(scope, ()) or scope == 0:
                return scope, ()
            scope = self.parents.get(scope, 0)


def string(node: ast.expr | None, bindings: Bindings, scope: int, deep: int = 0) -> Value:
    """What an expression may be, as a string."""
    if node is None or deep > _DEEPEST:
        return UNKNOWN
    look = _Look(bindings, scope, deep + 1)
    match node:
        case ast.Constant(value=str(text)):
            return Value(exact=(text,))
        case ast.Name(id=name):
            return _name(name, bindings, scope, deep + 1)
        case ast.Subscript(value=table):
            return look.elements(table, values=True)
        case ast.JoinedStr() | ast.BinOp() | ast.IfExp() | ast.BoolOp():
            return _composed(node, look)
        case ast.Attribute():
            return _attribute(node, look)
        case ast.Call():
            return _returned(node, look)
        case _:
            return UNKNOWN


class _Look(NamedTuple):
    """From where an expression is looked at."""

    bindings: Bindings
    scope: int
    deep: int

    def string(self, node: ast.expr | None) -> Value:
        return string(node, self.bindings, self.scope, self.deep)

    def elements(self, node: ast.expr | None, *, values: bool = False, listed: bool = False) -> Value:
        return elements(node, self.bindings, self.scope, self.deep, values=values, listed=listed)


def _composed(node: ast.JoinedStr | ast.BinOp | ast.IfExp | ast.BoolOp, look: _Look) -> Value:
    match node:
        case ast.JoinedStr(values=parts):
            bare = (part.value if isinstance(part, ast.FormattedValue) else part for part in parts)
            return _joined((look.string(part) for part in bare), "")
        case ast.BinOp(op=ast.Add(), left=left, right=right):
            return _joined((look.string(one) for one in (left, right)), "")
        case ast.BinOp(op=ast.Mod(), left=ast.Constant(value=str(text))):
            return _begins(text.partition("%")[0])
        case ast.IfExp(body=one, orelse=other):
            return look.string(one) | look.string(other)
        case ast.BoolOp(values=several):
            return _any(look.string(one) for one in several)
        case _:
            return UNKNOWN


def _name(name: str, bindings: Bindings, scope: int, deep: int) -> Value:
    if name in _OWN:
        return Value(exact=(_OWN[name],))
    where, bound = bindings.look(scope, name)
    parameter = Value(parameters=(name,)) if name in bindings.parameters.get(where, ()) else None
    found = [
        elements(value, bindings, where, deep) if each else string(value, bindings, where, deep)
        for value, each in bound
    ]
    if parameter:
        found.append(parameter if where == scope else UNKNOWN)
        default = bindings.defaults.get((where, name))
        if default is not None and not (isinstance(default, ast.Constant) and default.value is None):
            found.append(string(default, bindings, bindings.parents.get(where, 0), deep))
    return _any(found)


def _attribute(node: ast.Attribute, look: _Look) -> Value:
    match node:
        case ast.Attribute(value=ast.Name(id="__spec__"), attr="name"):
            return Value(exact=(NAME,))
        case ast.Attribute(value=ast.Name(id="__spec__"), attr="parent"):
            return Value(exact=(PACKAGE,))
        case ast.Attribute(value=ast.Name(id=name), attr="name"):
            bound = look.bindings.look(look.scope, name)[1]
            return _any(look.elements(value, listed=True) if each else UNKNOWN for value, each in bound)
        case _:
            return UNKNOWN


def _returned(node: ast.Call, look: _Look) -> Value:
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str(text)), attr="format")):
            return _begins(text.partition("{")[0])
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str(dot)), attr="join"), args=[several]):
            parts = several.elts if isinstance(several, ast.Tuple | ast.List) else []
            return _joined((look.string(one) for one in parts), dot) if parts else UNKNOWN
        case ast.Call(func=ast.Attribute(value=table, attr="get" | "pop"), args=[_, *more]):
            rest = [look.string(one) for one in more[:1]]
            return _any([look.elements(table, values=True), *rest])
        case ast.Call(func=ast.Name(id="str"), args=[one]):
            return look.string(one)
        case _:
            return UNKNOWN


def elements(
    node: ast.expr | None,
    bindings: Bindings,
    scope: int,
    deep: int = 0,
    *,
    values: bool = False,
    listed: bool = False,
) -> Value:
    """What the elements of a collection may be.

    ``values``: of a dictionary its values; ``listed``: only ``name`` of each is asked for, as of what ``pkgutil`` lists.
    """
    if node is None or deep > _DEEPEST:
        return UNKNOWN
    look = _Look(bindings, scope, deep + 1)
    match node:
        case ast.Tuple(elts=several) | ast.List(elts=several) | ast.Set(elts=several):
            return _any([_NONE, *(_element(one, look) for one in several[:_MOST])])
        case ast.Dict(keys=keys, values=held):
            return _any([_NONE, *(_element(one, look) for one in (held if values else keys)[:_MOST])])
        case ast.Name(id=name):
            where, bound = bindings.look(scope, name)
            if name in bindings.parameters.get(where, ()):
                return UNKNOWN
            there = _Look(bindings, where, deep + 1)
            return _any(
                UNKNOWN if each else there.elements(one, values=values, listed=listed) for one, each in bound
            )
        case ast.GeneratorExp(elt=one) | ast.ListComp(elt=one) | ast.SetComp(elt=one):
            return look.string(one)
        case ast.Call() | ast.BinOp():
            return _collected(node, look, values=values, listed=listed)
        case _:
            return UNKNOWN


def _collected(node: ast.Call | ast.BinOp, look: _Look, *, values: bool, listed: bool) -> Value:
    match node:
        case ast.BinOp(op=ast.Add(), left=left, right=right):
            return _any(look.elements(one, values=values, listed=listed) for one in (left, right))
        case ast.Call(func=ast.Attribute(value=table, attr="values"), args=[]):
            return look.elements(table, values=True)
        case ast.Call(func=ast.Attribute(value=table, attr="items"), args=[]):
            return look.elements(table, values=True) | look.elements(table)
        case ast.Call(func=ast.Attribute(value=table, attr="keys" | "copy"), args=[]):
            return look.elements(table, values=values, listed=listed)
        case ast.Call(func=ast.Name(id="dict" | "list" | "set"), args=[], keywords=[]):
            return _NONE
        case ast.Call(func=function, args=[first, *_]) if called(function) in _COPIES:
            return look.elements(first, values=values, listed=listed)
        case ast.Call(func=function, args=given, keywords=words) if listed and called(function) in _LISTINGS:
            return _listing(given, words, look)
        case _:
            return UNKNOWN


def _element(node: ast.expr | None, look: _Look) -> Value:
    if isinstance(node, ast.Tuple | ast.List):  # a table of tuples: any string of theirs
        return _any([_NONE, *(value for one in node.elts if not (value := look.string(one)).unknown)])
    return look.string(node)


def _listing(given: Sequence[ast.expr], words: Sequence[ast.keyword], look: _Look) -> Value:
    named = next((word.value for word in words if word.arg == "prefix"), None)
    prefix = look.string(given[1] if len(given) > 1 else named)
    return Value(beginnings=prefix.exact) if prefix.exact and not prefix.unknown else UNKNOWN


def called(node: ast.expr) -> str:
    """The last name of what is called: ``import_module`` of ``importlib.import_module``."""
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""


def dotted(node: ast.expr) -> str:
    """``a.b.c`` as written; empty where it hangs on no name."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


def _begins(text: str) -> Value:
    return Value(beginnings=(text,)) if text else UNKNOWN


def _any(values: Iterable[Value]) -> Value:
    several = list(values)
    if not several:
        return UNKNOWN
    return Value(
        exact=tuple(dict.fromkeys(one for value in several for one in value.exact)),
        beginnings=tuple(dict.fromkeys(one for value in several for one in value.beginnings)),
        parameters=tuple(dict.fromkeys(one for value in several for one in value.parameters)),
        unknown=any(value.unknown for value in several),
    )


def _joined(parts: Iterator[Value], dot: str) -> Value:
    """Strings one after the other, as far as they are known."""
    begun: tuple[str, ...] = ("",)
    for number, part in enumerate(parts):
        between = dot if number else ""
        plain = bool(part.exact) and not (part.unknown or part.parameters or part.beginnings)
        if plain and len(begun) * len(part.exact) <= _MOST:
            begun = tuple(one + between + more for one in begun for more in part.exact)
            continue
        only = bool(part.beginnings) and not (part.exact or part.unknown or part.parameters)
        known = tuple(one + between + end for one in begun for end in (part.beginnings if only else ("",)))
        return Value(beginnings=known) if all(known) else UNKNOWN
    return Value(exact=begun)


def argument(call: ast.Call, position: int, *names: str) -> ast.expr | None:
    """What a call gives at a place or under one of the names."""
    for word in call.keywords:
        if word.arg in names:
            return word.value
    plain = not any(isinstance(one, ast.Starred) for one in call.args[: position + 1])
    return call.args[position] if plain and len(call.args) > position else None
