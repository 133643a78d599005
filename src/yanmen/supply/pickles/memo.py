"""The memo, and how much of all values is kept: a stream may be larger than what one look may hold."""

from __future__ import annotations

from collections.abc import Callable

from yanmen.supply.pickles.tape import BrokenStream
from yanmen.supply.pickles.values import CONSTANTS, MISSING, Large, Listed, Made, Mapped, Value
from yanmen.supply.pickles.work import TooLarge

ROOM = 12 << 20
"""Bytes, roughly, of values that are kept beyond the stack; afterwards the memo and the containers keep their kinds only."""
MOST = 1_500_000
"""Values in the memo; a stream with more is not followed."""
GAP = 1_024
"""Places that a writer may leave out. The C unpickler makes room for all of them, the one in Python does not."""


class Memo:
    """Values by number. Dense, for that is how writers fill it."""

    def __init__(self, differ: Callable[[str], None]) -> None:
        """``differ`` is told where readers differ."""
        self.room = ROOM
        self.dense: list[Value] = []
        """By their number; MISSING where a place was left out."""
        self._holes = 0
        self._far: dict[int, Value] = {}
        self._differ = differ
        self._blanks: dict[str, Value] = {}

    def put(self, index: int, value: Value) -> None:
        """PUT."""
        length = len(self.dense)
        if index < 0:
            raise BrokenStream("a negative place in the memo")
        if index < length:
            self._holes -= self.dense[index] is MISSING
            self.dense[index] = self._kept(value)
        elif index - length <= GAP:
            self.dense.extend([MISSING] * (index - length))
            self._holes += index - length
            self.dense.append(self._kept(value))
        else:
            self._differ("a gap in the memo")
            self._far[index] = self._kept(value)

    def add(self, value: Value) -> None:
        """MEMOIZE: at the number of values that the memo has."""
        if self._holes or self._far:
            self.put(len(self.dense) - self._holes + len(self._far), value)
        else:
            self.dense.append(value if self.room > 0 else self._kept(value))
            self.room -= 8

    def get(self, index: int) -> Value:
        """GET; BrokenStream where nothing was put."""
        value = self.dense[index] if 0 <= index < len(self.dense) else self._far.get(index, MISSING)
        if value is MISSING:
            raise BrokenStream("nothing is at that place of the memo")
        return value

    def look(self) -> None:
        """TooLarge where too much was put."""
        if len(self.dense) > MOST or len(self._far) > GAP:
            raise TooLarge("its memo")

    def _kept(self, value: Value) -> Value:
        self.room -= 8
        if self.room > 0 or value is None or isinstance(value, bool):
            return value
        if isinstance(value, Made):
            return self._blanks.setdefault(value.kind, Made(kind=value.kind, by=None))
        if isinstance(value, CONSTANTS):
            kind = type(value).__name__
            return self._blanks.setdefault(f"={kind}", Large(kind, 0))
        if isinstance(value, tuple):
            return self._blanks.setdefault("unknown", Made(kind="unknown", by=None))
        if isinstance(value, Listed):
            return self._blanks.setdefault("=list", Listed(lost=True))
        return self._blanks.setdefault("=dict", Mapped(lost=True)) if isinstance(value, Mapped) else value
