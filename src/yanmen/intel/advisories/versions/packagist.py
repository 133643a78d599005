"""Composer's versions, normalised as Composer does; a branch (``dev-main``) has no place in the order."""

from __future__ import annotations

import re

LONGEST = 500
"""Characters of a version."""
_STABILITIES = {
    "dev": 0,
    "alpha": 1,
    "a": 1,
    "beta": 2,
    "b": 2,
    "rc": 3,
    "": 4,
    "stable": 4,
    "patch": 5,
    "pl": 5,
    "p": 5,
}
_OPEN = 9_999_999
"""What Composer takes an open end (``1.x-dev``) to be."""
_FORM = re.compile(
    r"v?(\d+(?:\.(?:\d+|[x*])){0,6})"
    r"(?:[._-]?(stable|beta|b|rc|alpha|a|patch|pl|p)(\d*(?:[.-]\d+)*))?"
    r"(?:[.-]?(dev))?(?:\+[^\s]*)?",
    re.IGNORECASE | re.ASCII,
)
Key = tuple[tuple[int, ...], int, tuple[int, ...], int]


def key(text: str) -> Key:
    """Numbers, stability, the stability's own numbers, and last whether it is under development."""
    found = _FORM.fullmatch(text.strip()) if len(text) <= LONGEST else None
    if found is None:
        raise ValueError(f"{text[:80]!r} is no version of Composer")
    numbers = [_OPEN if part in "xX*" else int(part) for part in found[1].split(".")]
    if _OPEN in numbers:
        numbers += [_OPEN] * (4 - len(numbers))
    while numbers and not numbers[-1]:
        numbers.pop()
    stability = (found[2] or "").lower()
    own = tuple(int(part) for part in re.findall(r"\d+", found[3] or ""))
    if found[4] and not found[2]:
        return tuple(numbers), _STABILITIES["dev"], (), 0
    return tuple(numbers), _STABILITIES[stability], own, 0 if found[4] else 1
