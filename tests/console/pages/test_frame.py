"""What every page has in common."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanmen.console.accounts import Accounts, create
from yanmen.console.pages.frame import local, same
from yanmen.console.protection import BODY_BYTES
from yanmen.core.nouns import Ref

if TYPE_CHECKING:
    from tests.console.conftest import Scene

FORMS = {
    "/bans": {"kind": "ip", "subject": "192.0.2.1", "lasts": "3600", "reason": "x"},
    "/keys": {"name": "x", "tenant": "default", "days": "0", "scope_call": "true"},
    "/guard": {"text": "hello", "role": "user", "direction": "in"},
}


@pytest.mark.parametrize("page", FORMS)
async def test_a_form_without_our_token_does_nothing(scene: Scene, page: str) -> None:
    """No token, a wrong one, an old session's, or a request another site made."""
    async with scene.analyst() as browser:
        token = await browser.token(page)
        before = scene.store.events.last_seq()
        for extra in ({}, {"csrf": ""}, {"csrf": "0" * 64}, {"csrf": "é"}):
            answer = await browser.client.post(page, data={**FORMS[page], **extra})
            assert answer.status_code == 403
        cross = await browser.client.post(
            page, data={**FORMS[page], "csrf": token}, headers={"sec-fetch-site": "same-site"}
        )
        assert cross.status_code == 403
        assert scene.store.events.last_seq() == before
        right = await browser.client.post(page, data={**FORMS[page], "csrf": token})
        assert right.status_code in {200, 303}
        assert scene.store.events.last_seq() > before


@pytest.mark.parametrize(
    "body", [b"\xff" * 100, b"&" * 10_000, b"a=1&" * 100, b"csrf=%ff%00&x=%zz", b"x" * (BODY_BYTES + 1)]
)
async def test_no_form_breaks_a_page(scene: Scene, body: bytes) -> None:
    """What is not readable has no token."""

    async def sent() -> AsyncIterator[bytes]:
        yield body

    headers = {"content-type": "application/x-www-form-urlencoded"}
    async with scene.analyst() as browser:
        answer = await browser.client.post("/keys", content=sent(), headers=headers)

    assert answer.status_code == 403


async def test_a_wrong_field_is_said_on_the_page_and_what_was_typed_stays(scene: Scene) -> None:
    """Nothing has to be typed twice."""
    async with scene.analyst() as browser:
        answer = await browser.send(
            "/bans", kind="ip", subject="nowhere", lasts="60", reason="a <b>flood</b>"
        )

    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    assert 'value="nowhere"' in answer.text
    assert "a &lt;b&gt;flood&lt;/b&gt;" in answer.text


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/decisions?verdict=burn", "字段 verdict 填写有误"),
        ("/decisions?subject=nobody", "nobody 不是有效的对象"),
        ("/incidents/inc_none", "没有找到"),
    ],
)
async def test_what_is_wrong_is_said_in_the_readers_language(scene: Scene, path: str, said: str) -> None:
    """The same error, in Chinese to who reads Chinese."""
    async with scene.analyst(**{"accept-language": "zh"}) as browser:
        answer = await browser.get(path)

    assert answer.status_code in {400, 404}
    assert said in answer.text


async def test_a_link_from_elsewhere_finds_its_way_in(scene: Scene) -> None:
    """The strict cookie is not sent along with it; our own page asks again."""
    async with scene.analyst() as browser:
        cookies = dict(browser.client.cookies)
        browser.client.cookies.clear()
        first = await browser.get("/incidents", headers={"sec-fetch-site": "cross-site"})
        assert 'http-equiv="refresh"' in first.text
        browser.client.cookies.update(cookies)
        assert (await browser.get("/incidents", headers={"sec-fetch-site": "same-origin"})).status_code == 200


async def test_an_address_cannot_put_words_into_a_page(scene: Scene) -> None:
    """Only the sentences of a closed list."""
    async with scene.analyst() as browser:
        assert "The incident is closed." in (await browser.get("/?done=closed")).text
        assert 'role="status"' not in (await browser.get("/?done=You+won")).text


@given(st.text(max_size=40))
def test_where_to_go_next_is_a_path_of_ours(text: str) -> None:
    """Whatever is asked for."""
    target = local(text)

    assert target.startswith("/")
    assert not target.startswith("//")
    assert "\\" not in target
    assert target.isprintable()


@given(st.text(), st.text())
def test_same_is_equality(one: str, other: str) -> None:
    """In constant time."""
    assert same(one, one)
    assert same(one, other) == (one == other)


async def test_who_may_only_look_is_shown_no_form_and_changes_nothing(scene: Scene) -> None:
    """On every page but for leaving; and a form sent all the same is refused."""
    password = create(scene.store, "ada", "viewer", actor=Ref(kind="user", id="root"))
    account = scene.store.accounts.get("ada")
    assert account is not None
    Accounts(scene.store).change(account, password, "look and do not touch 9")
    _, key = scene.key()
    refused, ban = scene.refused(key), scene.ban(Ref(kind="user", id="eve"))
    shadow = scene.refused(key, shadow=True)
    incident = scene.incident(subject=Ref(kind="key", id=key.id))
    pages = ["/bans", "/keys", "/guard", "/report", f"/incidents/{incident.id}"]
    pages += [f"/decisions/{one.id}" for one in (refused, ban, shadow)]

    async with scene.browser() as browser:
        await browser.login("look and do not touch 9", "ada")
        for page in pages:
            answer = await browser.get(page)
            assert answer.status_code == 200
            assert re.findall(r'method="post" action="([^"]*)"', answer.text) == ["/logout"]
        token, before = await browser.token("/keys"), scene.store.events.last_seq()
        for page, fields in FORMS.items():
            sent = await browser.client.post(page, data={**fields, "csrf": token})
            assert sent.status_code == 403
        assert scene.store.events.last_seq() == before
