"""A property that is computed once, and never makes one thread wait for another.

``functools.cached_property`` of Python 3.11 holds a lock per property, shared by all instances, while it computes. Two threads
that walk the same kind of tree take those locks in different orders and wait for each other for ever. Python 3.12 has no
such lock; neither has this one. Threads that come at once compute the same value each, and the last is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, Self, TypeVar, overload

T = TypeVar("T")


class cached_property(Generic[T]):  # noqa: N801  # reads as the one that it stands for
    """Decorates a method without arguments; the value is kept in the instance's ``__dict__``."""

    def __init__(self, compute: Callable[[Any], T]) -> None:
        """Of a method."""
        self._compute = compute
        self.__doc__ = compute.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        """Learn under which name the value is kept."""
        self._name = name

    @overload
    def __get__(self, instance: None, owner: type | None = None) -> Self: ...

    @overload
    def __get__(self, instance: object, owner: type | None = None) -> T: ...

    def __get__(self, instance: object | None, owner: type | None = None) -> T | Self:
        """Compute it; afterwards the instance's own attribute is found first, and this is not asked."""
        if instance is None:
            return self
        value = self._compute(instance)
        instance.__dict__[self._name] = value
        return value
