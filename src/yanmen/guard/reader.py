"""Reads a text in pieces and says what is in it, the same at every way of cutting it.

The reader keeps only the undecided end of the text. After each piece it finds the earliest place where a match may still be in
progress; every match that begins before that place is final, and nothing before it will ever be part of another. A whole text
is read by the same code, fed once.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec

from yanmen.core.nouns import Finding, Text, Where
from yanmen.core.running import failure
from yanmen.guard.folding import fold, origins, run_after
from yanmen.guard.markdown import Code
from yanmen.guard.runner import claim
from yanmen.guard.scan import Entry, Plan, View, is_plain, search
from yanmen.guard.spans import HARMLESS, Before, Claim, Harmless, quoted

NEAR = 10
"""Bytes at the end of the text that are held back without asking how many of them must be."""
PAST = 120
"""Characters before the undecided text that are kept to see what stands right before a match."""
_WORD = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")


class Seen(NamedTuple):
    """Something decided, at absolute offsets of the original text."""

    start: int
    end: int
    entry: Entry
    matched: str
    claim: Claim | Exception | None
    """None: the end marker of an open-ended match."""

    def finding(self, place: Text) -> Finding:
        """The finding of a claim, or of the check that raised."""
        if isinstance(self.claim, Claim):
            return self.entry.pattern.finding(self.claim, self.matched, place, self.start, self.end)
        error = self.claim or RuntimeError("an end marker is no finding")
        where = Where(part=place.part, start=self.start, end=self.end)
        return failure(self.entry.pattern.rule.id, error, where)


class Reader:
    """One text on its way past."""

    __slots__ = (
        "_before",
        "_before_folded",
        "_code",
        "_cursors",
        "_opened",
        "_past",
        "_plan",
        "_reach",
        "_run",
        "_text",
        "_waiting",
        "decided",
    )

    def __init__(self, plan: Plan) -> None:
        """Begin a text. Nothing is decided that a later match may read back as its own (see ``Pattern.back``)."""
        self._plan = plan
        self._reach = plan.reach
        self._waiting: list[Seen] = []
        self._text = ""
        self._before = self._before_folded = b""
        self._past = ""
        self._code = Code()
        self._run = 0
        self._cursors: dict[int, int] = {}
        self._opened: set[int] = set()
        self.decided = 0
        """Every character before it is decided: what has been seen is all there is to see."""

    def feed(self, piece: str, *, final: bool = False) -> Sequence[Seen]:
        """Read on; answer what became certain, in order of place. After ``final`` all is decided."""
        text = self._text + piece if self._text else piece
        data = text.encode("utf-8", "replace")
        before = self._before
        if before != self._before_folded or not (len(data) == len(text) or is_plain(data)):
            return self._feed_strange(text, data, final=final)
        skip, buffer, view = len(before), before + data, self._plan.both
        size = len(buffer)
        first, hold = skip, size
        if not final:
            first = search(view.heads, buffer, skip, size)[0]
            if first < 0:
                first = size
            hold = first if size - first <= NEAR else view.open(buffer, first, size)
        seen: Sequence[Seen] = ()
        if self._opened or first < hold:
            seen = self._read(view, _Plain(text, buffer, skip, self.decided), first, hold)
        if self._reach is not None and not final:
            hold = max(skip, search(self._reach, buffer[:hold], skip, hold)[0])
        if len(data) == len(text):
            count = hold - skip
        else:
            count = len(text) if hold == size else len(text) - len(buffer[hold:].decode())
        if count:
            last = text[count - 1]
            self._before = self._before_folded = b"a" if last in _WORD else b"\n" if last == "\n" else b" "
            self._run = 0
            self._past = (
                text[max(count - PAST, 0) : count] if count >= PAST else (self._past + text[:count])[-PAST:]
            )
            self._code.read(text[:count])
            self._text = text[count:]
            self.decided += count
        else:
            self._text = text
        return self._settled(seen, final=final) if seen or self._waiting else ()

    def _feed_strange(self, text: str, data: bytes, *, final: bool) -> Sequence[Seen]:
        """The same for text whose folding differs from it: both views by themselves, and the stricter bound holds."""
        views: list[tuple[View, _Plain, int]] = []
        hold = len(text)
        if raw := self._plan.raw:
            place = _Plain(text, self._before + data, len(self._before), self.decided)
            views.append((raw, place, len(self._before)))
        if folded := self._plan.folded:
            view = _Folded(text, self._before_folded, self._run, self.decided)
            views.append((folded, view, len(self._before_folded)))
        firsts: list[int] = []
        for compiled, place, skip in views:
            size = len(place.data)
            first, begun = skip, size
            if not final:
                first = search(compiled.heads, place.data, skip, size)[0]
                first = size if first < 0 else first
                begun = first if size - first <= NEAR else compiled.open(place.data, first, size)
            firsts.append(first)
            hold = min(hold, place.character(begun))
        seen: list[Seen] = []
        for (compiled, place, _), first in zip(views, firsts, strict=True):
            bound = place.byte(hold)
            if self._opened or first < bound:
                seen += self._read(compiled, place, first, bound)
        if self._reach is not None and not final:
            data = text[:hold].encode("utf-8", "replace")
            hold = len(data[: max(0, search(self._reach, data, 0, len(data))[0])].decode())
        self._advance(text, hold)
        return self._settled(seen, final=final)

    def _settled(self, seen: Sequence[Seen], *, final: bool) -> Sequence[Seen]:
        """What lies in the decided text, in order; the value of a label that is decided may lie past it, and waits."""
        seen = _sorted([*self._waiting, *seen])
        self._waiting = []
        if not final and seen and seen[-1].start >= self.decided:
            self._waiting = [one for one in seen if one.start >= self.decided]
            seen = seen[: -len(self._waiting)]
        return seen

    def _advance(self, text: str, count: int) -> None:
        if count:
            gone = text[:count]
            self._before = _context(gone[-1])
            if view := fold(gone, self._run):
                self._before_folded = _context(view[-1])
            self._run = run_after(gone, self._run)
            self._past = (self._past + gone)[-PAST:]
            self._code.read(gone)
            self.decided += count
        self._text = text[count:]

    def _read(self, view: View, place: _Plain, first: int, hold: int) -> list[Seen]:
        """What begins before ``hold`` in a view, knowing that nothing begins before ``first``."""
        begin, candidates = view.candidates(place.data, first)
        found = begin < hold
        if not (found or self._opened):
            return []
        seen: list[Seen] = []
        entries = list(candidates) if found else []
        entries += [entry for entry in view.entries if entry.index in self._opened and entry not in entries]
        for entry in entries:
            seen += self._read_entry(entry, place, place.skip if self._opened else begin, hold)
        return seen

    def _read_entry(self, entry: Entry, place: _Plain, first: int, hold: int) -> Iterator[Seen]:
        data, index, size = place.data, entry.index, len(place.data)
        position = max(first, place.byte(self._cursors.get(index, 0) - place.base))
        while position < hold:
            opened = index in self._opened
            begin, end = search(entry.end if opened else entry.automaton, data, position, size)
            if not 0 <= begin < hold:
                return
            start, stop = place.span(begin, end)
            if opened and entry.pattern.until_before:
                stop = start
            if entry.back is not None:
                start -= self._back(entry, place.text, start)
            matched = self._matched(place.text, start, stop)
            said = None if opened else self._claim(entry, place.text, start, matched)
            if said is None and not opened:
                position = place.after(begin)
                continue
            if isinstance(said, Claim):
                if said.length is not None:
                    stop = min(stop, start + said.length)
                start += said.skip
            past = max(stop, place.character(begin) + 1)
            self._cursors[index] = place.base + past
            position = place.byte(past)
            if not isinstance(said, Harmless):
                if entry.marker is not None and (opened or isinstance(said, Claim)):
                    self._opened ^= {index}
                yield Seen(place.base + start, place.base + stop, entry, matched, said)

    def _back(self, entry: Entry, text: str, start: int) -> int:
        """How many characters before a match belong to it."""
        before = self._behind(text, start).encode("utf-8", "replace")
        begin = search(entry.back, before, 0, len(before))[0]
        return len(before[begin:].decode()) if begin >= 0 else 0

    def _behind(self, text: str, start: int) -> str:
        """The last characters before a place of the undecided text; before that text for places below 0."""
        if start <= 0:
            return self._past[: len(self._past) + start]
        return (self._past + text[:start])[-PAST:]

    def _matched(self, text: str, start: int, stop: int) -> str:
        return text[start:stop] if start >= 0 else self._past[start:] + text[:stop]

    def _claim(
        self, entry: Entry, text: str, start: int, matched: str
    ) -> Claim | Harmless | Exception | None:
        """What a match claims, seen with what stands before it."""
        if entry.pattern.look is not None:
            past = fold(self._behind(text, start))
            return claim(entry.pattern, matched, Before(past, self._code.at(text[: max(start, 0)])))
        if entry.unless is None and entry.after is None:
            return claim(entry.pattern, matched)
        view = fold((self._past + text[:start])[-PAST:])
        before = view.encode("utf-8", "replace")
        if entry.unless is not None and search(entry.unless, before, 0, len(before))[0] >= 0:
            return HARMLESS
        if entry.after is None:
            return claim(entry.pattern, matched)
        begin = search(entry.after, before, 0, len(before))[0]
        if begin < 0:
            return None
        said = claim(entry.pattern, matched)
        if not isinstance(said, Claim) or entry.pattern.check is not quoted:
            return said
        return said._replace(evidence=quoted(before[begin:].decode() + matched).evidence)


def _sorted(seen: list[Seen]) -> list[Seen]:
    """In order of place, ends before beginnings, then of the plan; of the same claim by two patterns the first."""
    seen.sort(key=lambda one: (one.start, one.claim is not None, one.entry.index))
    known: dict[tuple[object, ...], Seen] = {}
    for one in seen:
        rule = one.claim.rule if isinstance(one.claim, Claim) else None
        what = one.entry.index if one.entry.marker else (rule or one.entry.pattern.rule).id
        known.setdefault((what, one.start, one.end), one)
    return list(known.values())


def _context(character: str) -> bytes:
    """All that an assertion can ask of the character before: of a word, a line end, or other."""
    return b"a" if character in _WORD else b"\n" if character == "\n" else b" "


class _Plain:
    """Text as bytes after its context, and the way between byte and character offsets."""

    def __init__(self, text: str, data: bytes, skip: int, base: int) -> None:
        self.text, self.data, self.skip, self.base = text, data, skip, base
        self.single = len(data) - skip == len(text)

    def character(self, byte: int) -> int:
        """The character at a byte offset."""
        return byte - self.skip if self.single else len(self.data[self.skip : byte].decode())

    def byte(self, character: int) -> int:
        """The byte offset of a character; of one before the text: of its first."""
        if character <= 0:
            return self.skip
        if self.single:
            return self.skip + character
        return self.skip + len(self.text[:character].encode("utf-8", "replace"))

    def after(self, byte: int) -> int:
        """The byte offset of the next character."""
        return self.byte(self.character(byte) + 1)

    def span(self, begin: int, end: int) -> tuple[int, int]:
        """The characters of a byte span."""
        return self.character(begin), self.character(end)


class _Folded(_Plain):
    """The folded view of a text."""

    def __init__(self, text: str, before: bytes, run: int, base: int) -> None:
        self.view = fold(text, run)
        super().__init__(text, before + self.view.encode("utf-8", "replace"), len(before), base)
        self.run, self._origins = run, list[int]()

    @property
    def origins(self) -> list[int]:
        if not self._origins:
            self._origins = origins(self.text, self.run)
        return self._origins

    def _place(self, byte: int) -> int:
        return len(self.data[self.skip : byte].decode())

    def character(self, byte: int) -> int:
        return len(self.text) if byte == len(self.data) else self.origins[self._place(byte)]

    def byte(self, character: int) -> int:
        if character <= 0:
            return self.skip
        if character >= len(self.text):
            return len(self.data)
        place = bisect_left(self.origins, character)
        return self.skip + len(self.view[:place].encode("utf-8", "replace"))

    def after(self, byte: int) -> int:
        return self.byte(self.character(byte) + 1)

    def span(self, begin: int, end: int) -> tuple[int, int]:
        places = self.origins
        return places[self._place(begin)], places[self._place(end) - 1] + 1


def findings_of(plan: Plan, place: Text) -> Iterator[Finding]:
    """Every finding of a plan in one whole text."""
    yield from joined(Reader(plan).feed(place.text, final=True), place, len(place.text))


def joined(seen: Sequence[Seen], place: Text, length: int) -> Iterator[Finding]:
    """Findings of what was seen in a whole text, open-ended ones with their end: the marker's, or the text's."""
    for index, one in enumerate(seen):
        if one.claim is None or (one.entry.pattern.untrusted and place.trust != "untrusted"):
            continue
        finding = one.finding(place)
        if one.entry.marker is not None and isinstance(one.claim, Claim):
            later = (
                other.end for other in seen[index + 1 :] if other.entry is one.entry and other.claim is None
            )
            finding = extended(finding, next(later, length))
        yield finding


def extended(finding: Finding, end: int) -> Finding:
    """The finding with another end."""
    return msgspec.structs.replace(finding, where=msgspec.structs.replace(finding.where, end=end))
