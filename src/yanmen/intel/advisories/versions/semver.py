"""Semantic versions (semver.org 2.0.0 §11), read as leniently as npm, Go, crates.io, Hex and Pub write them."""

from __future__ import annotations

import re

LONGEST = 500
"""Characters of a version."""

_FORM = re.compile(
    r"[vV=]?(\d+(?:\.\d+)*)(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)|([A-Za-z][0-9A-Za-z-]*(?:\.[0-9A-Za-z-]+)*))?(?:\+[^\s]*)?",
    re.ASCII,
)

Identifier = tuple[int, int, str]
Key = tuple[tuple[int, ...], int, tuple[Identifier, ...]]


def key(text: str) -> Key:
    """Numbers, then whether it is a release, then the identifiers of a pre-release; build metadata does not count.

    A ``v`` before it, missing components (``1.2``), more than three of them and a pre-release without its hyphen
    (``1.21rc1``) are read as the ecosystems' own tools read them.
    """
    found = _FORM.fullmatch(text) if len(text) <= LONGEST else None
    if found is None:
        raise ValueError(f"{text[:80]!r} is no semantic version")
    numbers = [int(part) for part in found[1].split(".")]
    while numbers and not numbers[-1]:
        numbers.pop()
    before = found[2] or found[3]
    if before is None:
        return tuple(numbers), 1, ()
    return tuple(numbers), 0, tuple(_identifier(part) for part in before.split("."))


def _identifier(part: str) -> Identifier:
    """Numbers come before words, and compare as numbers."""
    return (0, int(part), "") if part.isdigit() else (1, 0, part)
