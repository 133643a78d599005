"""Readers side by side decide what all of them have decided."""

from __future__ import annotations

from collections.abc import Sequence

from yanmen.core.nouns import Phrase, Rule, Severity
from yanmen.guard.reader import Seen
from yanmen.guard.readers import Together, together
from yanmen.guard.scan import Entry
from yanmen.guard.spans import Claim, Pattern

RULE = Rule(
    id="test.letter",
    title=Phrase(en="A letter", zh="一个字母"),
    severity=Severity.LOW,
    fix=Phrase(en="None.", zh="无。"),
    tags=("test",),
)


class Finder:
    """Finds one letter, and holds back so many characters."""

    def __init__(self, letter: str, held: int) -> None:
        """Begin a text."""
        self.letter, self.held = letter, held
        self.decided = self.total = 0
        self.entry = Entry(ord(letter), Pattern(RULE, letter))
        self.waiting: list[Seen] = []

    def feed(self, piece: str, *, final: bool = False) -> Sequence[Seen]:
        """Read on."""
        for offset, one in enumerate(piece, self.total):
            if one == self.letter:
                self.waiting.append(Seen(offset, offset + 1, self.entry, one, Claim(one)))
        self.total += len(piece)
        self.decided = self.total if final else max(self.total - self.held, 0)
        seen = [one for one in self.waiting if one.start < self.decided]
        self.waiting = self.waiting[len(seen) :]
        return seen


def test_what_one_has_seen_waits_for_the_other() -> None:
    """So that findings come in order of place, and nothing is delivered that one still holds."""
    both = Together([Finder("a", 0), Finder("b", 3)])

    assert [one.matched for one in both.feed("xbxa")] == []
    assert both.decided == 1
    assert [one.matched for one in both.feed("x")] == ["b"]
    assert [one.matched for one in both.feed("", final=True)] == ["a"]
    assert both.decided == 5


def test_a_reader_alone_stays_as_it_is() -> None:
    """Nothing is put around it."""
    alone = Finder("a", 0)

    assert together(alone, ()) is alone
