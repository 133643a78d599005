"""What stands on the machine's stack: constants as they are, all else as what is known of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from yanmen.supply.pickles.entries import Entry

Value = Any
"""None, bool, int, float, str, bytes and tuple stand for themselves; everything else is one of the classes below."""


class Listed:
    """A list. ``lost``: it holds more than was kept."""

    __slots__ = ("items", "lost")

    def __init__(self, items: list[Value] | None = None, *, lost: bool = False) -> None:
        self.items: list[Value] = [] if items is None else items
        self.lost = lost


class Mapped:
    """A dict, as pairs in the order in which they were set."""

    __slots__ = ("lost", "pairs")

    def __init__(self, pairs: list[tuple[Value, Value]] | None = None, *, lost: bool = False) -> None:
        self.pairs: list[tuple[Value, Value]] = [] if pairs is None else pairs
        self.lost = lost

    def get(self, key: str) -> Value:
        """The value that was set last under a key of text; None where there is none."""
        return next((value for name, value in reversed(self.pairs) if name == key), None)


class Grouped:
    """A set or a frozenset."""

    __slots__ = ("frozen", "items", "lost")

    def __init__(self, items: list[Value], *, frozen: bool, lost: bool = False) -> None:
        self.items = items
        self.frozen = frozen
        self.lost = lost


@dataclass(frozen=True, slots=True)
class Large:
    """A constant that is not held: text, bytes or a number, of so many bytes at this place of the stream."""

    kind: str
    size: int
    at: int = -1
    head: bytes = b""


@dataclass(frozen=True, slots=True, eq=False)
class Global:
    """What a stream imports by name."""

    module: str
    name: str
    entry: Entry | None
    """What is known of it; None: it is in no table."""
    rule: str = ""
    """The rule it is dangerous under; empty: none is known."""

    @property
    def path(self) -> str:
        """``os.system``."""
        return f"{self.module}.{self.name}"


@dataclass(slots=True, eq=False)
class Made:
    """What a call would give."""

    kind: str
    """A kind of the tables; ``unknown``: nobody knows."""
    by: Value
    """What was called."""
    args: tuple[Value, ...] = ()
    state: Value = None
    """What was built into it."""
    items: list[Value] = field(default_factory=list)
    """What was appended, or set as pairs."""


@dataclass(frozen=True, slots=True, eq=False)
class Persistent:
    """What the loader looks up by an identifier; what that gives is the loader's affair."""

    pid: Value


UNKNOWN = Made(kind="unknown", by=None)
"""What nothing is known of."""
MISSING: Value = object()
"""A place in the memo that was never filled."""
CONSTANTS = (bool, int, float, str, bytes)
CONTAINERS = (tuple, Listed, Mapped, Grouped)


LOOKED_AT = 10_000
"""Values that a look into a container goes through; a larger one is not said to be plain."""
_DEEPEST = 200


def parts(value: Value) -> Iterator[Value]:
    """What a container holds."""
    if isinstance(value, Mapped):
        for pair in value.pairs:
            yield from pair
    elif isinstance(value, tuple):
        yield from value
    elif isinstance(value, Listed | Grouped):
        yield from value.items


def breadth(values: Value) -> int:
    """How many values a look at these goes through, roughly: what it costs."""
    total = 0
    for value in islice(parts(values), 50):
        if isinstance(value, CONTAINERS):
            inner = (
                value
                if isinstance(value, tuple)
                else value.pairs
                if isinstance(value, Mapped)
                else value.items
            )
            total += len(inner) + sum(len(each.items) for each in inner[:20] if isinstance(each, Listed))
    return total


def is_plain(value: Value) -> bool:
    """Whether it is constants all the way down, and all of it was kept."""
    waiting = [value]
    seen: set[int] = set()
    while waiting:
        item = waiting.pop()
        if len(waiting) > LOOKED_AT:
            return False
        if item is None or isinstance(item, (*CONSTANTS, Large)):
            continue
        if not isinstance(item, CONTAINERS) or getattr(item, "lost", False):
            return False
        if id(item) not in seen:
            seen.add(id(item))
            if len(seen) > LOOKED_AT:
                return False
            waiting.extend(parts(item))
    return True


def concrete(value: Value) -> Value:
    """Plain data as Python's own objects; ValueError where it is not plain, or holds itself."""
    return _concrete(value, ())


def _concrete(value: Value, above: tuple[int, ...]) -> Value:
    if value is None or isinstance(value, CONSTANTS):
        return value
    hidden = len(above) > _DEEPEST or id(value) in above or getattr(value, "lost", False)
    if hidden or not isinstance(value, CONTAINERS):
        raise ValueError("not plain data")
    inside = (*above, id(value))
    if isinstance(value, Mapped):
        return {_concrete(key, inside): _concrete(item, inside) for key, item in value.pairs}
    items = [_concrete(item, inside) for item in parts(value)]
    if isinstance(value, Grouped):
        return frozenset(items) if value.frozen else set(items)
    return tuple(items) if isinstance(value, tuple) else items
