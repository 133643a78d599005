"""The wall around every answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from yanmen.console.protection import BODY_BYTES, CONTENT_POLICY, Protection

if TYPE_CHECKING:
    from tests.console.conftest import Scene


async def test_every_answer_binds_the_browser(scene: Scene) -> None:
    """Pages, API, errors and static files alike; nothing but static files is kept."""
    async with scene.browser() as browser:
        for path in (
            "/login",
            "/",
            "/api/overview",
            "/nowhere",
            "/static/console.css",
            "/static/none",
            "/healthz",
        ):
            answer = await browser.get(path)

            assert answer.headers["content-security-policy"] == CONTENT_POLICY
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["cross-origin-opener-policy"] == "same-origin"
            assert answer.headers["referrer-policy"] == "same-origin"
            kept = "immutable" in answer.headers["cache-control"]
            assert kept == (path == "/static/console.css")
            assert kept or answer.headers["cache-control"] == "no-store"


def test_the_content_policy_allows_nothing_inline_and_nothing_from_elsewhere() -> None:
    """No exception for scripts or styles."""
    assert "unsafe" not in CONTENT_POLICY
    assert "http" not in CONTENT_POLICY
    assert CONTENT_POLICY.startswith("default-src 'none';")


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example:8081", "", "192.0.2.1"]
)
async def test_a_foreign_host_name_is_refused(scene: Scene, host: str) -> None:
    """DNS rebinding brings a stranger's name to our address."""
    async with scene.browser(host=host) as browser:
        answer = await browser.get("/login")

    assert answer.status_code == 421
    assert answer.json()["error"]["code"] == "wrong-host"


async def test_a_refusal_at_the_wall_is_said_in_the_readers_language(scene: Scene) -> None:
    """Before anything is known of who asks, by Accept-Language."""
    async with scene.browser(**{"host": "evil.example", "accept-language": "zh"}) as browser:
        error = (await browser.get("/login")).json()["error"]

    assert error["message"] == "本控制台不以该主机名提供服务。"
    assert "use-the-console.zh.md" in error["hint"]


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8081", "[::1]:9", "LOCALHOST:80", "localhost.:80"])
async def test_the_machine_s_own_names_are_served(scene: Scene, host: str) -> None:
    """With and without a port."""
    async with scene.browser(host=host) as browser:
        assert (await browser.get("/login")).status_code == 200


def test_configured_names_and_addresses_are_served(scene: Scene) -> None:
    """The bound host, further names, and any address where it listens on all of them."""
    named = Protection(scene.app, "console.example.org", ["soc.example.org"])
    everywhere = Protection(scene.app, "0.0.0.0")  # noqa: S104  # nothing is bound
    six = Protection(scene.app, "2001:db8::1")

    assert named._ours("console.example.org:443")
    assert named._ours("soc.example.org")
    assert not named._ours("192.0.2.1")
    assert everywhere._ours("192.0.2.1:8081")
    assert everywhere._ours("[2001:db8::7]:8081")
    assert not everywhere._ours("rebound.example")
    assert six._ours("[2001:db8::1]:8081")


async def test_a_body_that_is_too_large_is_refused_by_its_length(scene: Scene) -> None:
    """Before a byte of it is read."""
    async with scene.browser() as browser:
        answer = await browser.client.post(
            "/api/keys", content=b"{}", headers={"content-length": str(BODY_BYTES + 1)}
        )
        wrong = await browser.client.post("/api/keys", content=b"{}", headers={"content-length": "-1"})

    assert answer.status_code == 413
    assert wrong.status_code == 413


async def test_health_is_answered_under_any_name(scene: Scene) -> None:
    """Probes know an address only."""
    async with scene.browser(host="10.0.0.7") as browser:
        answer: httpx.Response = await browser.get("/healthz")

    assert answer.status_code == 200
