r"""Many patterns compiled into few automata.

For each view of the text, *heads* finds the first place where any match begins or may be beginning; it is almost always the
only one that runs. Where it finds the head of a pattern, that pattern's own prefix closure answers how far back a match may
still be in progress. *Keys* finds the patterns whose most telling part is in the text; only those are asked, one by one,
whether and
where they match. (One automaton of all whole patterns has more states than memory: their gaps are open in every
combination.) RE2 reads in linear time; where an automaton outgrows its
memory RE2 goes on slower, never wrong.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from copy import copy
from functools import cache, lru_cache
from operator import attrgetter
from pathlib import Path
from typing import Any, NamedTuple

import re2

from yanmen.core.cached import cached_property
from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Phrase
from yanmen.guard.folding import plain_class
from yanmen.guard.grammar import head, key, loosened, prefixes
from yanmen.guard.spans import Pattern

HEAD = 6
"""How much of a pattern its head holds, in letters; 汉字 count double."""
KEY = 8
"""The same of a pattern's key."""
ORDINARY = Path(__file__).parent / "packs" / "ordinary.txt"
"""Ordinary prompts and answers in both languages, one a line: by them it is known which patterns are the usual ones."""
USUAL, OFTEN = 40, 2
"""How many patterns of a view are asked all at once, at most, and in how many ordinary texts the key of such a one stands."""
PLANS = 16
"""Plans that are kept for whoever asks again: of single detectors, and of what may be cut."""
MEMORY = 96 << 20
"""Bytes that one automaton may take (a bound; a few hundred kB are used)."""
_UNANCHORED = re2._Anchor.UNANCHORED  # noqa: SLF001  # the public wrapper costs ten times the match itself


def compiled(expression: str, where: str = "") -> Any:
    """The bare RE2 object: ``Match(anchor, data, start, end)`` answers byte spans, of which the first is the match."""
    try:
        return re2.compile(expression.encode("utf-8"), _options())._regexp  # noqa: SLF001
    except re2.error as error:
        raise YanmenError(
            Phrase(
                en=f"pattern {expression[:120]!r}: {error}", zh=f"模式 {expression[:120]!r} 无法编译：{error}"
            ),
            where=where,
            hint=Phrase(en="Write bounded RE2 syntax.", zh="请用有界的 RE2 语法。"),
        ) from error


def _options() -> Any:
    options = re2.Options()
    options.max_mem, options.log_errors, options.never_capture = MEMORY, False, True
    return options


def search(automaton: Any, data: bytes, start: int, end: int) -> tuple[int, int]:
    """The leftmost match in ``data[start:end]``, which sees the byte before ``start``; (-1, -1): none."""
    span: tuple[int, int] = automaton.Match(_UNANCHORED, data, start, end)[0]
    return span


class Entry:
    """A pattern of a plan, with its own automata, each compiled when it is first needed."""

    def __init__(self, index: int, pattern: Pattern) -> None:
        """Take the pattern's place in the plan: findings that begin together are in this order."""
        self.index, self.pattern = index, pattern
        self.marker = Pattern(pattern.rule, pattern.until, origin=pattern.origin) if pattern.until else None

    @cached_property
    def automaton(self) -> Any:
        """The pattern itself."""
        return compiled(self.pattern.expression, self.pattern.origin)

    @cached_property
    def loose(self) -> Any:
        """A smaller automaton that accepts at least every match."""
        return compiled(self.loosened())

    def loosened(self) -> str:
        """The expression of ``loose``."""
        return self.pattern.wrap(loosened(self.pattern.node).text)

    @cached_property
    def open(self) -> Any:
        """Every beginning of a match, at the end of the text."""
        return compiled(f"(?:{self.pattern.wrap(prefixes(self.pattern.node))})\\z")

    @cached_property
    def end(self) -> Any:
        """Of an open-ended pattern: its end marker; else None."""
        return compiled(self.marker.expression) if self.marker else None

    @cached_property
    def after(self) -> Any:
        """What must stand right before a match, at the end of the text; else None."""
        return compiled(f"(?i:{self._before})\\z", self.pattern.origin) if self._before else None

    @cached_property
    def back(self) -> Any:
        """What belongs to a match and stands right before it, at the end of the text; else None."""
        back = self.pattern.back
        return compiled(f"(?i:{self.pattern.tree(back).text})\\z", self.pattern.origin) if back else None

    @cached_property
    def unless(self) -> Any:
        """What makes a match behind it harmless, at the end of the text; else None."""
        unless = self.pattern.unless_after
        return (
            compiled(f"(?i:(?:{unless})[\\s*_\"'`“”‘’「『《]{{0,3}}{self._before})\\z", self.pattern.origin)
            if unless
            else None
        )

    @cached_property
    def _before(self) -> str:
        after = self.pattern.after
        return f"(?:{self.pattern.tree(after).text})" if after else ""


class _Parts(NamedTuple):
    """What a view takes of a pattern, in RE2 syntax. The tree that it comes of is not kept: trees of all take ten megabytes."""

    head: str
    beginning: str
    """Every beginning of the head."""
    key: str

    @classmethod
    def of(cls, pattern: Pattern) -> _Parts:
        node = pattern.node
        short = head(node, HEAD)
        wrap = pattern.wrap
        return cls(wrap(short.text), wrap(prefixes(short)), wrap(key(node, KEY).text))


class View:
    """The patterns that read one view of the text."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        """Compile; at least one entry."""
        self.entries = self._all = tuple(entries)
        markers = [Entry(-1, e.marker) for e in entries if e.marker and not e.pattern.until_before]
        self._begun = (*entries, *markers)
        parts = [_Parts.of(entry.pattern) for entry in self._begun]
        begun = [part.head for part in parts]
        beginning = _choice(part.beginning for part in parts)
        self.heads = compiled(f"{_choice(begun)}|(?:{beginning})\\z")
        self._beginning = compiled(f"(?:{beginning})\\z")
        self._complete = compiled(_choice(begun))
        self._which_head = _set(begun)
        keys = [part.key for part in parts[: len(entries)]]
        self._which_key = _set(keys)
        usual = _often(self._which_key)
        self._usual = tuple(entries[index] for index in usual)
        self._any_usual = compiled(_choice(one.loosened() for one in self._usual)) if usual else None
        rare = [key for index, key in enumerate(keys) if index not in usual]
        self._key = compiled(_choice(rare)) if rare else None
        self._rare = frozenset(entries).difference(self._usual)

    def open(self, data: bytes, start: int, end: int) -> int:
        """The first place from ``start`` on where a match may be in progress at ``end``; ``end`` where none is."""
        place = search(self._beginning, data, start, end)[0]
        if place > start and search(self._complete, data, start, end)[0] >= 0:
            for entry in _named(self._which_head, self._begun, data, start):
                place = min(place, search(entry.open, data, start, end)[0])
                if place <= start:
                    break
        return place

    def candidates(self, data: bytes, start: int) -> tuple[int, Sequence[Entry]]:
        """The entries that may match from ``start`` on, and the first place where one may; the end of the data for none."""
        size = len(data)
        asked: list[Entry] = []
        if self._any_usual is not None and search(self._any_usual, data, start, size)[0] >= 0:
            asked += self._usual
        if self._key is not None and search(self._key, data, start, size)[0] >= 0:
            asked += [one for one in _named(self._which_key, self._all, data, start) if one in self._rare]
        if not asked:
            return size, ()
        first, entries = size, list[Entry]()
        for entry in sorted(asked, key=_index):
            place = search(entry.loose, data, start, size)[0]
            if 0 <= place < size and (self.entries is self._all or entry in self.entries):
                first = min(first, place)
                entries.append(entry)
        return first, entries

    def only(self, entries: Sequence[Entry]) -> View | None:
        """The same automata asked for some of the entries; they hold back what any may begin with. None for no entries."""
        narrow = copy(self)
        narrow.entries = tuple(entries)
        return narrow if entries else None


def _set(expressions: Sequence[str]) -> Any:
    result = re2.Set.SearchSet(_options())
    for expression in expressions:
        result.Add(expression)
    result.Compile()
    return result


_index = attrgetter("index")


@cache
def _ordinary() -> tuple[bytes, ...]:
    return tuple(ORDINARY.read_text("utf-8").lower().encode().splitlines())


def _often(automata: Any) -> list[int]:
    """The places of expressions that ordinary texts have, in order; those of the set's that most have, where that is too many."""
    found = Counter(index for text in _ordinary() for index in automata.Match(text) or ())
    return sorted(index for index, times in found.most_common(USUAL) if times >= OFTEN)


def _named(automata: Any, entries: Sequence[Entry], data: bytes, start: int) -> Sequence[Entry]:
    """The entries whose expression the set finds; all of them where it finds none, for it may have run out of memory."""
    found = automata.Match(data[max(start - 1, 0) :])
    return [entries[index] for index in sorted(found)] if found else entries


def _choice(expressions: Iterable[str]) -> str:
    return "|".join(dict.fromkeys(expressions))


class Plan:
    """A set of patterns, ready to read."""

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        """Compile every pattern. Raises YanmenError for a bad one."""
        entries = tuple(Entry(index, pattern) for index, pattern in enumerate(patterns))
        self.entries = entries
        self.patterns = tuple(patterns)
        self.both = View(entries)
        """For plain text, whose folding is its small letters: every pattern at once."""
        raw = [entry for entry in entries if entry.pattern.view == "raw"]
        self.raw = View(raw) if raw else None
        self.folded = self.both.only([entry for entry in entries if entry.pattern.view == "folded"])
        """Not of its own automata: nearly all of both's are its, and they are the largest part of the process."""
        self.reach = _reach(patterns)
        """What may belong to a match that is still to come, at the end of the text; None where no pattern reads back."""

    def clean(self, text: str) -> bool:
        """Whether nothing at all can be in a whole text: what a reader would say of nearly every one, said sooner."""
        data = text.encode("utf-8", "replace")
        size = len(data)
        if size != len(text) and not is_plain(data):
            return False
        return not self.both.candidates(data, 0)[1]

    def only(self, chosen: Callable[[Pattern], bool]) -> Plan | None:
        """The same automata asked for some of the patterns (see ``View.only``). None where none is chosen."""
        entries = tuple(entry for entry in self.entries if chosen(entry.pattern))
        both = self.both.only(entries)
        if both is None:
            return None
        narrow = copy(self)
        narrow.entries, narrow.patterns, narrow.both = entries, tuple(one.pattern for one in entries), both
        raw = [entry for entry in entries if entry.pattern.view == "raw"]
        narrow.raw = self.raw.only(raw) if self.raw else None
        narrow.folded = self.both.only([entry for entry in entries if entry.pattern.view == "folded"])
        narrow.reach = _reach(narrow.patterns)
        return narrow

    @staticmethod
    @lru_cache(PLANS)
    def of(patterns: tuple[Pattern, ...]) -> Plan:
        """The plan of these patterns, compiled once while few others are asked for."""
        return Plan(patterns)


class Parted(NamedTuple):
    """A plan in two: what may be cut out of a text, or end it, must hold the text back; what is only recorded need not."""

    cut: Plan
    watched: Plan | None
    """Of the whole plan's automata: it holds back longer than it must, and nobody waits for it. None: everything may be cut."""

    @classmethod
    def of(cls, plan: Plan, cut: frozenset[str]) -> Parted:
        """By the ids of the rules that may be cut. A pattern that is open-ended, or fails, is always one of the first."""

        def cuts(one: Pattern) -> bool:
            return bool(one.until) or not cut.isdisjoint(_claimed(one))

        watched = plan.only(lambda one: not cuts(one))
        if watched is None:
            return cls(plan, None)
        return cls(Plan.of(tuple(one for one in plan.patterns if cuts(one))), watched)


def _claimed(pattern: Pattern) -> set[str]:
    return {rule.id for rule in (pattern.rule, *pattern.others)}


def _reach(patterns: Sequence[Pattern]) -> Any:
    trees = [pattern.tree(pattern.back) for pattern in patterns if pattern.back]
    parts = _choice(part for tree in trees for part in (tree.text, prefixes(tree)) if part)
    return compiled(f"(?i:{parts})\\z") if parts else None


def checked(patterns: Sequence[Pattern]) -> Sequence[Pattern]:
    """The same patterns. Raises YanmenError, with file and line, for one that does not compile."""
    for pattern in patterns:
        entry = Entry(0, pattern)
        _ = entry.automaton, entry.after, entry.unless, entry.back
    return patterns


_STRANGE = compiled(f"[^{plain_class()}]")


def is_plain(data: bytes) -> bool:
    """Whether folding the text would change nothing but the case of its ASCII letters."""
    return search(_STRANGE, data, 0, len(data))[0] < 0
