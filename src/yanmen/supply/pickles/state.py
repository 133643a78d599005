"""What the machine has at hand: the tape, the stack and its marks, the memo, the judge."""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO

from yanmen.supply.pickles import rules
from yanmen.supply.pickles.judge import Judge
from yanmen.supply.pickles.memo import Memo
from yanmen.supply.pickles.tape import Tape
from yanmen.supply.pickles.values import Value


class State(Tape):
    """Of one stream."""

    def __init__(
        self,
        stream: BinaryIO,
        judge: Judge,
        tick: Callable[[], None],
        *,
        start: int = 0,
        size: int | None = None,
    ) -> None:
        """``tick`` is called every few thousand opcodes, and raises when it is enough."""
        super().__init__(stream, start, size)
        self.judge = judge
        self.tick = tick
        self.start = start
        self.depth = 0
        """How many strings this stream lies within."""
        self.protocol = 0
        self.stack: list[Value] = []
        self.below: list[list[Value]] = []
        """Under each mark, what the stack held."""
        self.memo = Memo(self.differ)
        self.frame_end = -1
        """Offset; -1: no frame is open."""

    def differ(self, what: str) -> None:
        """Readers take this place differently."""
        self.judge.journal.find(rules.READERS_DIFFER, what, what, self.offset)

    def leave_frame(self) -> None:
        """A loader reads on from the file itself: the frame must have ended right here."""
        if self.frame_end >= 0 and self.offset != self.frame_end:
            self.differ("bytes of the loader's own within a frame")
        self.frame_end = -1
        self.limit = 0

    def pop_mark(self) -> list[Value]:
        """What stands above the last mark, which goes."""
        items = self.stack
        self.stack = self.below.pop()
        return items
