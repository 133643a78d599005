"""Files that code writes: what is read or run from there later has the origins of what was written."""

from __future__ import annotations

from collections.abc import Iterable

from yanmen.supply.packages.reading.values import HOLE

MOST = 500
"""Files that are remembered."""
_NAME = 3
"""Shorter names of files could be anything."""


class Landed:
    """Files by their names, and those whose names nothing tells."""

    def __init__(self) -> None:
        """None yet."""
        self.named: dict[str, frozenset[str]] = {}
        """Origins, by a file's last name or its path."""
        self._unnamed: dict[str, frozenset[str]] = {}

    def keep(self, path: str, tags: frozenset[str], places: Iterable[str]) -> None:
        """A file is written. ``places``: where the code stands and what it is followed for, of files without a name."""
        name = path.replace("\\", "/").rpartition("/")[2].strip()
        if not tags or len(self.named) + len(self._unnamed) >= MOST:
            return
        if name.replace(HOLE, ""):
            self.named[name] = self.named.get(name, frozenset()) | tags
            return
        for place in places:
            self._unnamed[place] = self._unnamed.get(place, frozenset()) | tags

    def origins(self, text: str, places: Iterable[str]) -> frozenset[str]:
        """Of the files that a path or a command names.

        A file without a name may be any that was written without one at one of the places; what another function of another module
        writes somewhere, and this one runs from somewhere, need not be the same.
        """
        last = _last(text)
        unnamed = (
            [self._unnamed.get(place, frozenset()) for place in places]
            if last.strip(HOLE) == "" != last
            else []
        )
        named = [
            tags
            for name, tags in self.named.items()
            if (name in text if len(name.replace(HOLE, "")) > _NAME else last == name)
        ]
        return frozenset().union(*unnamed, *named)


def _last(text: str) -> str:
    """The last part of the program's path in a command, or of a path."""
    return text.split(" ", maxsplit=1)[0].rpartition("/")[2]
