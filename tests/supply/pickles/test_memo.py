"""The memo, and how much is kept."""

from __future__ import annotations

import pytest

from yanmen.supply.pickles.memo import GAP, MOST, ROOM, Memo
from yanmen.supply.pickles.tape import BrokenStream
from yanmen.supply.pickles.values import Large, Listed
from yanmen.supply.pickles.work import TooLarge


def test_values_come_back_by_their_number() -> None:
    """Whichever opcode put them; MEMOIZE counts what is there."""
    memo = Memo(pytest.fail)
    memo.put(3, "c")
    memo.add("b")
    assert memo.get(3) == "c"
    assert memo.get(1) == "b"
    for wrong in (0, 2, 4, -1):
        with pytest.raises(BrokenStream):
            memo.get(wrong)


def test_a_far_place_is_said() -> None:
    """The C unpickler makes room for two thousand million; the one in Python for one."""
    said: list[str] = []
    memo = Memo(said.append)
    memo.put(GAP + 2, "x")
    assert said == ["a gap in the memo"]
    assert memo.get(GAP + 2) == "x"


def test_without_room_kinds_are_kept_only() -> None:
    """Constants by their type, containers without their content."""
    memo = Memo(pytest.fail)
    memo.room -= ROOM
    for value in ("text", Listed([1]), (1,), 5):
        memo.add(value)
    assert memo.get(0) == Large("str", 0)
    assert memo.get(1).lost
    assert memo.get(2).kind == "unknown"


def test_too_many_values_are_not_followed() -> None:
    """One and a half million."""
    memo = Memo(pytest.fail)
    for _ in range(MOST + 1):
        memo.add(None)
    with pytest.raises(TooLarge):
        memo.look()
