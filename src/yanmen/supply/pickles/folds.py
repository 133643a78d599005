"""Constants that a stream writes as a call: their value is known without it."""

from __future__ import annotations

from collections.abc import Callable

from yanmen.supply.pickles.values import Grouped, Large, Listed, Made, Mapped, Value, parts

Args = tuple[Value, ...]


def _latin1(args: Args) -> Value:
    text = args[0]
    if isinstance(text, Large):
        return Large("bytes", text.size, text.at, text.head)
    try:
        return text.encode("latin-1") if isinstance(text, str) else text
    except UnicodeEncodeError:
        return Large("bytes", 0)


def _bytes(args: Args) -> Value:
    if not args:
        return b""
    if isinstance(args[0], Listed) and not args[0].lost and all(type(item) is int for item in args[0].items):
        try:
            return bytes(args[0].items)
        except ValueError:
            return Large("bytes", 0)
    return args[0] if isinstance(args[0], bytes | Large) else Large("bytes", 0)


def _items(args: Args) -> tuple[list[Value], bool]:
    return (list(parts(args[0])), bool(getattr(args[0], "lost", False))) if args else ([], False)


def _group(*, frozen: bool) -> Callable[[Args], Value]:
    def fold(args: Args) -> Value:
        items, lost = _items(args)
        return Grouped(items, frozen=frozen, lost=lost)

    return fold


def _list(args: Args) -> Value:
    items, lost = _items(args)
    return Listed(items, lost=lost)


def _tuple(args: Args) -> Value:
    items, lost = _items(args)
    return Made(kind="unknown", by=None) if lost else tuple(items)


def _dict(args: Args) -> Value:
    if not args:
        return Mapped()
    if isinstance(args[0], Mapped):
        return Mapped(list(args[0].pairs), lost=args[0].lost)
    items, lost = _items(args)
    pairs = [(item[0], item[1]) for item in items if isinstance(item, tuple) and len(item) == 2]  # noqa: PLR2004
    return Mapped(pairs, lost=lost or len(pairs) != len(items))


FOLDS: dict[str, Callable[[Args], Value]] = {
    "latin1": _latin1,
    "bytes": _bytes,
    "set": _group(frozen=False),
    "frozenset": _group(frozen=True),
    "list": _list,
    "tuple": _tuple,
    "dict": _dict,
}
"""By the word that a pack uses. ``new`` and ``reconstructor`` are the judge's own: they are calls of ``__new__``."""
