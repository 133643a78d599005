"""The forms of values that the tables speak of: ``int``, ``tuple(int)``, ``class:ndarray``, ``'b'`` and so on."""

from __future__ import annotations

import re
from typing import Any

from yanmen.supply.pickles import arrays, distributions
from yanmen.supply.pickles.entries import Arguments, Shape
from yanmen.supply.pickles.values import (
    CONSTANTS,
    Global,
    Grouped,
    Large,
    Listed,
    Made,
    Mapped,
    Persistent,
    is_plain,
)

_OF = re.compile(r"(tuple|list)\((.+)\)")
_HELD = re.compile(r"(class|function):([\w.-]+)")
_ATTRIBUTE = re.compile(r"_?[A-Za-z][A-Za-z0-9_]*")


def _constant(kind: str, *types: type) -> Shape:
    def check(value: Any) -> bool:
        return type(value) in types or (isinstance(value, Large) and value.kind == kind)

    return check


LOOKED_UP = frozenset({"append", "extend", "add", "update"})
"""Methods that the unpickler looks up on the instance, besides those in double underscores."""


_SAYINGS = frozenset({"__doc__", "__name__", "__qualname__", "__module__", "__wrapped__", "__orig_class__"})
"""Names that say something of an instance and are never looked up by the unpickler."""


def _attributes(value: Any) -> bool:
    """What goes to ``__dict__``: none of it is a method that the unpickler would then call in the place of the class's."""
    if not isinstance(value, Mapped) or value.lost:
        return False
    names = [key for key, _ in value.pairs if type(key) is str]
    return len(names) == len(value.pairs) and not any(
        name in LOOKED_UP or (name.startswith("__") and name.endswith("__") and name not in _SAYINGS)
        for name in names
    )


def _slots(value: Any) -> bool:
    """What is set by ``setattr``: every name is known, and none of them is a hook of the language."""
    return (
        isinstance(value, Mapped)
        and not value.lost
        and all(type(key) is str and not key.startswith("__") for key, _ in value.pairs)
    )


LOUD = "!"
"""At the end of a kind: its instances answer comparisons, hashes, loops or the like with code of their own."""


def _known(value: Any) -> bool:
    """Of what a call is given: whoever is handed a loud thing may ask it."""
    return not (isinstance(value, Made) and (value.kind == "unknown" or value.kind.endswith(LOUD)))


def _harmless_global(value: Any) -> bool:
    return isinstance(value, Global) and value.entry is not None


ATOMS: dict[str, Shape] = {
    "any": _known,
    "kept": lambda _: True,  # for what only keeps it, and asks it nothing
    "none": lambda value: value is None,
    "true": lambda value: value is True or (type(value) is int and value == 1),
    "false": lambda value: value is False or (type(value) is int and value == 0),
    "bool": lambda value: type(value) is bool or (type(value) is int and value in {0, 1}),
    "int": _constant("int", int, bool),
    "float": _constant("float", float),
    "number": _constant("int", int, bool, float),
    "str": _constant("str", str),
    "bytes": _constant("bytes", bytes),
    "text": lambda value: type(value) in {str, bytes} or (isinstance(value, Large) and value.kind != "int"),
    "constant": lambda value: value is None or isinstance(value, (*CONSTANTS, Large)),
    "tuple": lambda value: isinstance(value, tuple),
    "list": lambda value: isinstance(value, Listed),
    "set": lambda value: isinstance(value, Grouped),
    "dict": lambda value: isinstance(value, Mapped),
    "plain": is_plain,
    "attributes": _attributes,
    "slots": _slots,
    "identifier-name": lambda value: type(value) is str and _ATTRIBUTE.fullmatch(value) is not None,
    "class": lambda value: _harmless_global(value) and value.entry.is_class,
    "function": lambda value: _harmless_global(value) and not value.entry.is_class,
    "made": lambda value: isinstance(value, Made) and _known(value),
    "dtype-code": arrays.is_code,
    "dtype-state": arrays.is_dtype_state,
    "ndarray-state": arrays.is_array_state,
    "wrapper-state": arrays.is_wrapper_state,
    "distribution-state": distributions.is_state,
    "global": lambda value: isinstance(value, Global),
    "persistent": lambda value: isinstance(value, Persistent),
}
"""Forms by name. Any other word is a kind: a value that a call of the tables gave."""


def shape(text: Any) -> Shape:
    """A form as a table writes it; a list is a tuple of exactly these."""
    if isinstance(text, list):
        inner = arguments(text)
        return lambda value: isinstance(value, tuple) and inner(value)
    written = str(text).lower() if isinstance(text, bool) else str(text)
    choices = tuple(_atom(word) for word in written.split("|"))
    if len(choices) == 1:
        return choices[0]
    return lambda value: any(choice(value) for choice in choices)


def arguments(items: list[Any]) -> Arguments:
    """Forms in order; ``x?`` may be missing at the end, ``x*`` at the end stands for any number."""
    rest: Shape | None = None
    if items and isinstance(items[-1], str) and items[-1].endswith("*"):
        rest = shape(items[-1][:-1])
        items = items[:-1]
    optional = [isinstance(item, str) and item.endswith("?") for item in items]
    forms = [shape(item[:-1] if may else item) for item, may in zip(items, optional, strict=True)]
    needed = len(forms) - sum(optional)

    def check(values: tuple[Any, ...]) -> bool:
        if len(values) < needed or (len(values) > len(forms) and rest is None):
            return False
        if not all(form(value) for form, value in zip(forms, values, strict=False)):
            return False
        return rest is None or all(rest(value) for value in values[len(forms) :])

    return check


def _atom(word: str) -> Shape:
    if word in ATOMS:
        return ATOMS[word]
    if word.startswith("'"):
        return lambda value: value == word[1:-1] and type(value) is str
    if held := _HELD.fullmatch(word):
        want_class, kind = held[1] == "class", held[2]
        return lambda value: (
            _harmless_global(value) and value.entry.is_class is want_class and value.entry.gives == kind
        )
    if of := _OF.fullmatch(word):
        kind, inner = of[1], shape(of[2].replace("/", "|"))
        if kind == "tuple":
            return lambda value: isinstance(value, tuple) and all(inner(item) for item in value)
        return lambda value: isinstance(value, Listed) and not value.lost and all(map(inner, value.items))
    return lambda value: isinstance(value, Made) and value.kind == word
