"""Versions of the model, at the desk."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from yanmen.console.desk.house import AbsentError
from yanmen.console.desk.models import AskedRollback, models, promote_model, rollback_model
from yanmen.console.desk.shapes import Nothing
from yanmen.core.errors import YanmenError

if TYPE_CHECKING:
    from tests.console.conftest import Scene

    from yanmen.store import ModelVersion


def version(scene: Scene, tmp_path: Path, word: str) -> ModelVersion:
    """A candidate."""
    folder = tmp_path / word
    folder.mkdir()
    (folder / "card.json").write_text(word)
    return scene.store.models.register(folder, parent="", card={"rows": 3})


def measured(scene: Scene, model: str, against: str, *, passed: bool = True) -> None:
    """A measurement of it."""
    scene.put(
        "model.evaluated", {"model": model, "against": against, "passed": passed, "rows": 1, "cells": []}
    )


def test_only_what_was_measured_against_the_version_in_force_is_put_in_force(
    scene: Scene, tmp_path: Path
) -> None:
    """And is no worse than it; what was measured against an older one must be measured again."""
    one, two = (version(scene, tmp_path, word) for word in ("one", "two"))
    for name, against, passed in ((one.version, "shipped", False), (one.version, two.version, True)):
        measured(scene, name, against, passed=passed)
        with pytest.raises(YanmenError, match="not measured against"):
            promote_model(scene.house, scene.caller, name, Nothing())
    measured(scene, one.version, "shipped")
    measured(scene, two.version, "shipped")

    assert promote_model(scene.house, scene.caller, one.version, Nothing()).state == "active"
    with pytest.raises(YanmenError, match="not measured against"):
        promote_model(scene.house, scene.caller, two.version, Nothing())
    with pytest.raises(AbsentError):
        promote_model(scene.house, scene.caller, "mdl_x", Nothing())


def test_the_shipped_weights_are_one_of_the_versions(scene: Scene, tmp_path: Path) -> None:
    """In force until another is, and again after a rollback, which says why."""
    one = version(scene, tmp_path, "one")
    measured(scene, one.version, "shipped")
    before = models(scene.house, scene.caller, Nothing())
    promote_model(scene.house, scene.caller, one.version, Nothing())
    between = models(scene.house, scene.caller, Nothing())
    after = rollback_model(scene.house, scene.caller, AskedRollback(reason="false alarms"))

    assert [(each.version, each.state) for each in before.models] == [
        (one.version, "candidate"),
        ("shipped", "active"),
    ]
    assert [each.state for each in between.models] == ["active", "shipped"]
    assert (after.active, [each.state for each in after.models]) == ("shipped", ["retired", "active"])
    (told,) = scene.store.events.after(0, kinds=("model.rolled-back",))
    assert (str(told.event.actor), told.event.data["reason"]) == ("account:admin", "false alarms")
