"""Maven's versions, as the POM reference defines their order ("Version Order Specification")."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from itertools import zip_longest
from typing import Any, NamedTuple

LONGEST = 500
"""Characters of a version."""
_QUALIFIERS = ("alpha", "beta", "milestone", "rc", "snapshot", "", "sp")
"""In their order; any other comes after them, in that of the alphabet."""
_ALIASES = {"ga": "", "final": "", "release": "", "cr": "rc"}
_SHORT = {"a": "alpha", "b": "beta", "m": "milestone"}
"""Only where a digit follows."""
_TOKEN = re.compile(r"([.-]?)(\d+|[^\d.-]*)")


class _Token(NamedTuple):
    hyphen: bool
    number: int | None
    word: str

    @property
    def null(self) -> bool:
        return not (self.number or self.word)


def key(text: str) -> Any:
    """A version; the empty one, one with spaces and one that is too long are a ValueError."""
    if not text or len(text) > LONGEST or any(letter.isspace() for letter in text):
        raise ValueError(f"{text[:80]!r} is no version of Maven")
    return _ORDERED(_trimmed(_tokens(text.lower())))


def _tokens(text: str) -> list[_Token]:
    """The version in pieces: at dots, hyphens, and wherever digits meet letters (as by a hyphen)."""
    found: list[_Token] = []
    pieces = [piece for piece in _TOKEN.finditer(text) if piece[0]]
    for index, piece in enumerate(pieces):
        hyphen = piece[1] == "-" if piece[1] else bool(found)
        body = piece[2]
        if body.isdigit() and body.isascii():
            found.append(_Token(hyphen, int(body), ""))
            continue
        following = pieces[index + 1] if index + 1 < len(pieces) else None
        if following is not None and not following[1] and following[2].isdigit():
            body = _SHORT.get(body, body)
        if not body:
            found.append(_Token(hyphen, 0, ""))
        else:
            found.append(_Token(hyphen, None, _ALIASES.get(body, body)))
    return found


def _trimmed(tokens: Sequence[_Token]) -> list[_Token]:
    """Without what says nothing (0, ga, final, release) at the end, and before each hyphen."""
    kept: list[_Token] = []
    for token in tokens:
        if token.hyphen:
            _trim(kept)
        kept.append(token)
    _trim(kept)
    return kept


def _trim(kept: list[_Token]) -> None:
    while len(kept) > 1 and kept[-1].null:
        kept.pop()


def _rank(token: _Token) -> tuple[int, int, int, str]:
    """``.qualifier`` = ``-qualifier`` < ``-number`` < ``.number``; a number is beyond every qualifier."""
    if token.number is not None:
        return (1 if token.hyphen else 2, 0, token.number, "")
    known = token.word in _QUALIFIERS
    return (0, _QUALIFIERS.index(token.word) if known else len(_QUALIFIERS), 0, "" if known else token.word)


def _padding(token: _Token) -> _Token:
    """What a missing token is taken to be beside this one: nothing, of its kind."""
    return _Token(token.hyphen, 0 if token.number is not None else None, "")


def _compare(left: Sequence[_Token], right: Sequence[_Token]) -> int:
    for one, other in zip_longest(left, right):
        first = _rank(one if one is not None else _padding(other))
        second = _rank(other if other is not None else _padding(one))
        if first != second:
            return -1 if first < second else 1
    return 0


_ORDERED = functools.cmp_to_key(_compare)
