"""Runs what may fail in a detector: a failure is a finding, and policy says whether the door stays shut."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from yanmen.core.nouns import Finding, Ref, Text, Unexamined, Where
from yanmen.core.plugins import DETECTOR_FAILED, Detector
from yanmen.core.redaction import visible
from yanmen.guard.spans import Before, Claim, Harmless, Pattern

Target = TypeVar("Target")


def claim(
    pattern: Pattern, matched: str, before: Before | None = None
) -> Claim | Harmless | Exception | None:
    """What a pattern's check says of a match; the exception where it raised one."""
    try:
        if pattern.look is not None and before is not None:
            return pattern.look(matched, before)
        return pattern.check(matched)
    except Exception as error:  # noqa: BLE001  # a check that raises is a finding, not the end of the call
        return error


def run(detector: Detector[Target], target: Target, place: Text) -> Sequence[Finding | Unexamined]:
    """All that a detector says of a target; one that raises leaves what it said before, and the failure at ``place``."""
    said: list[Finding | Unexamined] = []
    try:
        said.extend(detector.detect(target))
    except Exception as error:  # noqa: BLE001  # the same of a detector
        said.append(failure(type(detector).__name__, error, place, 0, len(place.text)))
    return said


def failure(name: str, error: Exception, place: Text, start: int, end: int) -> Finding:
    """The finding of a detector that raised; the error's words are left out, for they may quote the text."""
    return Finding(
        rule=DETECTOR_FAILED,
        subject=Ref(kind="detector", id=name),
        confidence=1.0,
        evidence=visible(f"{name}: {type(error).__name__}"),
        where=Where(part=place.part, start=start, end=end),
    )
