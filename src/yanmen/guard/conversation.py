"""Texts that are read together: the parts of one message, and the user's turns, so that what is split over them is found.

What stands in one text alone is found there; here only what reaches over an edge counts.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec

from yanmen.core.nouns import Finding, Text, Where

LONGEST = 4_096
"""Characters of the user's latest turns that are read together."""
WINDOW = 800
"""Characters of turns that the learned detectors are given together."""
WINDOWS = 8
"""Beginnings of such windows: the latest turns."""
SPLIT = 65_536
"""Characters of one message's parts that are read together."""
_MESSAGE = re.compile(r"(/messages/\d+)/content(?:/\d+)?")


class Joined(NamedTuple):
    """Several texts as one."""

    text: str
    places: tuple[Text, ...]
    starts: tuple[int, ...]
    """Where each of them begins."""
    cut: int = 0
    """Characters of the first that were left out before its beginning."""

    def of(self, position: int) -> int:
        """The number of the text that a character stands in."""
        return max(bisect_right(self.starts, position) - 1, 0)

    def within(self, number: int, start: int, end: int) -> Where:
        """What of a stretch lies in one of the texts, at its own places."""
        begin = self.starts[number]
        text = self.places[number]
        moved = self.cut if number == 0 else 0
        low = max(start - begin, 0) + moved
        return Where(part=text.part, start=low, end=max(min(end - begin + moved, len(text.text)), low))

    def spread(self, finding: Finding) -> Iterator[Finding]:
        """The finding once in each text that it reaches into; none where it lies in one alone."""
        first, last = self.of(finding.where.start), self.of(max(finding.where.end - 1, 0))
        if first == last:
            return
        for number in range(first, last + 1):
            where = self.within(number, finding.where.start, finding.where.end)
            if where.end > where.start:
                yield msgspec.structs.replace(finding, where=where)


def messages(texts: Sequence[Text]) -> Iterator[Joined]:
    """The parts of each message that has several, put together without anything between them and by lines."""
    groups: dict[str, list[Text]] = {}
    for text in texts:
        if found := _MESSAGE.match(text.part):
            groups.setdefault(found[1], []).append(text)
    for parts in groups.values():
        if len(parts) > 1 and sum(len(part.text) for part in parts) <= SPLIT:
            yield join(parts, "")
            yield join(parts, "\n")


def turns(texts: Sequence[Text]) -> Joined | None:
    """The user's latest turns by lines; None where there is only one."""
    said: list[Text] = []
    size = -1
    for text in reversed(texts):
        if text.trust == "user" and _MESSAGE.match(text.part):
            said.append(text)
            size += len(text.text) + 1
            if size > LONGEST:
                break
    if len(said) < 2:  # noqa: PLR2004  # what can be joined
        return None
    return join(said[::-1], "\n", max(size - LONGEST, 0))


def join(places: Sequence[Text], glue: str, cut: int = 0) -> Joined:
    """Texts as one, the first without so many of its characters."""
    starts, pieces, size = [], [], 0
    for number, place in enumerate(places):
        piece = (place.text if number else place.text[cut:]) + glue
        starts.append(size)
        pieces.append(piece)
        size += len(piece)
    text = "".join(pieces)
    return Joined(text[: len(text) - len(glue)], tuple(places), tuple(starts), cut)


def windows(joined: Joined) -> Iterator[tuple[int, int]]:
    """Stretches that begin with each of the latest turns and reach into others."""
    size = len(joined.text)
    for number in range(len(joined.starts) - 2, max(len(joined.starts) - 2 - WINDOWS, -1), -1):
        start = max(joined.starts[number], joined.starts[number + 1] - WINDOW // 2)
        yield start, min(start + WINDOW, size)
