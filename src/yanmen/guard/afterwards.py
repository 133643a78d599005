"""Reads a streamed text behind what has left, for findings that are only recorded: nobody waits for them."""

from __future__ import annotations

from collections.abc import Sequence

from yanmen.guard.reader import Reader, Seen
from yanmen.guard.scan import Plan

BATCH = 512
"""Characters that are read at once."""


class Afterwards:
    """One text. What it sees depends on the text alone: it is read in batches that begin and end at fixed places."""

    __slots__ = ("_reader", "_text", "_waiting", "read")

    def __init__(self, plan: Plan) -> None:
        """Begin a text."""
        self._reader = Reader(plan)
        self._waiting: list[str] = []
        self._text = ""
        self.read = 0
        """Characters that were read."""

    def take(self, piece: str) -> None:
        """The text goes on."""
        self._waiting.append(piece)

    def upto(self, decided: int) -> Sequence[Seen]:
        """Read every batch that lies before a place."""
        seen: list[Seen] = []
        while decided - self.read >= BATCH:
            seen += self._feed(BATCH, final=False)
        return seen

    def finish(self, end: int) -> Sequence[Seen]:
        """The text ends at this place, whatever came behind it."""
        return self._feed(end - self.read, final=True)

    def _feed(self, size: int, *, final: bool) -> Sequence[Seen]:
        text = self._text + "".join(self._waiting)
        self._waiting.clear()
        self._text = text[size:]
        self.read += size
        return self._reader.feed(text[:size], final=final)
