"""Bans by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from yanmen.console.desk import bans as desk
from yanmen.console.desk.bans import AskedBan, AskedStanding, Standing
from yanmen.core.clock import now
from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Ref
from yanmen.soc import lift

if TYPE_CHECKING:
    from tests.console.conftest import Scene


def test_a_ban_stands_and_is_listed_with_who_made_it(scene: Scene) -> None:
    """A network covers its addresses."""
    made = desk.ban(
        scene.house, scene.caller, AskedBan(subject="ip:203.0.113.9/24", lasts=3600, reason="a flood")
    )

    assert scene.house.standing().refusal([Ref(kind="ip", id="203.0.113.77")], now()) is not None
    listed = desk.standing(scene.house, scene.caller, AskedStanding())
    assert [one.id for one in listed.bans] == [made.id]
    assert listed.exceptions == []
    event = scene.store.events.of(Ref(kind="ip", id="203.0.113.0/24"))[-1].event
    assert event.actor == scene.caller.ref


def test_who_administers_is_not_shut_out_by_a_slip(scene: Scene) -> None:
    """Only when it is meant."""
    _, key = scene.key("admin")
    asked = AskedBan(subject=f"key:{key.id}", lasts=60, reason="slip")

    with pytest.raises(YanmenError):
        desk.ban(scene.house, scene.caller, asked)
    forced = AskedBan(subject=f"key:{key.id}", lasts=60, reason="meant", force=True)

    assert desk.ban(scene.house, scene.caller, forced).subject == f"key:{key.id}"


@pytest.mark.parametrize("subject", ["nonsense", "ip:nowhere", "model:gpt", "key:key_none", "ym_none"])
def test_what_cannot_be_banned_is_said(scene: Scene, subject: str) -> None:
    """With what can be."""
    with pytest.raises(YanmenError) as refusal:
        desk.ban(scene.house, scene.caller, AskedBan(subject=subject, lasts=60, reason="x"))

    assert refusal.value.hint.en


def test_standing_decisions_are_listed_in_pages(scene: Scene) -> None:
    """Bans and exceptions apart, the latest first; one that is lifted meanwhile breaks no page."""
    made = [scene.ban(Ref(kind="ip", id=f"203.0.113.{number}")).id for number in range(5)]

    def asked(before: str = "") -> Standing:
        return desk.standing(scene.house, scene.caller, AskedStanding(bans_before=before, limit=2))

    first = asked()
    lift(scene.store, first.bans_before, reason="over", actor=scene.caller.ref)
    second = asked(first.bans_before)
    third = asked(second.bans_before)

    assert [one.id for page in (first, second, third) for one in page.bans] == made[::-1]
    assert third.bans_before == ""
    assert first.exceptions == []
    assert first.exceptions_before == ""
