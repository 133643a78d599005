"""Examines a package: reads it, asks every detector, says what was not read."""

from __future__ import annotations

from collections.abc import Iterator

from yanmen.core import catalogue, running
from yanmen.core.nouns import Finding, Unexamined, Where
from yanmen.supply.packages.behaviour import Behaviour
from yanmen.supply.packages.package import Bounds, Package
from yanmen.supply.packages.studying import study

_MOST = 20
"""Findings of one rule that are shown of a package."""


def examine(package: Package, bounds: Bounds | None = None) -> Iterator[Finding | Unexamined]:
    """Every finding about a package, and what of it could not be judged."""
    behaviour = study(package, bounds)
    yield from behaviour.unread
    yield from findings_of(behaviour)


def findings_of(behaviour: Behaviour) -> Iterator[Finding | Unexamined]:
    """What the detectors say of a package that was read: each rule once a line, and a bounded number of times."""
    counts: dict[str, int] = {}
    seen: set[tuple[str, str]] = set()
    for found in _found(behaviour):
        if isinstance(found, Finding):
            key = (found.rule.id, found.where.part)
            if key in seen or counts.get(found.rule.id, 0) >= _MOST:
                continue
            seen.add(key)
            counts[found.rule.id] = counts.get(found.rule.id, 0) + 1
        yield found


def _found(behaviour: Behaviour) -> Iterator[Finding | Unexamined]:
    where = Where(part=behaviour.package.shown)
    for detector in catalogue.detectors(Behaviour):
        yield from running.run(detector(), behaviour, where)
