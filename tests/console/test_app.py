"""The application as a whole."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import httpx
import pytest

if TYPE_CHECKING:
    from tests.console.conftest import Scene


async def test_what_is_not_there_is_said_in_the_caller_s_shape(scene: Scene) -> None:
    """A page for people, JSON for programs."""
    async with scene.browser() as browser:
        page = await browser.get("/nowhere")
        api = await browser.get("/api/nowhere")
        method = await browser.client.post("/incidents")

    assert page.status_code == 404
    assert "<h1>Nothing here</h1>" in page.text
    assert api.status_code == 404
    assert api.json()["error"]["code"] == "not-found"
    assert method.status_code == 405


@pytest.mark.parametrize("path", ["/static/../app.py", "/static/%2e%2e/app.py", "/static/", "/static/no.css"])
async def test_static_files_are_those_of_the_package(scene: Scene, path: str) -> None:
    """And nothing beside them."""
    async with scene.browser() as browser:
        answer = await browser.get(path)

    assert answer.status_code == 404


@pytest.mark.parametrize(
    "page", ["/", "/incidents", "/decisions", "/report", "/bans", "/keys", "/record", "/guard"]
)
@pytest.mark.parametrize("language", ["en", "zh"])
async def test_every_page_is_drawn_in_both_languages(scene: Scene, page: str, language: str) -> None:
    """With nothing in the store but the beginning, and with much in it."""
    async with scene.analyst(**{"accept-language": language}) as browser:
        empty = await browser.get(page)
        _, key = scene.key(name="<b>客服\u202e")
        scene.refused(key)
        scene.refused(key, shadow=True)
        scene.incident("<script>alert(1)</script>")
        full = await browser.get(page)

    for answer in (empty, full):
        assert answer.status_code == 200
        assert f'lang="{"zh-Hans" if language == "zh" else "en"}"' in answer.text
        assert "<script>alert" not in answer.text
        assert "<b>客服" not in answer.text
        assert "\u202e" not in answer.text


async def test_pages_have_landmarks_a_skip_link_and_labels(scene: Scene) -> None:
    """What keyboards and screen readers need."""
    async with scene.analyst() as browser:
        for path in ("/", "/bans", "/keys", "/guard", "/decisions", "/record"):
            text = (await browser.get(path)).text
            fields = re.findall(r'<(?:input|select|textarea)(?![^>]*type="hidden")[^>]*\bid="([^"]+)"', text)

            assert '<a class="skip" href="#main">' in text
            assert text.count("<main ") == text.count("<h1") == 1
            assert 'aria-current="page"' in text
            assert all(f'for="{field}"' in text for field in fields), path


async def test_a_bug_is_answered_without_its_details_and_with_our_headers(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the caller's shape; the rest is in the log."""

    def broken() -> int:
        raise ZeroDivisionError("a secret detail")

    key, _ = scene.key("admin")
    monkeypatch.setattr(scene.store.events, "last_seq", broken)
    transport = httpx.ASGITransport(app=scene.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        api = await client.get("/api/overview", headers={"authorization": f"Bearer {key}"})

    assert api.status_code == 500
    assert api.json()["error"]["code"] == "bug"
    assert "secret" not in api.text
    assert "content-security-policy" in api.headers
