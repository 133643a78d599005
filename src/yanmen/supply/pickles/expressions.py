"""Abstract values as a person reads them: ``os.system('id')``."""

from __future__ import annotations

from yanmen.supply.pickles.values import Global, Grouped, Large, Listed, Made, Mapped, Persistent, Value

LONGEST = 100
"""Characters of an expression."""
_DEEPEST = 6
_SHOWN = 4


def express(value: Value, depth: int = 0) -> str:
    """As Python would write it, cut where it is long, deep or not held."""
    if depth > _DEEPEST:
        return "…"
    if isinstance(value, Global):
        return value.path
    if isinstance(value, Made):
        return call(value.by, value.args, depth) if value.by is not None else "…"
    if isinstance(value, Large):
        return f"<{value.kind}, {value.size} bytes>"
    if isinstance(value, Persistent):
        return f"persistent_load({express(value.pid, depth + 1)})"
    if isinstance(value, tuple | Listed | Grouped | Mapped):
        return _container(value, depth)
    shown = repr(value)
    return shown if len(shown) <= LONGEST else f"{shown[:LONGEST]}…"


def call(function: Value, args: Value, depth: int = 0) -> str:
    """A call of something."""
    if not isinstance(args, tuple):
        return f"{express(function, depth + 1)}(*{express(args, depth + 1)})"
    return f"{express(function, depth + 1)}({_several(args, depth)})"


def _container(value: tuple[Value, ...] | Listed | Grouped | Mapped, depth: int) -> str:
    if isinstance(value, tuple):
        return f"({_several(value, depth)}{',' if len(value) == 1 else ''})"
    if isinstance(value, Mapped):
        pairs = (
            f"{express(key, depth + 1)}: {express(item, depth + 1)}" for key, item in value.pairs[:_SHOWN]
        )
        return "{" + ", ".join(pairs) + (", …" if value.lost or len(value.pairs) > _SHOWN else "") + "}"
    inner = _several(tuple(value.items[: _SHOWN + 1]), depth)
    return f"{{{inner}}}" if isinstance(value, Grouped) else f"[{inner}]"


def _several(values: tuple[Value, ...], depth: int) -> str:
    shown = [express(value, depth + 1) for value in values[:_SHOWN]]
    return ", ".join([*shown, "…"] if len(values) > _SHOWN else shown)
