"""Patterns of names: ``*`` any characters, ``?`` one, ``[ab]`` one of these. Case matters."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Sequence
from functools import lru_cache

WILD = frozenset("*?[")


def is_exact(pattern: str) -> bool:
    """Whether the pattern has no wild characters, so that it can only name one thing."""
    return not WILD & set(pattern)


class Names:
    """A test of a name against patterns, of which one must match."""

    __slots__ = ("_exact", "_wild")

    def __init__(self, patterns: str | Sequence[str]) -> None:
        """Take one pattern or several."""
        several = (patterns,) if isinstance(patterns, str) else tuple(patterns)
        self._exact = frozenset(pattern for pattern in several if is_exact(pattern))
        wild = [pattern for pattern in several if not is_exact(pattern)]
        self._wild = (
            _compiled("|".join(f"(?:{fnmatch.translate(pattern)})" for pattern in wild)) if wild else None
        )

    def match(self, name: str) -> bool:
        """Whether one of the patterns matches the whole name."""
        return name in self._exact or (self._wild is not None and self._wild.match(name) is not None)

    def names(self, name: str) -> bool:
        """Whether the name is written out among the patterns, not merely covered."""
        return name in self._exact


def matches(pattern: str, name: str) -> bool:
    """Whether one pattern matches the whole name."""
    return (
        pattern == name
        if is_exact(pattern)
        else _compiled(fnmatch.translate(pattern)).match(name) is not None
    )


@lru_cache(maxsize=1024)
def _compiled(expression: str) -> re.Pattern[str]:
    return re.compile(expression)
