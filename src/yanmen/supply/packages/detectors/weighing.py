"""Weak signals that add up, by weights that were fitted on poisoned and honest packages."""

from __future__ import annotations

from collections.abc import Iterator

from yanmen.core.nouns import Finding, Unexamined
from yanmen.core.plugins import Detector
from yanmen.core.redaction import visible
from yanmen.supply.packages import rules
from yanmen.supply.packages.behaviour import Behaviour
from yanmen.supply.packages.names.likeness import alike
from yanmen.supply.packages.weighing import weights
from yanmen.supply.packages.weighing.signals import Signal, signals

_SHOWN = 6
_MOST = 0.95
_CONFUSION = 90
"""A first number of a version from which it is made to win."""
_YEARS = range(1990, 2100)


class Weighing(Detector[Behaviour]):
    """Adds the weights of weak signals; the evidence lists the parts."""

    rules = (rules.ADDS_UP,)

    def detect(self, target: Behaviour) -> Iterator[Finding | Unexamined]:
        """One finding, at the place of the heaviest signal."""
        by = weights()
        found = {one.name: one for one in every_signal(target)}
        score = by.score(frozenset(found))
        if score < by.threshold:
            return
        parts = sorted(found.values(), key=lambda one: (-by.weights.get(one.name, 0.0), one.name))
        parts = [one for one in parts if by.weights.get(one.name, 0.0) >= by.counts]
        said = "; ".join(
            f"{one.name} ({by.weights[one.name]:.1f}: {visible(_place(one) + one.said)})"
            for one in parts[:_SHOWN]
        )
        place = next((one for one in parts if one.member), parts[0])
        yield Finding(
            rule=rules.ADDS_UP, subject=target.package.ref, confidence=round(min(by.confidence(score), _MOST), 2),
            evidence=f"weighs {score:.1f}, enough from {by.threshold:.1f} on: {said}",
            where=target.package.where(place.member, place.line),
        )  # fmt: skip


def every_signal(target: Behaviour) -> Iterator[Signal]:
    """Signals of what it does, and of its name and version."""
    yield from signals(target)
    yield from _names(target)


def _place(one: Signal) -> str:
    return f"{one.member}#L{one.line} " if one.member else ""


def _names(target: Behaviour) -> Iterator[Signal]:
    """What its name and its version say."""
    package = target.package
    found = alike(package.name, package.ecosystem) if package.kind != "tree" and package.name else None
    if found is not None and found.how not in {"affix", "scope"}:
        yield Signal(name="name: typosquat", said=f"{package.name} is like {found.name}")
    first = package.version.partition(".")[0]
    if first.isdigit() and int(first) >= _CONFUSION and int(first) not in _YEARS and len(first) < 5:  # noqa: PLR2004  # not a date
        yield Signal(name="name: version-confusion", said=f"version {package.version}")
