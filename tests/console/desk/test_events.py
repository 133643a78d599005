"""The record as the desk reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from yanmen.console.desk import events as desk
from yanmen.console.desk.events import AskedEvents, AskedFindings
from yanmen.console.desk.house import AbsentError
from yanmen.console.desk.shapes import Nothing

if TYPE_CHECKING:
    from tests.console.conftest import Scene


def test_events_are_listed_from_the_present_backwards(scene: Scene) -> None:
    """Page by page, to the first; also of one kind only."""
    made = [scene.put("test.one" if number % 2 else "test.two", {"n": number}).id for number in range(7)]
    house, caller = scene.house, scene.caller

    seen: list[str] = []
    before = 0
    while True:
        page = desk.events(house, caller, AskedEvents(kind="test.", before=before, limit=3))
        seen += [one.id for one in page.events]
        if not (before := page.before):
            break
    ones = desk.events(house, caller, AskedEvents(kind="test.one"))

    assert seen == made[::-1]
    assert [one.data["n"] for one in ones.events] == [5, 3, 1]
    assert desk.event(house, caller, made[0]).data == {"n": 0}
    with pytest.raises(AbsentError):
        desk.event(house, caller, "evt_none")


def test_the_checkpoint_is_the_newest(scene: Scene) -> None:
    """A signed note that names as many events as there are."""
    audit = desk.audit(scene.house, scene.caller, Nothing())

    assert audit.checkpoint.splitlines()[1] == str(audit.events)
    assert "yanmen audit verify" in audit.verify


def test_findings_are_listed_with_their_titles(scene: Scene) -> None:
    """All, or of one rule."""
    _, key = scene.key()
    scene.refused(key)

    found = desk.findings(scene.house, scene.caller, AskedFindings()).findings
    none = desk.findings(scene.house, scene.caller, AskedFindings(rule="no.such-rule")).findings

    assert found
    assert all(one.title for one in found)
    assert found[0].verdict == "block"
    assert none == []
