"""Who keeps a package up, and how: releases and owners, by the documents of package indexes that a person hands over.

PyPI's JSON (``/pypi/NAME/json``) and npm's documents (``/NAME``). Nobody is asked over the network. What they say is the
index's word: it is never counted in a package's favour, and where there is no document the profile says so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

from yanmen.core.clock import DAY, SECOND
from yanmen.core.nouns import Noun, Unexamined
from yanmen.intel.advisories.ecosystems import ecosystem
from yanmen.supply.documents.structured import parsed_json
from yanmen.supply.documents.text import decoded, items, table
from yanmen.supply.targets import Component
from yanmen.supply.walk import File, UnreadError, Walk

LARGEST = 64 << 20
"""Bytes of one document; those of npm's largest packages have 40 MB."""
VERSIONS = 20_000
"""Versions of one package that are looked at."""
FRESH = 14 * DAY
"""A release that is younger was looked at by few: most poisoned ones were found within days."""
LONG = 365 * DAY
"""Silence after which a release is a surprise; twice as long, nobody keeps the package up."""
BEFORE = 10
"""Releases before the one in use whose publishers are known hands."""
UNKNOWN = "upkeep-unknown"
"""The factor that says that nobody knows; it has no points."""
_ONE_TIME, _FEW = DAY, 3
"""So many releases that all came within it carry the date of a proxy that copied them, not their own."""
_BACK = 0.25
"""Of releases in the order of their versions, the share that may be older than the one before (as of branches that are kept up);
where more are, the dates are those of a proxy."""


class Release(Noun, frozen=True):
    """One version, as its index says."""

    version: str
    at: int
    """When it was published, in microseconds; 0: not said, or not believed."""
    publisher: str = ""
    withdrawn: bool = False
    """Yanked or deprecated."""


class Upkeep(Noun, frozen=True):
    """One package."""

    releases: tuple[Release, ...]
    """The oldest first."""
    owners: tuple[str, ...] = ()
    """Who may publish; empty: the document does not say."""

    def factors(self, version: str, at: int) -> dict[str, int]:
        """What is risky about using this version at this time, in points of the risk profile."""
        place = next((n for n, one in enumerate(self.releases) if one.version == version), None)
        if place is None:
            return {"unlisted": 10}
        used = self.releases[place]
        newest = max((one.at for one in self.releases), default=0)
        earlier = [one.at for one in self.releases[:place] if one.at]
        words = (
            ("withdrawn", 10, used.withdrawn),
            ("fresh", 10, bool(used.at) and at - used.at < FRESH),
            (
                "revived",
                10,
                bool(used.at and earlier) and used.at - max(earlier) > LONG and at - used.at < LONG,
            ),
            ("new-publisher", 15, self._stranger(place)),
            ("abandoned", 5, bool(newest) and at - newest > 2 * LONG),
            ("one-owner", 2, len(self.owners) == 1),
        )
        return {word: points for word, points, holds in words if holds}

    def _stranger(self, place: int) -> bool:
        """Whether somebody published it who published none of the releases before it."""
        hands = {one.publisher for one in self.releases[max(0, place - BEFORE) : place]} - {""}
        return bool(hands) and self.releases[place].publisher not in {"", *hands}


class Known:
    """The documents of a folder, by package."""

    def __init__(self, folder: Path | None) -> None:
        """``folder``: where they lie, whatever their names; None: there are none."""
        self.unexamined: list[Unexamined] = []
        self._found: dict[tuple[str, str], Upkeep] = {}
        for file in Walk(folder) if folder is not None else ():
            if isinstance(file, Unexamined):
                self.unexamined.append(file)
            elif not file.outside:
                self._take(file)

    def of(self, component: Component) -> Upkeep | None:
        """What is known of a component's package; None: nothing."""
        return self._found.get((component.ecosystem, component.name))

    def factors(self, component: Component, at: int) -> Mapping[str, int]:
        """Of the version in use; that nothing is known counts nothing, and is said."""
        found = self.of(component)
        if component.ecosystem not in {"PyPI", "npm"}:
            return {}
        return found.factors(component.version, at) if found and component.version else {UNKNOWN: 0}

    def _take(self, file: File) -> None:
        try:
            tree = table(parsed_json(decoded(file.bytes(LARGEST))))
        except UnreadError as error:
            self.unexamined.append(file.unread(error.reason, error.detail))
            return
        if "dist-tags" in tree:
            self._found["npm", _word(tree.get("name"))] = _npm(tree)
        elif isinstance(tree.get("releases"), dict):
            name = canonicalize_name(_word(table(tree.get("info")).get("name")))
            self._found["PyPI", name] = _pypi(tree)
        else:
            self.unexamined.append(file.unread("unsupported", "no document of PyPI or npm"))


def _pypi(tree: dict[str, Any]) -> Upkeep:
    found = []
    for version, files in list(tree["releases"].items())[:VERSIONS]:
        times = [_time(table(one).get("upload_time_iso_8601")) for one in items(files)]
        yanked = [table(one).get("yanked") is True for one in items(files)]
        found.append(
            Release(
                version=version,
                at=min(filter(None, times), default=0),
                withdrawn=bool(yanked) and all(yanked),
            )
        )
    roles = items(table(tree.get("ownership")).get("roles"))
    return _upkeep(found, {_word(table(one).get("user")) for one in roles}, "PyPI")


def _npm(tree: dict[str, Any]) -> Upkeep:
    times = table(tree.get("time"))
    found = [
        Release(
            version=version,
            at=_time(times.get(version)),
            publisher=_word(table(table(one).get("_npmUser")).get("name")),
            withdrawn=bool(table(one).get("deprecated")),
        )
        for version, one in list(table(tree.get("versions")).items())[:VERSIONS]
    ]
    return _upkeep(found, {_word(table(one).get("name")) for one in items(tree.get("maintainers"))}, "npm")


def _upkeep(found: list[Release], owners: set[str], place: str) -> Upkeep:
    """In their order; without times where those are a proxy's."""
    ordered = sorted(found, key=lambda one: _place(one.version, place))
    known = [one.at for one in ordered if one.at]
    back = sum(later < sooner for sooner, later in pairwise(known))
    together = len(known) >= _FEW and max(known) - min(known) <= _ONE_TIME
    believed = not together and back <= max(1, len(known) * _BACK)
    timed = sorted(_timed(ordered, believed=believed), key=lambda one: one.at)
    return Upkeep(releases=tuple(timed), owners=tuple(sorted(owners - {""})))


def _place(version: str, ecosystem_name: str) -> tuple[bool, Any]:
    """Where a version stands among others; what is none stands before all."""
    order = ecosystem(ecosystem_name).order
    try:
        return (True, order(version)) if order else (False, "")
    except ValueError:
        return (False, "")


def _timed(found: list[Release], *, believed: bool) -> Iterator[Release]:
    for one in found:
        yield (
            one
            if believed
            else Release(version=one.version, at=0, publisher=one.publisher, withdrawn=one.withdrawn)
        )


def _time(text: object) -> int:
    """Microseconds of an ISO 8601 time; 0 where it is none."""
    try:
        return int(dt.datetime.fromisoformat(_word(text)).timestamp()) * SECOND
    except (ValueError, OverflowError):
        return 0


def _word(value: object) -> str:
    return value[:200] if isinstance(value, str) else ""
