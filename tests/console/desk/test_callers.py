"""Callers found by their behaviour, at the desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from yanmen.console.desk.callers import AskedCallerLabel, AskedFound, found_callers, label_caller
from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Ref

if TYPE_CHECKING:
    from tests.console.conftest import Scene


def test_findings_are_told_with_what_moved_and_labelled(scene: Scene) -> None:
    """In words of both languages."""
    finding = {
        "rule": "abuse.impossible-use",
        "severity": 3,
        "confidence": 0.85,
        "evidence": "country DE → BR",
    }
    scene.put("abuse.found", {"findings": [finding], "ip": "192.0.2.1"}, subject=Ref(kind="key", id="key_1"))
    label_caller(scene.house, scene.caller, AskedCallerLabel(subject="key:key_1", label="expected"))

    (one,) = found_callers(scene.house, scene.caller, AskedFound()).found
    assert (one.subject, one.severity, one.label, one.ip) == ("key:key_1", "high", "expected", "192.0.2.1")
    assert one.evidence.zh == "国家或地区 DE → BR"
    assert one.title.en == "A key is used where its owner cannot be"
    (event,) = scene.store.events.after(0, 10, ("abuse.labelled",))
    assert event.event.actor == scene.caller.ref


def test_only_a_caller_is_labelled(scene: Scene) -> None:
    """Said in words."""
    with pytest.raises(YanmenError, match="no caller"):
        label_caller(scene.house, scene.caller, AskedCallerLabel(subject="user:x", label="abuse"))
