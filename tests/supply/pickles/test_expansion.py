"""How large a value would be without its references."""

from __future__ import annotations

from yanmen.supply.pickles.expansion import is_bomb
from yanmen.supply.pickles.values import Listed


def test_a_tower_of_references_is_a_bomb() -> None:
    """Ten of ten of ten, and so on."""
    value = Listed()
    for _ in range(8):
        value = Listed([value] * 10)
    assert is_bomb(value)


def test_much_data_is_none() -> None:
    """Nor is one part in many places, nor a list that holds itself."""
    shared = Listed(list(range(100)))
    assert not is_bomb(Listed([shared] * 1000))
    loop = Listed()
    loop.items.append(loop)
    assert not is_bomb(loop)
    assert not is_bomb(tuple(range(100_000)))
