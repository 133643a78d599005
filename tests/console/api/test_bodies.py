"""What an operation is asked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest

from yanmen.console.protection import BODY_BYTES

if TYPE_CHECKING:
    from tests.console.conftest import Scene

JSON = {"content-type": "application/json"}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "not-json"),
        (b"{", "not-json"),
        (b"\xff\xfe{}", "not-json"),
        (b'{"name": NaN}', "not-json"),
        (b'{"name": "\\ud800"}', "not-json"),
        (b'{"name": "a", "name": "b"}', "duplicate-key"),
        (b"[" * 90_000, "too-deep"),
        (b'{"name": ' + b"[" * 40 + b"]" * 40 + b"}", "too-deep"),
        (b"[" + b"1," * 200_000 + b"1]", "too-many-values"),
        (b"[]", "invalid"),
        (b"null", "invalid"),
        (b'{"name": "x", "unheard": 1}', "invalid"),
        (b'{"name": 7}', "invalid"),
        (b'{"name": ""}', "invalid"),
        (b'{"name": "x", "days": 99999}', "invalid"),
        (b'{"name": "x", "scopes": ["root"]}', "invalid"),
        (b'{"name": "x\\u0000"}', "refused"),
    ],
)
async def test_a_bad_body_is_400_and_says_what_is_wrong(scene: Scene, body: bytes, code: str) -> None:
    """And nothing was made."""
    key, _ = scene.key("admin")
    before = scene.store.events.last_seq()
    async with scene.browser() as browser:
        headers = {**JSON, "authorization": f"Bearer {key}"}
        answer = await browser.client.post("/api/keys", content=body, headers=headers)

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == code
    assert answer.json()["error"]["hint"]
    assert scene.store.events.last_seq() == before


async def test_other_types_and_endless_bodies_are_refused(scene: Scene) -> None:
    """Also when the length is not said beforehand."""
    key, _ = scene.key("admin")
    headers = {"authorization": f"Bearer {key}"}

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(2 * BODY_BYTES // 65_536):
            yield b"x" * 65_536

    async with scene.browser() as browser:
        form = await browser.client.post("/api/keys", data={"name": "x"}, headers=headers)
        large = await browser.client.post("/api/keys", content=endless(), headers={**JSON, **headers})

    assert form.status_code == 415
    assert large.status_code == 413


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=x",
        "limit=1&limit=2",
        "unheard=1",
        "verdict=maybe",
        "shadow=null",
        "before=" + "x" * 5_000,
    ],
)
async def test_a_bad_query_is_400(scene: Scene, query: str) -> None:
    """Out of bounds, twice, unknown, too long."""
    key, _ = scene.key("admin")
    async with scene.browser() as browser:
        answer = await browser.api("GET", f"/api/decisions?{query}", key)

    assert answer.status_code == 400
    assert answer.json()["error"]["message"]
