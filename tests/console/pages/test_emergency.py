"""The page of the modes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yanmen.soc.modes import history, in_force

if TYPE_CHECKING:
    from tests.console.conftest import Scene


async def test_an_analyst_switches_a_mode_and_takes_it_back(scene: Scene) -> None:
    """While it stands every page says so."""
    async with scene.analyst() as browser:
        assert "Mode under-attack" not in (await browser.get("/")).text
        refused = await browser.send("/modes", mode="under-attack", lasts="7200", reason="")
        assert refused.status_code == 400
        assert in_force(scene.store) == "normal"

        switched = await browser.send("/modes", mode="under-attack", lasts="7200", reason="a <storm>")
        assert switched.headers["location"] == "/modes?done=switched"
        assert in_force(scene.store) == "under-attack"
        assert "Mode under-attack is in force" in (await browser.get("/keys")).text
        page = (await browser.get("/modes")).text
        assert "a &lt;storm&gt;" in page
        assert "attack-storm" in page

        (done,) = history(scene.store)
        assert "stands again" in (await browser.get(f"/modes/{done.id}/undo")).text
        back = await browser.send(f"/modes/{done.id}/undo", reason="over")
        assert back.headers["location"] == "/modes?done=switchback"

    assert in_force(scene.store) == "normal"


async def test_a_form_that_is_not_ours_switches_nothing(scene: Scene) -> None:
    """As everywhere."""
    async with scene.analyst() as browser:
        answer = await browser.client.post(
            "/modes", data={"mode": "under-attack", "lasts": "7200", "reason": "r", "csrf": "0" * 64}
        )

    assert answer.status_code == 403
    assert in_force(scene.store) == "normal"
