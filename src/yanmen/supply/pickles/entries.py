"""What is known of a name that a pickle may import, and of what it gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Shape = Callable[[Any], bool]
"""Whether an abstract value is of a form."""
Arguments = Callable[[tuple[Any, ...]], bool]
"""Whether the arguments of a call are of a form."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A name whose import does nothing, and the uses of it that are harmless."""

    gives: str
    """Kind of what it gives when it is called, or made anew."""
    call: tuple[Arguments, ...]
    """Forms of arguments with which a call (REDUCE, INST, OBJ) is harmless; none: it may be named, not called."""
    new: tuple[Arguments, ...]
    """Forms of arguments with which ``cls.__new__`` (NEWOBJ) is harmless."""
    is_class: bool
    fold: str
    """Of a constant's maker: how its value is known without a call; empty: it is not."""
    why: str
    asks: frozenset[str] = frozenset()
    """Attributes that an instance answers with code of its own when they are set by their names."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What may be done to a value of a kind after it was made."""

    build: tuple[Shape, ...]
    """States with which BUILD is harmless; none: BUILD is not."""
    sets: bool
    """Whether SETITEM(S) on it touches nothing but itself."""
    appends: bool
    """The same of APPEND(S) and ADDITEMS."""
    shared: bool
    """Whether the running program has the same object: to change it is to change the program."""
    why: str
