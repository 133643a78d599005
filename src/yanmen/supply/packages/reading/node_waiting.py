"""What Node and browsers run later: promises, handlers that are assigned, requests of pages, texts that become scripts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from yanmen.supply.packages.reading.effects import host_of
from yanmen.supply.packages.reading.libraries import Libraries as Caller
from yanmen.supply.packages.reading.values import NOTHING, Value, all_tags, iterated, merged

_SETTLES = "Promise.settle()"
_ELEMENT = "element"


def _promise(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    """``new Promise((resolve, reject) => …)``: what it is resolved with."""
    del words, line
    held = Value(path=f"{fn.path}()")
    settle = Value(path=_SETTLES, bound=(held, "settle"))
    for arg in args[:1]:
        if arg.closure is not None:
            caller.invoke(arg.closure, [settle, settle], {})
    return merged(held.ways) if held.ways else Value(path=held.path, tags=held.tags)


def _settled(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    del caller, words, line
    if fn.bound is not None and args and len(fn.bound[0].ways) < 8:  # noqa: PLR2004  # as many as are told apart
        fn.bound[0].ways = (*fn.bound[0].ways, *args[0].options())
    return NOTHING


def _together(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    """``Promise.all([…])``: what each gives; of ``race`` and ``any``: one of them."""
    del words, line
    items = iterated(args[0]) if args else None
    if items is None:
        return Value(path=f"{fn.path}()", tags=all_tags(args[0]) if args else frozenset())
    found = list(items)
    for one in found:
        if one.closure is not None:
            caller.invoke(one.closure, [], {})
    return merged(found) if fn.path.endswith(("race", "any")) else Value(items=found)


def _opened(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    """``request.open(method, address)`` of a page."""
    del caller, words, line
    of = fn.bound[0] if fn.bound else NOTHING
    if of is not NOTHING and len(args) > 1:
        of.const = args[1].const
        of.tags |= frozenset({f"download:{host_of(args[1].text)}"}) | all_tags(args[1])
    return NOTHING


def _element(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    del caller, words, line
    return Value(path=f"{fn.path}()", bound=(args[0] if args else NOTHING, _ELEMENT))


def _field(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    """A field of a form that a user types a password into."""
    del caller, words, line
    typed = any(
        "password" in arg.text.lower() or "cardnumber" in arg.text.lower().replace("-", "")
        for arg in args[:1]
    )
    return Value(path=f"{fn.path}()", tags=frozenset({"forms"} if typed else ()))


def is_script(of: Value) -> bool:
    """Whether a value is an element of a page that holds a script."""
    return of.bound is not None and of.bound[1] == _ELEMENT and of.bound[0].text.lower() == "script"


HANDLERS = frozenset(
    "onmessage onopen onload onreadystatechange onloadend onsuccess onclose onerror ondata".split()
)
"""Members that hold a function which is run when something arrives."""


def _same(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    del caller, fn, words, line
    return args[0] if args else NOTHING


def _mapped(caller: Caller, fn: Value, args: list[Value], words: Mapping[str, Value], line: int) -> Value:
    """``Array.from(items, function)``."""
    del fn, words, line
    items = iterated(args[0]) if args else None
    if items is None:
        return Value(tags=all_tags(args[0])) if args else NOTHING
    found = list(items)[:20_000]
    closure = args[1].closure if len(args) > 1 else None
    if closure is not None:
        found = [caller.invoke(closure, [one, Value(place)], {}) for place, one in enumerate(found)]
    return Value(items=found, tags=args[0].tags)


WAITING: dict[str, Any] = {
    "Promise": _promise, _SETTLES: _settled,
    **dict.fromkeys(("Promise.all", "Promise.allSettled", "Promise.race", "Promise.any"), _together),
    "XMLHttpRequest().open": _opened,
    "document.createElement": _element,
    **dict.fromkeys(("document.querySelector", "document.getElementById", "document.querySelectorAll", "$", "jQuery"), _field),
    "Object.getPrototypeOf": _same, "Array.from": _mapped,
}  # fmt: skip
