"""Runs a detector, whatever it looks at: one that fails is a finding, and policy says what becomes of its target."""

from __future__ import annotations

from typing import TypeVar

from yanmen.core.nouns import Finding, Ref, Unexamined, Where
from yanmen.core.plugins import DETECTOR_FAILED, Detector
from yanmen.core.redaction import visible

Target = TypeVar("Target")


def run(detector: Detector[Target], target: Target, where: Where) -> list[Finding | Unexamined]:
    """All that a detector says of a target; one that raises leaves what it said before, and the failure at ``where``."""
    said: list[Finding | Unexamined] = []
    try:
        said.extend(detector.detect(target))
    except Exception as error:  # noqa: BLE001  # a detector that raises is a finding, not the end of all others
        said.append(failure(type(detector).__name__, error, where))
    return said


def failure(name: str, error: Exception, where: Where) -> Finding:
    """The finding of a detector that raised; the error's words are left out, for they may quote the target."""
    return Finding(
        rule=DETECTOR_FAILED,
        subject=Ref(kind="detector", id=name),
        confidence=1.0,
        evidence=visible(f"{name}: {type(error).__name__}"),
        where=where,
    )
