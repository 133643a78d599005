"""Debian's and Ubuntu's versions: ``[epoch:]upstream[-revision]``, after deb-version(7)."""

from __future__ import annotations

import re

LONGEST = 500
"""Characters of a version."""
_FORM = re.compile(r"(?:(\d{1,20}):)?([A-Za-z0-9.+~_-]+?)(?:-([A-Za-z0-9+.~]+))?", re.ASCII)
_PIECE = re.compile(r"(\D*)(\d*)")
Part = tuple[tuple[int, ...], int]
Key = tuple[int, tuple[Part, ...], tuple[Part, ...]]


def key(text: str) -> Key:
    """Epoch, upstream version and revision; what is missing counts as 0."""
    found = _FORM.fullmatch(text.strip()) if len(text) <= LONGEST else None
    if found is None:
        raise ValueError(f"{text[:80]!r} is no version of Debian")
    return int(found[1] or 0), _parts(found[2]), _parts(found[3] or "0")


def _parts(text: str) -> tuple[Part, ...]:
    """Letters and numbers in turn, each ended, so that tuples compare as dpkg does; the last, empty, ends them all."""
    pieces = [piece for piece in _PIECE.findall(text) if piece != ("", "")]
    pieces.append(("", ""))
    return tuple(
        ((*(_weight(letter) for letter in letters), 0), int(digits or 0)) for letters, digits in pieces
    )


def _weight(letter: str) -> int:
    """A tilde comes before the end, letters before anything else."""
    if letter == "~":
        return -1
    return ord(letter) if letter.isalpha() else ord(letter) + 256
