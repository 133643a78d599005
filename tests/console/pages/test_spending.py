"""The page of usage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yanmen.core.clock import now
from yanmen.core.config import Config
from yanmen.core.config.limits import Allowance, Limits
from yanmen.core.nouns import Ref

if TYPE_CHECKING:
    from tests.console.conftest import Scene


async def test_usage_and_budgets_stand_on_a_page(scene: Scene) -> None:
    """By what is chosen; a name is escaped; what is wrong in the address is said."""
    _, key = scene.key(name="bot")
    scene.house.config = Config(limits=Limits(tenant=Allowance(budgets=("2usd/month",))))
    async with scene.analyst() as browser:
        assert "Nothing was used" in (await browser.get("/usage")).text
        used = {"at": now(), "in": 1_000, "out": 20, "cached": 0, "cost": 1_500_000_000}
        data = {"key": key.id, "tenant": "default", "model": "<m>", "user": "", "usage": used}
        scene.put("call.allowed", data, actor=Ref(kind="key", id=key.id))
        page = (await browser.get("/usage")).text
        models = (await browser.get("/usage?by=model&days=7", headers={"accept-language": "zh"})).text
        wrong = await browser.get("/usage?by=planet")

    assert 'value="75"' in page
    assert "1.50 USD" in page
    assert "2.00 USD a month" in page
    assert f'href="/keys?key={key.id}"' in page
    assert "&lt;m&gt;" in models
    assert "最近 7 天" in models
    assert wrong.status_code == 400
