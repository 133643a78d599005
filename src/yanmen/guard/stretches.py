"""Detectors that are not made of span patterns, over texts and answers: whole, or in stretches at fixed offsets.

A stretch begins at every half of its size. Where it lies depends on the text alone, so a text that is judged while it comes is
judged as it would be whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from yanmen.core.nouns import Exchange, Finding, Text, Unexamined
from yanmen.core.plugins import Detector
from yanmen.guard.runner import run

Said = Finding | Unexamined
NOWHERE = Text(text="", role="field", trust="untrusted")
"""The place of what concerns an exchange as a whole."""


def cut(length: int, size: int) -> Iterator[tuple[int, int]]:
    """The stretches of a whole text; size 0: all of it in one."""
    start = end = 0
    while size and start + size <= length:
        end = start + size
        yield start, end
        start += size // 2
    if end < length or not length:
        yield start, length


def of_text(detector: Detector[Text], text: Text, start: int, end: int) -> Sequence[Said]:
    """What a detector says of a stretch of a text, at places in the text."""
    if start == 0 and end == len(text.text):
        return run(detector, text, text)
    piece = msgspec.structs.replace(text, text=text.text[start:end])
    return [moved(one, start) for one in run(detector, piece, piece)]


def of_answer(
    detector: Detector[Exchange], texts: tuple[Text, ...], piece: Text, start: int
) -> Sequence[Said]:
    """What a detector says of a stretch of an answer, which begins at ``start`` of its text."""
    said = run(detector, Exchange(texts=texts, answer=(piece,)), piece)
    return [moved(one, start) if one.where.part == piece.part else one for one in said] if start else said


def moved(said: Said, by: int) -> Said:
    """The same, so many characters further on."""
    where = said.where
    place = type(where)(part=where.part, start=where.start + by, end=where.end + by)
    moved_to: Said = msgspec.structs.replace(said, where=place)
    return moved_to


def once(said: Sequence[Said], known: set[tuple[Any, ...]]) -> list[Said]:
    """What is not known yet: stretches overlap, so what stands in two of them is said twice."""
    new = []
    for one in said:
        what = one.rule.id if isinstance(one, Finding) else one.reason
        key = (isinstance(one, Finding), what, one.where.part, one.where.start, one.where.end)
        if key not in known:
            known.add(key)
            new.append(one)
    return new


class Walk:
    """The stretches of one text that is still coming, for the detectors of one size."""

    __slots__ = ("_done", "_start", "_text", "size")

    def __init__(self, size: int) -> None:
        """Nothing has come."""
        self.size = size
        self._start = self._done = 0
        self._text = ""

    @property
    def ends(self) -> int:
        """Where the next stretch is full."""
        return self._start + self.size

    def feed(self, piece: str) -> tuple[int, str] | None:
        """Take what comes, never past ``ends``; answer the stretch that is full now, with its offset."""
        self._text += piece
        if len(self._text) < self.size:
            return None
        stretch = self._start, self._text
        self._done = self.ends
        self._start += self.size // 2
        self._text = self._text[self.size // 2 :]
        return stretch

    def finish(self) -> tuple[int, str] | None:
        """The last stretch, if any of it is in none before."""
        end = self._start + len(self._text)
        return (self._start, self._text) if end > self._done or not end else None
