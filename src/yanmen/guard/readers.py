"""Several readers of one text, as one: what is decided is what all have decided."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from yanmen.guard.reader import Seen


class Reading(Protocol):
    """Reads a text in pieces. What it says depends on the text alone, not on how it was cut."""

    decided: int
    """Every character before it is decided."""

    def feed(self, piece: str, *, final: bool = False) -> Sequence[Seen]:
        """Read on; answer what became certain, in order of place. After ``final`` all is decided."""


class Together:
    """Readers side by side."""

    __slots__ = ("_readers", "_waiting", "decided")

    def __init__(self, readers: Sequence[Reading]) -> None:
        """Begin a text; at least one reader."""
        self._readers = tuple(readers)
        self._waiting: list[Seen] = []
        self.decided = 0

    def feed(self, piece: str, *, final: bool = False) -> Sequence[Seen]:
        """Read on; what one has seen behind what another has decided waits."""
        seen = self._waiting
        for reader in self._readers:
            if found := reader.feed(piece, final=final):
                seen = [*seen, *found]
        self.decided = min([reader.decided for reader in self._readers])
        if not seen:
            return ()
        seen.sort(key=lambda one: (one.start, one.claim is not None, one.entry.index))
        count = len(seen) if final else sum(one.start < self.decided for one in seen)
        self._waiting = seen[count:]
        return seen[:count]


def together(reader: Reading, beside: Sequence[Reading]) -> Reading:
    """The reader, with others beside it if there are any."""
    return Together((reader, *beside)) if beside else reader
