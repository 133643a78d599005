"""What one Python file says: what it imports, which names each function mentions, and what is imported by name at run time."""

from __future__ import annotations

import msgspec

MODULE = 0
"""The scope of a module's own body."""
NAME, PACKAGE = "\x01", "\x02"
"""Stand for the module's own ``__name__`` and ``__package__`` in a value; no identifier holds them."""


class Import(msgspec.Struct, frozen=True, array_like=True):
    """One import statement, one module of it."""

    module: str
    """As written, without the leading dots."""
    level: int
    names: tuple[str, ...]
    """What is taken ``from`` it; empty: ``import module``."""
    bound: tuple[str, ...]
    """The local names that they get, in the same order; of ``import a.b`` it is ``a``."""
    line: int
    scope: int
    tried: bool
    """Whether its failing is caught, so that it may be absent."""


class Value(msgspec.Struct, frozen=True, array_like=True):
    """What a string may be at run time."""

    exact: tuple[str, ...] = ()
    beginnings: tuple[str, ...] = ()
    """It is one of these and something that is not known."""
    parameters: tuple[str, ...] = ()
    """It is whatever the caller gives under this name."""
    unknown: bool = False

    def __or__(self, other: Value) -> Value:
        """Either of them."""
        return Value(
            exact=_both(self.exact, other.exact),
            beginnings=_both(self.beginnings, other.beginnings),
            parameters=_both(self.parameters, other.parameters),
            unknown=self.unknown or other.unknown,
        )


def _both(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*one, *other)))


UNKNOWN = Value(unknown=True)


class Dynamic(msgspec.Struct, frozen=True, array_like=True):
    """An import whose name is made at run time."""

    how: str
    """``import`` (a module's name), ``table`` (a lazy package's list), ``entries`` (a group of entry points), ``run`` (code or a
    file that is run)."""
    value: Value
    package: Value
    """What a relative name starts from."""
    line: int
    scope: int
    function: str = ""
    """The function that it stands in; empty: the module."""
    method: bool = False
    """Whether that function is a class's."""
    position: int = -1
    """Where the value is a parameter: its place in a call (without ``self``)."""


class Scope(msgspec.Struct, frozen=True, array_like=True):
    """A module's body or a function's, with its lambdas and the bodies of its classes."""

    name: str
    line: int
    parent: int
    free: bool
    """Whether it may run though nobody names it: decorated, a special method, a method that a base class may call."""
    mentions: tuple[str, ...]
    """Every identifier in it and every string that could be one; ``visit_*`` for names that are made with this beginning."""


class Use(msgspec.Struct, frozen=True, array_like=True):
    """An imported name that is used."""

    dotted: str
    """As written: ``np.load``; its first part is bound by an import, or by ``from x import *``."""
    line: int
    scope: int


class Facts(msgspec.Struct, frozen=True, array_like=True):
    """All that is kept of a file."""

    imports: tuple[Import, ...] = ()
    dynamics: tuple[Dynamic, ...] = ()
    scopes: tuple[Scope, ...] = ()
    uses: tuple[Use, ...] = ()
    main: bool = False
    """Whether it has ``if __name__ == "__main__"``."""
    broken: str = ""
    """Why it could not be read: a stable word; else empty."""
