"""What the source of a class has shown, and the harmless uses of it that follow."""

from __future__ import annotations

from dataclasses import dataclass

from yanmen.supply.pickles import shapes
from yanmen.supply.pickles.entries import Entry
from yanmen.supply.pickles.shapes import LOUD


@dataclass(frozen=True, slots=True)
class Blueprint:
    """How an instance of a class is brought back."""

    kind: str
    """A root's, without its mark."""
    bound: frozenset[str] = frozenset()
    """What the class and all of its bases bind."""
    loud: bool = False
    takes: str = ""
    """How a ``__setstate__`` of its own takes the state (``setters.only_stores``); empty: it has none."""
    sets: bool = False
    """Whether setting an attribute of an instance runs what the library wrote."""
    asks: frozenset[str] = frozenset()
    """Names of attributes of which setting may do so."""


_CALLS = {
    "bare-member": (shapes.arguments(["constant|tuple(constant)"]),),
    "bare-error": (shapes.arguments(["any*"]),),
}
"""Calls of a class that do no more than look a constant up, or keep what they are given."""
_WHYS = {
    "bare": "a bare instance, by the library's source", "bare-mapping": "a dict of the library's, by its source",
    "bare-sequence": "a list of the library's, by its source", "bare-scalar": "a constant of the library's, by its source",
    "bare-record": "a tuple with names, by the library's source",
    "bare-member": "a constant of an enumeration, by the library's source",
    "bare-error": "an error of the library's, made and not raised, by its source",
}  # fmt: skip
_NEW = {"bare-scalar": ["constant"], "bare-record": ["any*"]}


FUNCTION = Entry(
    gives="function",
    call=(),
    new=(),
    is_class=False,
    fold="",
    why="a function of the library's, named and not called",
)
"""It may be kept."""
NAMED = Entry(
    gives="named",
    call=(),
    new=(),
    is_class=False,
    fold="",
    why="the library's own, named and not called",
)
"""A class or a value: it may be kept, and neither made nor changed."""


def entry(found: Blueprint) -> Entry:
    """The harmless uses of a class that was read."""
    loud = found.loud and found.kind != "bare-member"
    new = () if found.kind in _CALLS else (shapes.arguments(_NEW.get(found.kind, [])),)
    kind = found.kind
    if kind == "bare" and found.takes != "stores":
        kind = "bare-items" if found.takes == "fills" else kind if found.takes or found.sets else "bare-slots"
    return Entry(
        gives=kind + (LOUD if loud else ""),
        call=_CALLS.get(found.kind, ()),
        new=new,
        is_class=True,
        fold="",
        why=_WHYS[found.kind],
        asks=found.asks,
    )
