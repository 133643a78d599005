"""The record, as pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yanmen.console.pages.record import links
from yanmen.core.nouns import Ref

if TYPE_CHECKING:
    from tests.console.conftest import Scene


async def test_events_are_listed_filtered_and_shown_whole(scene: Scene) -> None:
    """With the checkpoint, and links to what an event is about."""
    ban = scene.ban(Ref(kind="ip", id="192.0.2.1"))
    odd = scene.put("test.odd", {"text": "<b>\u202eabc"})
    async with scene.analyst() as browser:
        listed = (await browser.get("/record?kind=decision.")).text
        shown = (await browser.get(f"/record/{odd.id}")).text
        event = scene.store.events.of(ban.subject)[-1].event
        leads = (await browser.get(f"/record/{event.id}")).text

    assert "decision.made" in listed
    assert "test.odd" not in listed
    assert "yanmen audit verify" in listed
    assert "<b>" not in shown
    assert "U+202E" in shown
    assert f'href="/decisions/{ban.id}"' in leads


def test_only_what_has_a_page_is_linked() -> None:
    """Decisions and incidents, by id or whole."""
    data = {"decision": {"id": "dec_1"}, "shadow": 7, "incident": "inc_1", "action": {"id": "act_1"}}

    assert links(data) == ["dec_1", "incident:inc_1"]
