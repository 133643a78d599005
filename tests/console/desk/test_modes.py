"""Modes, at the desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from yanmen.console.desk.bans import AskedStanding, standing
from yanmen.console.desk.house import AbsentError
from yanmen.console.desk.modes import AskedBack, AskedSwitch, modes, switch_mode, undo_switch
from yanmen.console.desk.shapes import Nothing
from yanmen.policy.modes import OWN

if TYPE_CHECKING:
    from tests.console.conftest import Scene


def test_a_mode_is_switched_seen_and_taken_back(scene: Scene) -> None:
    """A mode is no exception from the policy, and is not listed as one."""
    done = switch_mode(scene.house, scene.caller, AskedSwitch(mode="under-attack", reason="storm", lasts=600))
    it = modes(scene.house, scene.caller, Nothing())

    assert it.in_force == "under-attack"
    assert [(one.mode, one.stands) for one in it.modes] == [("major-event", False), ("under-attack", True)]
    assert it.standing[0].reason == "storm"
    assert it.history[0].actor == "account:admin"
    assert standing(scene.house, scene.caller, AskedStanding()).exceptions == []

    undo_switch(scene.house, scene.caller, done.id, AskedBack(reason="over"))
    assert modes(scene.house, scene.caller, Nothing()).in_force == "normal"


def test_a_sites_own_mode_is_known_and_one_that_is_not_is_absent(scene: Scene) -> None:
    """By its file in the data folder."""
    folder = scene.store.folder / OWN
    folder.mkdir()
    text = "version: 1\nmode: mine\nlevel: 1\ntitle: {en: M, zh: 我}\nabout: {en: A, zh: 甲}\n"
    (folder / "m.yaml").write_text(text, "utf-8")

    switch_mode(scene.house, scene.caller, AskedSwitch(mode="mine", reason="r"))
    assert modes(scene.house, scene.caller, Nothing()).in_force == "mine"
    with pytest.raises(AbsentError):
        switch_mode(scene.house, scene.caller, AskedSwitch(mode="yours", reason="r"))
    switch_mode(scene.house, scene.caller, AskedSwitch(mode="normal", reason="r"))
    assert modes(scene.house, scene.caller, Nothing()).in_force == "normal"
