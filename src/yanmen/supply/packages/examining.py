"""Examines a package: reads it, asks every detector, says what was not read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from yanmen.core import catalogue, running
from yanmen.core.nouns import Finding, Unexamined, Where
from yanmen.supply.packages.behaviour import Behaviour, Difference
from yanmen.supply.packages.package import Bounds, Package
from yanmen.supply.packages.studying import study

_MOST = 20
"""Findings of one rule that are shown of a package."""


def examine(
    package: Package, bounds: Bounds | None = None, against: Iterable[Package | Unexamined] = ()
) -> Iterator[Finding | Unexamined]:
    """Every finding about a package, and what of it could not be judged.

    ``against``: its other form, the release before it: what it does beyond them is said as well.
    """
    behaviour = study(package, bounds)
    found = list(findings_of(behaviour))
    yield from grouped(behaviour.unread, package)
    yield from found
    for other in against:
        yield from _compared(other, behaviour, found, bounds)


def _compared(
    other: Package | Unexamined, after: Behaviour, found: list[Finding | Unexamined], bounds: Bounds | None
) -> Iterator[Finding | Unexamined]:
    package = after.package
    if isinstance(other, Unexamined):
        yield package.cannot("not-checked", f"not compared with {other.where.part}: {other.reason}")
    elif (other.ecosystem, other.name) != (package.ecosystem, package.name):
        yield package.cannot("not-checked", f"not compared with {other.shown}: that is {other.purl}")
    else:
        before = study(other, bounds)
        known = frozenset(one.rule.id for one in findings_of(before) if isinstance(one, Finding))
        new = tuple(one for one in found if isinstance(one, Finding))
        where = Where(part=package.shown)
        for detector in catalogue.detectors(Difference):
            yield from running.run(detector(), Difference(before, after, known, new), where)


def grouped(unread: Iterable[Unexamined], package: Package) -> Iterator[Unexamined]:
    """What was not read, one line for each reason and kind of trouble: what to do about it is the same for all of its files."""
    groups: dict[tuple[str, str], list[Unexamined]] = {}
    for one in unread:
        groups.setdefault((one.reason, _NUMBER.sub("…", one.detail)), []).append(one)
    for (reason, detail), ones in groups.items():
        if len(ones) == 1:
            yield ones[0]
            continue
        names = sorted({one.where.part.partition("!")[2] or one.where.part for one in ones})
        shown = ", ".join(names[:_NAMED]) + (
            f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        )
        yield package.cannot(reason, f"{len(names)} files: {detail}: {shown}"[:_LONGEST])


_NUMBER = re.compile(r"\d+")
_NAMED = 3
_LONGEST = 400


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
