"""Login, the first change of password, logout, language."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from yanmen.console.app import build
from yanmen.core.clock import SECOND, now

if TYPE_CHECKING:
    from tests.console.conftest import Scene

PASSWORD = "a calm gate at dawn 9"


async def test_the_first_login_leads_to_the_change_of_password_and_nowhere_else(scene: Scene) -> None:
    """After it the pages open."""
    async with scene.browser() as browser:
        assert (await browser.get("/")).headers["location"] == "/login?next=/"
        entered = await browser.login(scene.one_time)
        assert (entered.status_code, entered.headers["location"]) == (303, "/password")
        for path in ("/", "/keys", "/incidents"):
            assert (await browser.get(path)).headers["location"] == "/password"
        changed = await browser.send("/password", old=scene.one_time, new=PASSWORD, again=PASSWORD)
        assert changed.headers["location"] == "/?done=password"
        assert (await browser.get("/")).status_code == 200


async def test_a_change_of_password_ends_every_other_session(scene: Scene) -> None:
    """Whoever had stolen one is out."""
    async with scene.analyst() as mine, scene.browser() as stolen:
        stolen.client.cookies.update(mine.client.cookies)
        assert (await stolen.get("/")).status_code == 200
        await mine.send("/password", old=PASSWORD, new=PASSWORD + "!", again=PASSWORD + "!")

        assert (await stolen.get("/")).status_code == 303
        assert (await mine.get("/")).status_code == 200


@pytest.mark.parametrize(
    ("old", "new", "again", "said"),
    [
        ("wrong", PASSWORD + "!", PASSWORD + "!", "The present password is wrong."),
        (PASSWORD, "a" * 20, "a" * 20, "easy to guess"),
        (PASSWORD, "short", "short", "has 5 characters"),
        (PASSWORD, PASSWORD + "!", PASSWORD + "?", "differ"),
    ],
)
async def test_a_refused_change_says_why(scene: Scene, old: str, new: str, again: str, said: str) -> None:
    """And repeats no password."""
    async with scene.analyst() as browser:
        answer = await browser.send("/password", old=old, new=new, again=again)

    assert answer.status_code == 400
    assert said in answer.text
    assert PASSWORD not in answer.text


async def test_a_wrong_password_and_an_unknown_name_look_the_same(scene: Scene) -> None:
    """And both stand in the record, the password does not."""
    async with scene.browser() as browser:
        wrong = await browser.login("not this one")
        unknown = await browser.login("not this one", name="no\u202ebody")

    assert wrong.status_code == unknown.status_code == 401
    assert "Account or password is wrong." in wrong.text
    assert "Account or password is wrong." in unknown.text
    kinds = [one.event for one in scene.store.events.after(0) if one.event.kind == "login.refused"]
    assert [str(event.actor) for event in kinds] == ["account:admin", "account:no\\u202ebody"]
    assert "not this one" not in repr(kinds)


async def test_who_guesses_must_wait(scene: Scene) -> None:
    """Even with the right password, until the time is over."""
    moment = [now()]
    scene.house.clock = lambda: moment[0]
    scene.app = build(scene.house)
    async with scene.browser() as browser:
        for _ in range(10):
            assert (await browser.login("wrong")).status_code == 401
        waiting = await browser.login(scene.one_time)
        assert waiting.status_code == 429
        assert int(waiting.headers["retry-after"]) > 0
        moment[0] += 20 * SECOND
        assert (await browser.login(scene.one_time)).status_code == 303


async def test_a_login_form_from_elsewhere_is_refused(scene: Scene) -> None:
    """Without our token, with another browser's, or sent by another site."""
    form = {"name": "admin", "password": scene.one_time}
    async with scene.browser() as browser, scene.browser() as other:
        assert (await browser.client.post("/login", data=form)).status_code == 403
        token = await other.token("/login")
        await browser.get("/login")
        assert (await browser.client.post("/login", data={**form, "csrf": token})).status_code == 403
        mine = {**form, "csrf": await browser.token("/login")}
        cross = await browser.client.post("/login", data=mine, headers={"sec-fetch-site": "cross-site"})
        assert cross.status_code == 403
        assert (await browser.client.post("/login", data=mine)).status_code == 303


async def test_logout_ends_the_session_on_the_server(scene: Scene) -> None:
    """A copied cookie is worth nothing after it."""
    async with scene.analyst() as browser, scene.browser() as copy:
        copy.client.cookies.update(browser.client.cookies)
        assert (await browser.client.post("/logout", data={})).status_code == 403
        left = await browser.send("/", "/logout")
        assert left.headers["location"] == "/login"
        assert (await copy.get("/")).status_code == 303


@pytest.mark.parametrize(
    ("wanted", "gone"),
    [
        ("/incidents?status=open", "/incidents?status=open"),
        ("//evil.example", "/"),
        ("https://evil.example", "/"),
        ("/\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/x\r\nset-cookie: a=b", "/"),
    ],
)
async def test_login_leads_back_to_pages_of_our_own_only(scene: Scene, wanted: str, gone: str) -> None:
    """Whatever the address asks for."""
    async with scene.analyst() as browser:
        await browser.send("/", "/logout")
        token = await browser.token("/login")
        form = {"csrf": token, "name": "admin", "password": PASSWORD, "next": wanted}
        answer = await browser.client.post("/login", data=form)

    assert answer.headers["location"] == gone


async def test_the_language_is_chosen_in_the_header_and_remembered(scene: Scene) -> None:
    """For the browser, whatever it asks for."""
    async with scene.browser(**{"accept-language": "zh-CN"}) as browser:
        assert 'lang="zh-Hans"' in (await browser.get("/login")).text
        chosen = await browser.get("/language/en?next=/login")
        assert chosen.headers["location"] == "/login"
        assert 'lang="en"' in (await browser.get("/login")).text
        assert "set-cookie" not in (await browser.get("/language/xx")).headers
