"""Who is let in to the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from yanmen.core.clock import now
from yanmen.core.nouns import Ref

if TYPE_CHECKING:
    from tests.console.conftest import Scene


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ym_x", "Basic YTpi", "Bearer " + "x" * 9_000, "bearer é"]
)
async def test_what_is_no_key_of_ours_is_401(scene: Scene, header: str) -> None:
    """With the challenge that RFC 9110 asks for."""
    async with scene.browser() as browser:
        answer = await browser.get("/api/overview", headers={"authorization": header.encode()})

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.json()["error"]["hint"]


async def test_a_key_opens_what_its_scope_names(scene: Scene) -> None:
    """Administration covers all; the guard and intel their own; calling models nothing here."""
    paths = {
        "guard": ("/api/guard/check", {"texts": [{"text": "hello"}]}),
        "intel": ("/api/intel/leaked-keys", {"keys": ["0" * 64]}),
        "admin": ("/api/bans", {"subject": "ip:192.0.2.1", "lasts": 60, "reason": "test"}),
    }
    async with scene.browser() as browser:
        for scope in ("call", "guard", "intel", "admin"):
            text, _ = scene.key(scope)
            for needed, (path, body) in paths.items():
                answer = await browser.api("POST", path, text, json=body)
                allowed = scope in {needed, "admin"}

                assert (answer.status_code < 300) == allowed, (scope, path, answer.text)
                assert allowed or answer.json()["error"]["code"] == "wrong-scope"


async def test_revoked_expired_and_banned_keys_are_refused(scene: Scene) -> None:
    """The API is a door like the others."""
    async with scene.browser() as browser:
        text, key = scene.key("admin", name="to-be-revoked")
        assert (await browser.api("GET", "/api/keys", text)).status_code == 200
        scene.put("key.revoked", {"key": key.id, "reason": "test"}, subject=Ref(kind="key", id=key.id))
        assert (await browser.api("GET", "/api/keys", text)).status_code == 401

        banned, other = scene.key("admin", name="to-be-banned")
        ban = scene.ban(Ref(kind="key", id=other.id))
        answer = await browser.api("GET", "/api/keys", banned)
        assert answer.status_code == 403
        assert ban.id in answer.json()["error"]["message"]

        old, expired = scene.key("admin", name="old")
        gone = msgspec.structs.replace(expired, id=expired.id + "x", hash="0" * 64, expires=now() - 1)
        scene.put("key.created", {"key": msgspec.to_builtins(gone)})
        assert not gone.usable(now())
        assert (await browser.api("GET", "/api/keys", old)).status_code == 200


async def test_a_session_reads_and_needs_its_token_to_write(scene: Scene) -> None:
    """The token stands in GET /api/session."""
    body = {"subject": "ip:192.0.2.1", "lasts": 60, "reason": "test"}
    async with scene.analyst() as browser:
        assert (await browser.get("/api/overview")).status_code == 200
        without = await browser.client.post("/api/bans", json=body)
        wrong = await browser.client.post("/api/bans", json=body, headers={"x-csrf-token": "0" * 64})
        token = (await browser.get("/api/session")).json()["csrf"]
        right = await browser.client.post("/api/bans", json=body, headers={"x-csrf-token": token})

    assert (without.status_code, wrong.status_code, right.status_code) == (403, 403, 201)
    assert without.json()["error"]["code"] == "no-token"


async def test_the_one_time_password_opens_nothing_but_its_change(scene: Scene) -> None:
    """Not the API either."""
    async with scene.browser() as browser:
        await browser.login(scene.one_time)

        assert (await browser.get("/api/overview")).json()["error"]["code"] == "password-change"


async def test_a_role_that_is_not_admin_may_look_only(scene: Scene) -> None:
    """Unknown roles are given the least."""
    async with scene.analyst() as browser:
        account = scene.store.accounts.get("admin")
        assert account is not None
        viewer = msgspec.structs.replace(account, role="viewer")
        scene.put(
            "account.password",
            {"account": msgspec.to_builtins(viewer)},
            subject=Ref(kind="account", id="admin"),
        )
        token = (await browser.get("/api/session")).json()["csrf"]
        looked = await browser.get("/api/keys")
        wrote = await browser.client.post("/api/keys", json={"name": "x"}, headers={"x-csrf-token": token})
        form = await browser.send("/keys", name="x", tenant="default", days="0", scope_call="true")

    assert (looked.status_code, wrote.status_code, form.status_code) == (200, 403, 403)
