"""A view of a text: what it says once a disguise is taken off, and where each character of that came from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

AROUND = 200
"""Characters of the text that stay on both sides of what a view changes."""


class Edit(NamedTuple):
    """A stretch of a text, and what it says."""

    start: int
    end: int
    text: str


class View(NamedTuple):
    """What a text says without a disguise."""

    text: str
    starts: Sequence[int]
    """For each character: where in the original it came from …"""
    ends: Sequence[int]
    """… and where that ends."""
    ways: tuple[str, ...] = ()
    """The disguises that were taken off, outermost first: ``base64``, ``reversed`` …"""

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The stretch of the original that a stretch of the view came from; of an empty one, its first character's."""
        last = max(start, end - 1)
        return min(self.starts[start], self.starts[last]), max(self.ends[start], self.ends[last])

    def seen(self, text: str, starts: Sequence[int], ends: Sequence[int], way: str) -> View:
        """A view of this view: for each of its characters, the stretch of this one that it came from."""
        ways = (*self.ways, way)
        if not self.ways:
            return View(text, starts, ends, ways)
        spans = [self.span(start, end) for start, end in zip(starts, ends, strict=True)]
        return View(text, [span[0] for span in spans], [span[1] for span in spans], ways)


def original(text: str) -> View:
    """A text as it is."""
    return View(text, range(len(text)), range(1, len(text) + 1))


def payload(of: View, edits: Iterable[Edit], way: str, glue: str = " ") -> View:
    """Only what was decoded, piece after piece, with ``glue`` (one character at most) behind each but the last."""
    text: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for edit in edits:
        said = edit.text + glue
        text.append(said)
        starts += [edit.start] * len(said)
        ends += [edit.end] * len(said)
    size = len(starts) - len(glue)
    return of.seen("".join(text)[:size], starts[:size], ends[:size], way)


def rewritten(of: View, edits: Sequence[Edit], way: str) -> View:
    """The text with each stretch as it reads, and what stands around them; what is far from all of them is left out."""
    text: list[str] = []
    starts: list[int] = []
    ends: list[int] = []

    def keep(start: int, end: int) -> None:
        text.append(of.text[start:end])
        starts.extend(range(start, end))
        ends.extend(range(start + 1, end + 1))

    done = 0
    for number, edit in enumerate(edits):
        if edit.start - done > 2 * AROUND:
            if number:
                keep(done, done + AROUND)
            text.append("\n")
            starts.append(edit.start - AROUND)
            ends.append(edit.start - AROUND + 1)
            done = edit.start - AROUND
        keep(done, edit.start)
        text.append(edit.text)
        starts += [edit.start] * len(edit.text)
        ends += [edit.end] * len(edit.text)
        done = edit.end
    keep(done, min(done + AROUND, len(of.text)))
    return of.seen("".join(text), starts, ends, way)


def turned(of: View) -> View:
    """The text from its last character to its first."""
    size = len(of.text)
    return of.seen(of.text[::-1], range(size - 1, -1, -1), range(size, 0, -1), "reversed")


def shifted(of: View, table: dict[int, int], way: str) -> View:
    """The text with each character as another."""
    size = len(of.text)
    return of.seen(of.text.translate(table), range(size), range(1, size + 1), way)
