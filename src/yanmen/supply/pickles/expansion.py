"""How large a value would be if every reference in it were a copy: what printing, hashing or copying it costs."""

from __future__ import annotations

from yanmen.supply.pickles.values import CONTAINERS, Made, Value, parts

MOST = 10_000_000
"""Values; more than that, out of far fewer, is a bomb."""
_FOLLOWED = 200_000


def is_bomb(value: Value) -> bool:
    """Whether a value of few parts expands to more than MOST, by references to references to references.

    A part that holds itself counts once: such a value has no expanded form.
    """
    sizes: dict[int, int] = {}
    waiting: list[tuple[Value, bool]] = [(value, False)]
    open_: set[int] = set()
    while waiting:
        item, done = waiting.pop()
        inside = _inside(item)
        if done:
            open_.discard(id(item))
            sizes[id(item)] = 1 + sum(sizes.get(id(part), 1) for part in inside)
            if sizes[id(item)] > MOST:
                return True
        elif id(item) not in sizes and id(item) not in open_ and inside:
            if len(sizes) + len(open_) > _FOLLOWED:
                return False
            open_.add(id(item))
            waiting.append((item, True))
            waiting.extend((part, False) for part in inside if _inside(part))
    return False


def _inside(value: Value) -> list[Value]:
    if isinstance(value, CONTAINERS):
        return list(parts(value))
    return [*value.args, value.state, *value.items] if isinstance(value, Made) else []
