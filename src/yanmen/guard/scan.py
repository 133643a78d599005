r"""Many patterns compiled into few automata.

For each view of the text there are three: *heads* finds the first place where any match begins or may be beginning, and is
almost always the only one that runs; *open* answers exactly how far back a match may still be in progress; *any* tells whether
a whole match is there at all. Only after that are single patterns asked for their spans. RE2 reads in linear time; where an
automaton outgrows its memory RE2 goes on slower, never wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, NamedTuple

import re2

from yanmen.core.errors import YanmenError
from yanmen.guard.folding import plain_class
from yanmen.guard.grammar import LONGEST, head, loosened, prefixes
from yanmen.guard.spans import Pattern

HEAD = 5
"""How much of a pattern its head holds, in letters; 汉字 count double."""
MEMORY = 96 << 20
"""Bytes that one automaton may take (a bound; a few hundred kB are used)."""
_UNANCHORED = re2._Anchor.UNANCHORED  # noqa: SLF001  # the public wrapper costs ten times the match itself


def compiled(expression: str) -> Any:
    """The bare RE2 object: ``Match(anchor, data, start, end)`` answers byte spans, of which the first is the match."""
    try:
        return re2.compile(expression.encode("utf-8"), _options())._regexp  # noqa: SLF001
    except re2.error as error:
        raise YanmenError(f"pattern {expression[:120]!r}: {error}", hint="Write bounded RE2 syntax.") from error


def _options() -> Any:
    options = re2.Options()
    options.max_mem, options.log_errors, options.never_capture = MEMORY, False, True
    return options


def search(automaton: Any, data: bytes, start: int, end: int) -> tuple[int, int]:
    """The leftmost match in ``data[start:end]``, which sees the byte before ``start``; (-1, -1): none."""
    span: tuple[int, int] = automaton.Match(_UNANCHORED, data, start, end)[0]
    return span


class Entry(NamedTuple):
    """A pattern of a plan."""

    index: int
    """Its place in the plan: findings that begin together are in this order."""
    pattern: Pattern
    automaton: Any
    end: Any
    """Of an open-ended pattern: the automaton of its end marker; else None."""


class View:
    """The patterns that read one view of the text."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        """Compile; at least one entry."""
        self.entries = tuple(entries)
        markers = [_marker(p) for _, p, *_ in entries if p.until and not p.until_before]
        self._all = [*(entry.pattern for entry in entries), *markers]
        heads = [(pattern, head(pattern.node, HEAD)) for pattern in self._all]
        begun = _choice(pattern.wrap(node.text) for pattern, node in heads)
        beginning = _choice(pattern.wrap(prefixes(node)) for pattern, node in heads)
        self.heads = compiled(f"{begun}|(?:{beginning})\\z")
        self._open = self._beginnings(loose=True)
        self._exact: Any = None
        expressions = [entry.pattern.wrap(loosened(entry.pattern.node).text) for entry in entries]
        self.any = compiled(_choice(expressions))
        self._which = re2.Set.SearchSet(_options())
        for expression in expressions:
            self._which.Add(expression)
        self._which.Compile()

    def open(self, data: bytes, start: int, end: int) -> int:
        """The first place where a match may be in progress at ``end``; ``end`` where none is."""
        place = search(self._open, data, start, end)[0]
        if end - place <= 2 * LONGEST:
            return place
        if self._exact is None:
            self._exact = self._beginnings(loose=False)
        return search(self._exact, data, start, end)[0]

    def candidates(self, data: bytes, start: int) -> Sequence[Entry]:
        """The entries that may match in ``data[start:]``; all of them where the automaton could not tell."""
        found = self._which.Match(data[max(start - 1, 0) :])
        return [self.entries[index] for index in sorted(found)] if found else self.entries

    def _beginnings(self, *, loose: bool) -> Any:
        nodes = [(pattern, loosened(pattern.node) if loose else pattern.node) for pattern in self._all]
        return compiled(f"(?:{_choice(pattern.wrap(prefixes(node)) for pattern, node in nodes)})\\z")


def _choice(expressions: Iterable[str]) -> str:
    return "|".join(dict.fromkeys(expressions))


class Plan:
    """A set of patterns, ready to read."""

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        """Compile every pattern. Raises YanmenError for a bad one."""
        entries = [_entry(index, pattern) for index, pattern in enumerate(patterns)]
        self.patterns = tuple(patterns)
        self.both = View(entries)
        """For plain text, whose folding is its small letters: every pattern at once."""
        self.raw = _view([entry for entry in entries if entry.pattern.view == "raw"])
        self.folded = _view([entry for entry in entries if entry.pattern.view == "folded"])

    @staticmethod
    @cache
    def of(patterns: tuple[Pattern, ...]) -> Plan:
        """The plan of these patterns, compiled once."""
        return Plan(patterns)


def _entry(index: int, pattern: Pattern) -> Entry:
    end = compiled(_marker(pattern).expression) if pattern.until else None
    return Entry(index, pattern, compiled(pattern.expression), end)


def _marker(pattern: Pattern) -> Pattern:
    return Pattern(rule=pattern.rule, source=pattern.until)


def _view(entries: list[Entry]) -> View | None:
    return View(entries) if entries else None


_STRANGE = compiled(f"[^{plain_class()}]")


def is_plain(data: bytes) -> bool:
    """Whether folding the text would change nothing but the case of its ASCII letters."""
    return search(_STRANGE, data, 0, len(data))[0] < 0
