"""Runs what may fail while a text is looked at: a failure is a finding, and policy says whether the door stays shut."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from yanmen.core import running
from yanmen.core.nouns import Finding, Text, Unexamined, Where
from yanmen.core.plugins import Detector
from yanmen.guard.spans import Before, Claim, Harmless, Pattern

Target = TypeVar("Target")


def claim(
    pattern: Pattern, matched: str, before: Before | None = None
) -> Claim | Harmless | Exception | None:
    """What a pattern's check says of a match; the exception where it raised one."""
    try:
        if pattern.look is not None and before is not None:
            said = pattern.look(matched, before)
        else:
            said = pattern.check(matched)
    except Exception as error:  # noqa: BLE001  # a check that raises is a finding, not the end of the call
        return error
    if isinstance(said, Claim) and said.rule is not None and said.rule not in pattern.others:
        return ValueError(f"{pattern.rule.id} may not claim {said.rule.id}")
    return said


def run(detector: Detector[Target], target: Target, place: Text) -> Sequence[Finding | Unexamined]:
    """All that a detector says of a target; its failure, where it raises, is about the whole of ``place``."""
    return running.run(detector, target, Where(part=place.part, start=0, end=len(place.text)))
