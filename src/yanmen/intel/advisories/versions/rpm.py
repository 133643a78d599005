"""RPM's versions: ``[epoch:]version[-release]``, after rpm-version(7) and rpm's own table of cases."""

from __future__ import annotations

import functools
import re
from typing import Any, NamedTuple

LONGEST = 500
"""Characters of a version."""
_FORM = re.compile(r"(?:(\d{1,20}):)?([^\s:-]+)(?:-([^\s:-]+))?", re.ASCII)
_SEGMENT = re.compile(r"[0-9]+|[A-Za-z]+|~|\^")


class _Version(NamedTuple):
    epoch: int
    version: tuple[str, ...]
    release: tuple[str, ...] | None


def key(text: str) -> Any:
    """A version; one without a release comes before all of its releases, so that it is never taken to be mended."""
    found = _FORM.fullmatch(text.strip()) if len(text) <= LONGEST else None
    if found is None:
        raise ValueError(f"{text[:80]!r} is no version of RPM")
    release = None if found[3] is None else tuple(_SEGMENT.findall(found[3]))
    return _ORDERED(_Version(int(found[1] or 0), tuple(_SEGMENT.findall(found[2])), release))


def public(text: str) -> str:
    """The version without its epoch, which some distributions leave out of their advisories."""
    return text.rpartition(":")[2]


def _compare(left: _Version, right: _Version) -> int:
    if left.epoch != right.epoch:
        return -1 if left.epoch < right.epoch else 1
    first = _segments(left.version, right.version)
    if first or left.release == right.release:
        return first
    if left.release is None or right.release is None:
        return -1 if left.release is None else 1
    return _segments(left.release, right.release)


def _segments(left: tuple[str, ...], right: tuple[str, ...]) -> int:
    """A tilde is before everything, the end too; a caret after the end and before everything else; numbers after words."""
    for one, other in zip(left, right, strict=False):
        if one != other:
            first, second = _rank(one), _rank(other)
            if first != second:
                return -1 if first < second else 1
    if len(left) == len(right):
        return 0
    longer, sign = (left[len(right)], 1) if len(left) > len(right) else (right[len(left)], -1)
    return -sign if longer == "~" else sign


def _rank(segment: str) -> tuple[int, int, str]:
    if segment == "~":
        return (0, 0, "")
    if segment == "^":
        return (1, 0, "")
    return (3, int(segment), "") if segment.isdigit() else (2, 0, segment)


_ORDERED = functools.cmp_to_key(_compare)
