"""Ranges of versions as statements write them: ``vers:pypi/>=1.0|<2.0`` (the VERS specification, Package-URL project)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple
from urllib.parse import unquote

from yanmen.intel.advisories.ecosystems import ecosystem
from yanmen.supply.purls import ECOSYSTEMS

LONGEST = 10_000
"""Characters of a range."""
_FORM = re.compile(r"vers:([a-z][a-z0-9.+-]*)/([!-~]+)", re.IGNORECASE)
_BOUND = re.compile(r"(>=|<=|!=|=|<|>)?([^<>=!*|]+)")
_SCHEMES: Mapping[str, str] = ECOSYSTEMS | {
    "apk": "Alpine", "deb": "Debian", "rpm": "Red Hat",
    "apache": "npm", "generic": "npm", "github": "npm", "mozilla": "npm",
}  # fmt: skip
"""The ecosystem by whose order each scheme compares; what has none of its own is read as semantic versions."""

Order = Callable[[str], Any]


class Range(NamedTuple):
    """Which versions of a scheme are meant."""

    scheme: str
    """A type of package URLs."""
    every: bool
    """``*``"""
    single: tuple[tuple[bool, Any], ...] = ()
    """Versions that are in the range, or not, whatever its bounds say; where all that is said is ``!=1``, all others are in."""
    bounds: tuple[tuple[str, Any], ...] = ()
    """In the order of versions; lower and upper ones take turns."""

    def holds(self, version: str) -> bool:
        """Whether a version is in the range; one that cannot be compared is not."""
        order = order_of(self.scheme)
        try:
            mine = order(version) if order else None
        except ValueError:
            return False
        if mine is None:
            return False
        if self.every:
            return True
        for wanted, one in self.single:
            if one == mine:
                return wanted
        if self.bounds:
            return _between(mine, self.bounds)
        return not any(wanted for wanted, _ in self.single)


def order_of(scheme: str) -> Order | None:
    """What versions of a type of package URLs are compared by; None where nobody knows."""
    return ecosystem(_SCHEMES[scheme]).order if scheme in _SCHEMES else None


@lru_cache(maxsize=4_096)
def parsed(text: str) -> Range | None:
    """A range, or None where it is none, or no versions of its scheme can be compared.

    Bounds that say a thing twice (``<2|<3``) are refused: what takes findings away must be plain.
    """
    text = "".join(text.split()) if len(text) <= LONGEST else ""
    found = _FORM.fullmatch(text)
    scheme = found[1].lower() if found else ""
    order = order_of(scheme)
    if found is None or order is None:
        return None
    if found[2] == "*":
        return Range(scheme, every=True)
    single: list[tuple[bool, Any]] = []
    bounds: list[tuple[str, Any]] = []
    for part in found[2].strip("|").split("|"):
        bound = _BOUND.fullmatch(part)
        try:
            version = order(unquote(bound[2])) if bound else None
        except ValueError:
            return None
        if bound is None or any(version == one for _, one in (*single, *bounds)):
            return None
        if bound[1] in {None, "=", "!="}:
            single.append((bound[1] != "!=", version))
        else:
            bounds.append((bound[1], version))
    bounds.sort(key=lambda one: one[1])
    if not _sound(bounds, single):
        return None
    return Range(scheme, every=False, single=tuple(single), bounds=tuple(bounds))


def _sound(bounds: Sequence[tuple[str, Any]], single: Sequence[tuple[bool, Any]]) -> bool:
    """Whether lower and upper bounds take turns."""
    sides = [mark[0] for mark, _ in bounds]
    return all(one != other for one, other in pairwise(sides)) and bool(bounds or single)


def _between(version: Any, bounds: Sequence[tuple[str, Any]]) -> bool:
    """Whether a version lies between a lower bound and the next upper one; without a partner a bound has no other end."""
    inside = bool(bounds) and bounds[0][0][0] == "<"
    for mark, bound in bounds:
        if version == bound:
            return mark.endswith("=")
        if version < bound:
            return inside
        inside = mark[0] == ">"
    return inside
