"""RubyGems' versions: numbers and words between dots; a word makes a pre-release."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

LONGEST = 500
"""Characters of a version."""
_FORM = re.compile(r"\s*(?:[0-9]+(?:\.[0-9A-Za-z]+)*(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?)?\s*")
_SEGMENT = re.compile(r"[0-9]+|[a-z]+", re.IGNORECASE)
Segment = int | str


def key(text: str) -> Any:
    """A version; a platform after it is none of it, and makes a ValueError unless it reads as a pre-release."""
    if len(text) > LONGEST or not _FORM.fullmatch(text):
        raise ValueError(f"{text[:80]!r} is no version of a gem")
    plain = (text.strip() or "0").replace("-", ".pre.")
    return _ORDERED(_canonical([int(one) if one.isdigit() else one for one in _SEGMENT.findall(plain)]))


def _canonical(segments: list[Segment]) -> list[Segment]:
    """Without the zeros that end the numbers, and those that end it all."""
    first = next((place for place, one in enumerate(segments) if isinstance(one, str)), len(segments))
    return _stripped(segments[:first]) + _stripped(segments[first:])


def _stripped(segments: list[Segment]) -> list[Segment]:
    while segments and segments[-1] == 0:
        segments.pop()
    return segments


def _compare(left: Sequence[Segment], right: Sequence[Segment]) -> int:
    for one, other in zip_longest(left, right, fillvalue=0):
        if one == other:
            continue
        if isinstance(one, str) and isinstance(other, str):
            return -1 if one < other else 1
        if isinstance(one, str):
            return -1
        return 1 if isinstance(other, str) or one > other else -1
    return 0


_ORDERED = functools.cmp_to_key(_compare)
