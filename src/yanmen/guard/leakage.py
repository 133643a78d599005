"""Whether a text repeats another, word for word or nearly, in clear or encoded: how a system prompt is seen to leave.

Both are compared as letters and digits only, folded: case, spaces, punctuation, full width and unseen characters make no
difference. The other's reversed, rot13, base64 and hexadecimal forms are looked for as well. A translation or a summary shares no
letters with what it tells, and is not found.
"""

from __future__ import annotations

import base64
import codecs
from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from yanmen.core.nouns import Ref, Rule
from yanmen.guard.folding import DROPPED, TABLE, fold
from yanmen.guard.reader import Seen
from yanmen.guard.scan import Entry
from yanmen.guard.spans import Claim, Pattern, digest

GRAM = 8
"""Characters that must be the same before a likeness is followed; every eighth place of the other is known."""
PLACES = 16
"""Places of one piece that are followed; where the other repeats itself more often, the first ones."""
LONGEST = 20_000
"""Characters of the other that are known; what follows them is not looked for."""
ENOUGH = 110
"""Weight of a likeness that is a leak: about twenty English words or 37 汉字, more than a rule quoted in passing."""
PART = 0.7
"""Of a short text: the part of its weight that is a leak."""
LEAST = 48
"""A text that weighs less says nothing of its own (*You are a helpful assistant*) and is not looked for."""
HELD = 240
"""Characters of a likeness that wait until it is known what it comes to."""
MOST_OF_OTHERS = 100_000
"""Characters of a text of the conversation in which a likeness is looked for."""
_RUN = 16
"""Weight of a run below which it may be any text on the same matter."""
_GAP = 12
"""Letters between two runs of one likeness."""
_BLANK = 32
"""Characters without a letter that end a likeness."""
_HAN_WEIGHT = 3
_SHINGLE = 12
"""Characters of the pieces by which a whole text is compared; of 汉字 a third."""
_SHARE = 0.5
"""Part of the other's pieces that a text must have."""
_ALONE = 1 << 30
"""The place in the plan of what is in no plan."""
_SMALL = bytes(range(128)).lower() + bytes(128)
_OTHER = bytes(code for code in range(128) if not chr(code).isalnum())
_LONG = 64
"""Letters from which numpy is quicker than a loop."""
_BITS = 16


def letters(text: str) -> str:
    """A text as it is compared: folded, letters and digits only."""
    if text.isascii():
        return text.encode().translate(_SMALL, _OTHER).decode()
    return "".join(filter(str.isalnum, fold(text)))


def weight(text: str) -> int:
    """How much a stretch of letters says: 汉字 and kana count threefold."""
    return len(text) + (_HAN_WEIGHT - 1) * sum(one >= "\u2e80" for one in text)


class Reference:
    """A text that must not be repeated."""

    def __init__(self, texts: Sequence[str]) -> None:
        """Take all the texts as one."""
        whole = "\n".join(texts)[:LONGEST]
        self.plain = letters(whole)
        """Its letters."""
        self.subject = Ref(kind="text", id=digest(whole))
        total = weight(self.plain)
        self.enough = min(ENOUGH, max(LEAST, int(PART * total))) if total >= LEAST else 0
        """The weight of a likeness that is a leak; 0: the text is too short to tell."""
        self.known = "\0".join((self.plain, *self._encoded(whole))) if self.enough else ""
        """Its forms, behind one another."""
        self.grams: dict[str, list[int]] = {}
        """For every eighth piece of eight letters, the places behind it."""
        for place in range(0, len(self.known) - GRAM + 1, GRAM):
            places = self.grams.setdefault(self.known[place : place + GRAM], [])
            if len(places) < PLACES:
                places.append(place + GRAM)
        self._size = _SHINGLE // _HAN_WEIGHT if weight(self.plain) > 2 * len(self.plain) else _SHINGLE
        self.shingles = frozenset(self._pieces(self.plain))
        self._table = np.zeros(1 << _BITS, np.bool_)
        for gram in self.grams:
            if gram.isascii():
                self._table[_hashes(gram.encode())] = True

    def _encoded(self, whole: str) -> Iterator[str]:
        data = whole.encode("utf-8", "replace")
        yield self.plain[::-1]
        yield codecs.encode(self.plain, "rot13")
        yield data.hex()
        for start in range(3):
            yield letters(base64.b64encode(data[start:]).decode())

    def met(self, text: str) -> bool:
        """Whether one of its grams is in a text of letters."""
        places: Sequence[int] = range(len(text) - GRAM + 1)
        if len(text) >= _LONG and text.isascii():
            places = np.flatnonzero(self._table[_hashes(text.encode())]).tolist()
        return not self.grams.keys().isdisjoint([text[place : place + GRAM] for place in places])

    def share(self, text: str) -> float:
        """The part of its pieces that a text has, 0 to 1."""
        if not self.shingles or not self.enough:
            return 0.0
        return len(self.shingles.intersection(self._pieces(letters(text)))) / len(self.shingles)

    def _pieces(self, plain: str) -> list[str]:
        """The pieces of a text, as long as what the reference is written in asks for."""
        size = self._size
        return [plain[place : place + size] for place in range(len(plain) - size + 1)]

    def tells(self, text: str, *, met: bool = True) -> bool:
        """Whether a whole text has so many of its pieces that it was made from it.

        ``met``: whether a gram is in the text. Of pieces of twelve letters five in eight hold a whole gram, so without one
        less than half of them can be there.
        """
        if self.enough < ENOUGH and weight(self.plain) < ENOUGH:
            return False
        return (met or self._size < _SHINGLE) and self.share(text) >= _SHARE


@lru_cache(maxsize=32)
def reference(texts: tuple[str, ...]) -> Reference:
    """The reference of some texts, kept for the next call with the same ones."""
    return Reference(texts)


def _hashes(data: bytes) -> NDArray[np.uint64]:
    """A number of ``_BITS`` bits for each eight neighbours."""
    grams = np.ndarray((len(data) - GRAM + 1,), "<u8", data, 0, (1,))
    return (grams * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(64 - _BITS)


class Watch:
    """One text on its way past, compared with a reference."""

    __slots__ = (
        "_alive", "_began", "_entry", "_gap", "_last", "_others", "_places", "_reference", "_run", "_said", "_sum",
        "_tail", "_total", "decided", "met",
    )  # fmt: skip

    def __init__(self, reference: Reference, rule: Rule, others: Sequence[str] = ()) -> None:
        """``others``: texts of the conversation that whoever reads the answer knows; what stands in them does not leak."""
        self._reference = reference
        self._entry = Entry(_ALONE, Pattern(rule, ""))
        self._others = others
        self._tail = ""
        self._total = self._began = self._last = self._gap = self._sum = 0
        self._places: list[int] = []
        self._run = ""
        self._alive = self._said = False
        self.met = False
        """Whether one of the reference's grams has been seen."""
        self.decided = 0
        """Every character before it is decided."""

    def feed(self, piece: str, *, final: bool = False) -> Sequence[Seen]:
        """Read on; answer the likenesses that became leaks."""
        seen: list[Seen] = []
        if self._alive or self._begins(piece):
            for offset, character in enumerate(piece):
                form = TABLE[ord(character)]
                if form != DROPPED:
                    for one in form:
                        if one.isalnum():
                            self._step(one, self._total + offset, seen)
                if self._alive and self._total + offset - self._last > _BLANK:
                    self._end()
        self._total += len(piece)
        self.decided = (
            max(self._began, self._total - HELD) if self._alive and not (final or self._said) else self._total
        )
        return seen

    def _begins(self, piece: str) -> bool:
        """Whether a likeness begins in a piece; if not, it is read."""
        text = self._tail + letters(piece)
        if self._reference.met(text):
            self.met = True
            return True
        self._tail = text[-GRAM + 1 :]
        return False

    def _step(self, letter: str, place: int, seen: list[Seen]) -> None:
        self._tail = tail = (self._tail + letter)[-GRAM:]
        known = self._reference.known
        if self._places:
            self._places = [one + 1 for one in self._places if known[one : one + 1] == letter]
            if self._places:
                self._run += letter
                self._last = place
                self._weigh(place, seen)
                return
            self._end_run()
        if found := self._reference.grams.get(tail):
            self._places, self._run, self._last, self._gap = found, tail, place, 0
            if not self._alive:
                self._alive, self._began = True, place + 1
        elif self._alive:
            self._gap += 1
            if self._gap > _GAP:
                self._end()

    def _weigh(self, place: int, seen: list[Seen]) -> None:
        if self._said or len(self._run) * _HAN_WEIGHT + self._sum < self._reference.enough:
            return
        total = self._sum + weight(self._run)
        if total < self._reference.enough:
            return
        self._said = True
        if any(self._run in letters(other[:MOST_OF_OTHERS]) for other in self._others):
            return
        start = max(self._began, place + 1 - HELD)
        said = Claim(f"{total} letters in a row, or nearly", self._reference.subject, 0.9)
        seen.append(Seen(start, place + 1, self._entry, "", said))

    def _end_run(self) -> None:
        added = weight(self._run)
        if added >= _RUN:
            self._sum += added
        self._places, self._run, self._gap = [], "", GRAM
        if not self._sum:
            self._end()

    def _end(self) -> None:
        self._places, self._run, self._sum, self._gap = [], "", 0, 0
        self._alive = self._said = False
