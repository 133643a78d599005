"""One component from all the places that name it, and who pulls in whom."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from itertools import takewhile

from yanmen.core.nouns import Noun
from yanmen.supply.targets import Component, How, Scope

_BEST: dict[How, int] = {"installed": 0, "locked": 1, "vendored": 2, "declared": 3, "mentioned": 4}
_SCOPES: tuple[Scope, ...] = ("run", "optional", "develop")
VERSIONS = 50
"""Versions of one package among which the nearest is looked for; more are nobody's, and the first are taken."""
PATHS = 20
"""Paths that ``why`` answers."""


def unversioned(purl: str) -> str:
    """The package URL without version, qualifiers and subpath: what all versions of a package share."""
    bare = purl.partition("?")[0].partition("#")[0]
    head, at, _ = bare.rpartition("@")
    return head if at and "/" in head else bare


class Merged(Noun, frozen=True):
    """A component, and every place that names it."""

    component: Component
    """What is best known of it: installed before locked, before vendored, declared and mentioned; facts of all. Its fact ``also``
    holds the other places, one a line."""
    seen: tuple[Component, ...]
    """As each place says it, the best first."""

    @property
    def where(self) -> tuple[str, ...]:
        """Every place, the best first."""
        return tuple(dict.fromkeys(one.where for one in self.seen if one.where))


def merged(components: Iterable[Component]) -> list[Merged]:
    """One of each package URL, sorted. What is asked for without a version is joined to the versions that are known of it."""
    exact: dict[str, list[Component]] = {}
    known: dict[str, list[str]] = {}
    vague: list[Component] = []
    for one in components:
        if one.version:
            if one.purl not in exact:
                known.setdefault(unversioned(one.purl), []).append(one.purl)
            exact.setdefault(one.purl, []).append(one)
        else:
            vague.append(one)
    for one in vague:
        candidates = known.get(unversioned(one.purl), [])
        for purl in _nearest(candidates, one.where, exact) or [one.purl]:
            exact.setdefault(purl, []).append(one)
    return [_one(exact[purl], known, exact) for purl in sorted(exact)]


def _nearest(candidates: list[str], where: str, seen: Mapping[str, list[Component]]) -> list[str]:
    """Of several versions those that are named nearest to a place: in its file, else in the most of its folders."""
    if len(candidates) <= 1 or len(candidates) > VERSIONS:
        return candidates[:VERSIONS]
    scored = {
        purl: max((_shared(one.where, where) for one in seen[purl] if one.version), default=0)
        for purl in candidates
    }
    most = max(scored.values())
    return [purl for purl in candidates if scored[purl] == most]


def _shared(one: str, other: str) -> int:
    """Leading folders that two places share; a thousand more where they are one file."""
    left, right = one.partition("#")[0], other.partition("#")[0]
    pairs = zip(left.split("/"), right.split("/"), strict=False)
    return 1_000 * (left == right) + len(list(takewhile(lambda pair: pair[0] == pair[1], pairs)))


def _one(
    seen: list[Component], known: Mapping[str, list[str]], exact: Mapping[str, list[Component]]
) -> Merged:
    ordered = sorted(seen, key=lambda one: (not one.version, _BEST[one.how], one.where))
    best = ordered[0]
    directs = {one.direct for one in seen}
    facts: dict[str, str] = {}
    for one in ordered:
        facts = {**one.facts, **facts}
    if others := [
        where for where in dict.fromkeys(one.where for one in ordered) if where and where != best.where
    ]:
        facts["also"] = "\n".join(others)
    needs = {
        purl
        for one in ordered
        for need in one.needs
        for purl in (_nearest(known.get(need, []), one.where, exact) or [need])
    }
    whole = Component(
        purl=best.purl,
        ecosystem=best.ecosystem,
        name=best.name,
        version=best.version,
        how=best.how,
        where=best.where,
        constraint=next((one.constraint for one in ordered if one.constraint), ""),
        direct=True if True in directs else False if False in directs else None,
        scope=min((one.scope for one in seen), key=_SCOPES.index),
        licences=next((one.licences for one in ordered if one.licences), ()),
        hashes=next((one.hashes for one in ordered if one.hashes), {}),
        needs=tuple(sorted(needs)),
        facts=facts,
    )
    return Merged(component=whole, seen=tuple(ordered))


class Graph:
    """Who needs whom, among components that were merged."""

    def __init__(self, components: Iterable[Merged]) -> None:
        """Needs that no component answers are kept, by the package URL without a version."""
        self.needs: dict[str, tuple[str, ...]] = {}
        """What each package URL needs."""
        self.direct: tuple[str, ...] = ()
        """What is asked for by the project itself; where nothing says so, what nobody else needs."""
        pulled: dict[str, set[str]] = {}
        known: dict[str, list[str]] = {}
        every = [one.component for one in components]
        for one in every:
            known.setdefault(unversioned(one.purl), []).append(one.purl)
            pulled.setdefault(one.purl, set()).update(one.needs)
        for one in every:
            for parent in one.facts.get("via", "").split():
                for purl in known.get(parent, []):
                    pulled[purl].add(one.purl)
        self.needs = {purl: tuple(sorted(wanted - {purl})) for purl, wanted in pulled.items()}
        self._pullers: dict[str, list[str]] = {}
        for purl, wanted in sorted(self.needs.items()):
            for need in wanted:
                self._pullers.setdefault(need, []).append(purl)
        projects = {one.purl for one in every if one.facts.get("role") == "project"}
        asked = {one.purl for one in every if one.direct} | {
            need for purl in projects for need in self.needs[purl]
        }
        tops = asked or {purl for purl in self.needs if purl not in self._pullers}
        self.direct = tuple(sorted(tops - projects))
        self._ends = set(self.direct)

    def why(self, purl: str) -> list[tuple[str, ...]]:
        """Paths from what is asked for down to this component, the shortest first, at most PATHS; none: nobody is known to need it.

        Of all paths through one component the shortest is told.
        """
        found: list[tuple[str, ...]] = []
        before = {purl}
        waiting: deque[tuple[str, ...]] = deque([(purl,)])
        while waiting and len(found) < PATHS:
            path = waiting.popleft()
            if path[0] in self._ends:
                found.append(path)
            for puller in self._pullers.get(path[0], ()):
                if puller not in before:
                    before.add(puller)
                    waiting.append((puller, *path))
        return found
