"""Abstract values: what is known of a value without running anything."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import Any

from yanmen.supply.packages.reading.syntax import Class, Func

HOLE = "\x00"
"""Stands in a text for a part that is not known."""
LONGEST = 2_000_000
"""Characters or items of a value that are kept."""
CHANGES = frozenset({"argument"})
"""Of a value that is not the same at each time."""
PICKED = frozenset({"picked"})
"""Of a member whose name is in decoded data."""
CODED = frozenset({"base64", "decrypted"})
_WAYS = 4
_BITS = 8_192
"""Bits of a number that is kept: Python refuses to write out much longer ones."""


class Unset:
    """No constant."""

    def __repr__(self) -> str:
        return "UNSET"


UNSET = Unset()


class Scope:
    """Variables of a module, a function or a class."""

    __slots__ = ("names", "outer", "parent", "serial")
    made = itertools.count()
    outward = 0
    """Times that a variable outside of a function was given a value of other origins."""

    def __init__(self, parent: Scope | None = None, outer: frozenset[str] = frozenset()) -> None:
        self.parent = parent
        self.names: dict[str, Value] = {}
        self.outer = outer
        self.serial = next(Scope.made)

    def find(self, name: str) -> Value | None:
        """The value of a name, here or outside."""
        scope: Scope | None = self
        while scope is not None:
            found = scope.names.get(name)
            if found is not None:
                return found
            scope = scope.parent
        return None

    def put(self, name: str, value: Value, *, outward: bool) -> None:
        """Bind a name; ``outward``: where it is already bound outside, there."""
        scope: Scope | None = self
        if outward or name in self.outer:
            while scope is not None:
                if name in scope.names:
                    if scope is not self:  # it may be changed at any time: what it was is not forgotten
                        was = scope.names[name].tags
                        Scope.outward += not value.tags <= was
                        value = value.tagged(was | CHANGES)
                    scope.names[name] = value
                    return
                scope = scope.parent
            top = self
            while name in self.outer and top.parent is not None:
                top = top.parent
            top.names[name] = value
            return
        self.names[name] = value


class Closure:
    """A function with the scope it was made in."""

    __slots__ = ("file", "node", "of", "ran", "scope")

    def __init__(self, node: Func, scope: Scope, file: str, of: Value | None = None) -> None:
        self.node = node
        self.scope = scope
        self.file = file
        self.of = of
        self.ran = False


class Kind:
    """A class with its methods."""

    __slots__ = ("bases", "file", "instance", "methods", "node")

    def __init__(self, node: Class, bases: tuple[Value, ...], file: str) -> None:
        self.node = node
        self.bases = bases
        self.file = file
        self.methods: dict[str, Value] = {}
        self.instance: Value | None = None


class Value:
    """What is known of a value: a constant, a path into a library, items, members, a function, and where it comes from."""

    __slots__ = ("bound", "closure", "const", "fields", "items", "kind", "path", "tags", "ways")

    def __init__(
        self,
        const: Any = UNSET,
        *,
        path: str = "",
        tags: frozenset[str] = frozenset(),
        items: list[Value] | None = None,
        fields: dict[Any, Value] | None = None,
        closure: Closure | None = None,
        kind: Kind | None = None,
        bound: tuple[Value, str] | None = None,
        ways: tuple[Value, ...] = (),
    ) -> None:
        self.const = const
        self.path = path
        self.tags = tags
        self.items = items
        self.fields = fields
        self.closure = closure
        self.kind = kind
        self.bound = bound
        self.ways = ways

    @property
    def known(self) -> bool:
        """Whether it is a constant without holes."""
        const = self.const
        return const is not UNSET and not (isinstance(const, str) and HOLE in const)

    @property
    def text(self) -> str:
        """The constant as text, with HOLE for what is not known; a bare HOLE where nothing is."""
        const = self.const
        if isinstance(const, str):
            return const
        if isinstance(const, bytes):
            return const.decode("utf-8", "replace")
        if const is UNSET or const is None:
            return HOLE
        return str(const)

    def options(self) -> tuple[Value, ...]:
        """Each value that it may be."""
        return self.ways or (self,)

    def tagged(self, tags: frozenset[str]) -> Value:
        """The same with more origins."""
        if tags <= self.tags:
            return self
        return Value(
            self.const, path=self.path, tags=self.tags | tags, items=self.items, fields=self.fields,
            closure=self.closure, kind=self.kind, bound=self.bound, ways=self.ways,
        )  # fmt: skip


NOTHING = Value()
"""A value of which nothing is known."""


def all_tags(value: Value, depth: int = 4) -> frozenset[str]:
    """Where a value and what it holds come from."""
    tags = value.tags
    if depth:
        held: Iterable[Value] = ()
        if value.items:
            held = value.items[:200]
        elif value.fields and value.kind is None:
            held = list(value.fields.values())[:200]
        for one in held:
            tags |= all_tags(one, depth - 1)
        for one in value.ways:
            tags |= all_tags(one, depth - 1)
    return tags


def merged(values: Iterable[Value]) -> Value:
    """One of several values."""
    found: list[Value] = []
    for value in values:
        for one in value.options():
            if one is not NOTHING and not any(_same(one, other) for other in found):
                found.append(one)
    if not found:
        return NOTHING
    if len(found) == 1:
        return found[0]
    tags = frozenset(tag for one in found for tag in one.tags)
    found = found[:_WAYS]
    first = found[0]
    return Value(
        path=first.path if all(one.path == first.path for one in found) else "",
        tags=tags,
        items=next((one.items for one in found if one.items is not None), None),
        fields=next((one.fields for one in found if one.fields is not None), None),
        ways=tuple(found),
    )


def _same(one: Value, other: Value) -> bool:
    if one is other:
        return True
    if (
        one.items is not None
        or one.fields is not None
        or one.closure
        or other.closure
        or one.kind
        or other.kind
    ):
        return False
    return (
        type(one.const) is type(other.const)
        and one.const == other.const
        and one.path == other.path
        and one.tags == other.tags
        and one.bound == other.bound
    )


def plain(value: Value, depth: int = 5) -> Any:
    """A constant or a list of such, as Python holds it. Raises ValueError where something is not known."""
    if value.items is not None:
        if depth == 0 or len(value.items) > LONGEST:
            raise ValueError("too deep")
        return [plain(one, depth - 1) for one in value.items]
    if not value.known:
        raise ValueError("not known")
    return value.const


def lifted(result: Any, tags: frozenset[str] = frozenset(), depth: int = 5) -> Value:
    """A Python object as a value."""
    if isinstance(result, list | tuple | range):
        if depth == 0 or len(result) > LONGEST:
            return Value(tags=tags)
        return Value(tags=tags, items=[lifted(one, tags, depth - 1) for one in result])
    if isinstance(result, dict):
        return Value(tags=tags, fields={key: lifted(one, tags, depth - 1) for key, one in result.items()})
    if isinstance(result, str | bytes) and len(result) > LONGEST:
        return Value(tags=tags)
    if isinstance(result, int) and result.bit_length() > _BITS:
        return Value(tags=tags)
    if isinstance(result, str | bytes | int | float | bool) or result is None:
        return Value(result, tags=tags)
    return Value(tags=tags)


def iterated(value: Value) -> Iterator[Value] | None:
    """The items of a value where they are known."""
    if value.items is not None:
        return iter(list(value.items))
    if value.known and isinstance(value.const, str | bytes):
        tags = value.tags
        return (Value(one, tags=tags) for one in value.const)
    if value.fields is not None and value.kind is None and not value.path:
        return (lifted(key) for key in list(value.fields))
    return None
