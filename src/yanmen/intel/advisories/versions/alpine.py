"""Alpine's versions (apk): ``1.2.3b_rc4-r5``, after apk-package(5) and apk's own comparison."""

from __future__ import annotations

import functools
import re
from typing import Any, NamedTuple

LONGEST = 500
"""Characters of a version."""
_FORM = re.compile(
    r"(\d+(?:\.\d+)*)([a-z]?)(\d*)((?:_(?:alpha|beta|pre|rc|cvs|svn|git|hg|p)\d*)*)(?:~[0-9a-f]+)?(?:-r(\d+))?",
    re.ASCII,
)
_SUFFIX = re.compile(r"_([a-z]+)(\d*)")
_SUFFIXES = {"alpha": -4, "beta": -3, "pre": -2, "rc": -1, "cvs": 1, "svn": 2, "git": 3, "hg": 4, "p": 5}


class _Version(NamedTuple):
    numbers: tuple[str, ...]
    letter: tuple[str, int]
    suffixes: tuple[tuple[int, int], ...]
    build: int


def key(text: str) -> Any:
    """A version; anything that apk would not take is a ValueError."""
    found = _FORM.fullmatch(text) if len(text) <= LONGEST else None
    if found is None:
        raise ValueError(f"{text[:80]!r} is no version of Alpine")
    suffixes = tuple((_SUFFIXES[name], int(number or 0)) for name, number in _SUFFIX.findall(found[4]))
    return _ORDERED(
        _Version(
            tuple(found[1].split(".")),
            (found[2], int(found[3] or 0)),
            (*suffixes, (0, 0)),
            int(found[5] or 0),
        )
    )


def _compare(left: _Version, right: _Version) -> int:
    for place, (one, other) in enumerate(zip(left.numbers, right.numbers, strict=False)):
        if found := _number(one, other, place):
            return found
    mine = (len(left.numbers), *left[1:])
    others = (len(right.numbers), *right[1:])
    return (mine > others) - (mine < others)


def _number(one: str, other: str, place: int) -> int:
    """Beyond the first number one with a zero before it is compared as a fraction is: digit by digit."""
    if place and (one.startswith("0") or other.startswith("0")):
        return (one > other) - (one < other)
    return (int(one) > int(other)) - (int(one) < int(other))


_ORDERED = functools.cmp_to_key(_compare)
