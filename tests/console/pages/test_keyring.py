"""API keys, as pages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from yanmen.core.keys import PATTERN, key_hash
from yanmen.core.nouns import Ref
from yanmen.soc import handover

if TYPE_CHECKING:
    from tests.console.conftest import Scene


async def test_a_key_is_shown_once_rotated_and_revoked(scene: Scene) -> None:
    """The list never has its text."""
    async with scene.analyst() as browser:
        made = await browser.send(
            "/keys", name="batch", tenant="default", days="30", scope_call="true", scope_guard="true"
        )
        text = re.search(PATTERN, made.text)
        assert text
        key = scene.store.keys.by_hash(key_hash(text[0]))
        assert key is not None
        assert key.scopes == ("call", "guard")
        assert not re.search(PATTERN, (await browser.get("/keys")).text)

        rotated = await browser.send(f"/keys/{key.id}/rotate", hours="0")
        fresh = re.search(PATTERN, rotated.text)
        assert fresh
        assert fresh[0] != text[0]
        new = scene.store.keys.by_hash(key_hash(fresh[0]))
        assert new is not None
        refused = await browser.send(f"/keys/{new.id}/revoke", reason="")
        assert refused.status_code == 400
        revoked = await browser.send(f"/keys/{new.id}/revoke", reason="test over")
        assert revoked.headers["location"] == "/keys?done=revoked"
        assert (await browser.get("/keys/key_none/rotate")).status_code == 404


async def test_a_key_without_a_scope_is_not_made(scene: Scene) -> None:
    """What was typed stays on the page."""
    async with scene.analyst() as browser:
        answer = await browser.send("/keys", name="batch", tenant="default", days="30")

    assert answer.status_code == 400
    assert 'value="batch"' in answer.text
    assert scene.store.keys.list() == []


async def test_older_keys_are_on_the_next_page(scene: Scene) -> None:
    """And a key named anywhere is linked to where it is found."""
    first = scene.key(name="the-oldest")[1]
    for number in range(101):
        scene.key(name=f"k{number}")
    scene.ban(Ref(kind="key", id=first.id))

    async with scene.analyst() as browser:
        page = (await browser.get("/keys")).text
        path = (
            page.partition('class="pager"><a href="')[2].partition('"')[0]
            or page.partition('class="pager"> <a href="')[2].partition('"')[0]
        )
        older = (await browser.get(f"/keys{path}")).text
        named = (await browser.get("/bans")).text
        alone = (await browser.get(f"/keys?key={first.id}")).text

    assert f'id="{first.id}"' not in page
    assert f'id="{first.id}"' in older
    assert "k101" not in older
    assert f'href="/keys?key={first.id}"' in named
    assert alone.count('<tr id="key_') == 1
    assert 'class="status open" href="/bans"' in alone


async def test_limits_are_part_of_the_form_and_of_the_list(scene: Scene) -> None:
    """Numbers, budgets, models, surfaces, addresses; what is wrong is said, and what was typed stays."""
    fields = {
        "name": "batch",
        "tenant": "default",
        "days": "30",
        "scope_call": "true",
        "requests_per_minute": "60",
        "budgets": "5usd/month, 100requests/total",
        "models": "gpt-4*，qwen*",
        "surfaces": "chat",
        "ips": "192.0.2.0/24",
        "team": "search",
        "priority": "low",
    }
    async with scene.analyst() as browser:
        for name, value in (
            ("surfaces", "telepathy"),
            ("ips", "here"),
            ("budgets", "5eur/month"),
            ("concurrent", "-1"),
        ):
            refused = await browser.send("/keys", **{**fields, name: value})
            assert refused.status_code == 400, name
            assert f'value="{value}"' in refused.text
        await browser.send("/keys", **fields)
        page = (await browser.get("/keys")).text

    (key,) = scene.store.keys.list()
    assert (key.limits.requests_per_minute, key.limits.budgets) == (60, ("5usd/month", "100requests/total"))
    assert (key.models, key.surfaces, key.ips) == (("gpt-4*", "qwen*"), ("chat",), ("192.0.2.0/24",))
    assert (key.team, key.priority) == ("search", "low")
    for words in (
        "Team: search",
        "Calls a minute: 60",
        "5usd/month, 100requests/total",
        "gpt-4*, qwen*",
        "Low",
    ):
        assert words in page


async def test_a_key_that_a_playbook_made_is_taken_on_its_page(scene: Scene) -> None:
    """Once."""
    _, old = scene.key(name="bot")
    handover.rotated(
        scene.store, old, name="key_new", overlap=60, actor=Ref(kind="playbook", id="p"), cause="x"
    )
    async with scene.analyst() as browser:
        assert 'href="/keys/key_new/collect"' in (await browser.get("/keys")).text
        taken = await browser.send("/keys/key_new/collect")
        text = re.search(PATTERN, taken.text)
        assert text
        again = await browser.send("/keys/key_new/rotate", "/keys/key_new/collect")

    key = scene.store.keys.get("key_new")
    assert key is not None
    assert key.hash == key_hash(text[0])
    assert again.status_code == 400
    assert not handover.waits(scene.store, key)
