"""Decisions, the report, bans and exceptions, as pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yanmen.core.clock import now
from yanmen.core.nouns import Ref

if TYPE_CHECKING:
    from tests.console.conftest import Scene


async def test_a_decision_is_explained_and_excepted_on_its_page(scene: Scene) -> None:
    """Rule, evidence, what to do; then an exception with an owner and an end."""
    _, key = scene.key(name="checkout")
    made = scene.refused(key)
    async with scene.analyst() as browser:
        listed = await browser.get("/decisions?verdict=block&shadow=false")
        page = f"/decisions/{made.id}"
        assert page in listed.text
        shown = (await browser.get(page)).text
        assert "prompt-attack" in shown
        assert "What to do:" in shown
        sent = await browser.send(
            page, f"{page}/except", scope="key", days="7", reason="our own training text"
        )
        assert sent.headers["location"] == "/bans?done=excepted"
        assert "our own training text" in (await browser.get("/bans")).text
        wrong = await browser.send(page, f"{page}/except", scope="key", days="9999", reason="x")

    assert wrong.status_code == 400


async def test_the_report_has_one_button_for_an_exception(scene: Scene) -> None:
    """After it the line says so."""
    _, key = scene.key(name="checkout")
    made = scene.refused(key, shadow=True)
    async with scene.analyst() as browser:
        assert "Would block" in (await browser.get("/report")).text
        sent = await browser.send("/report", decision=made.id, scope="key", days="30")
        assert sent.headers["location"] == "/report?done=excepted"
        assert "Excepted by" in (await browser.get("/report")).text


async def test_a_ban_is_made_and_lifted(scene: Scene) -> None:
    """Two forms, each with a reason."""
    subject = Ref(kind="ip", id="203.0.113.7")
    async with scene.analyst() as browser:
        sent = await browser.send("/bans", kind="ip", subject="203.0.113.7", lasts="3600", reason="a flood")
        assert sent.headers["location"] == "/bans?done=banned"
        (ban,) = scene.store.decisions.standing(now())
        assert ban.subject == subject
        assert "a flood" in (await browser.get("/bans")).text
        lifted = await browser.send(f"/decisions/{ban.id}", f"/decisions/{ban.id}/lift", reason="over")
        assert lifted.headers["location"].endswith("?done=lifted")

    assert scene.store.decisions.standing(now()) == []


async def test_a_wrong_filter_is_said(scene: Scene) -> None:
    """On a page, not with an error of the server."""
    async with scene.analyst() as browser:
        assert (await browser.get("/decisions?verdict=maybe")).status_code == 400
        assert (await browser.get("/decisions?subject=nonsense")).status_code == 400
        assert (await browser.get("/record?before=x")).status_code == 400


async def test_older_decisions_are_on_the_next_page(scene: Scene) -> None:
    """With the filter kept."""
    for number in range(52):
        scene.ban(Ref(kind="ip", id=f"192.0.2.{number}"))
    async with scene.analyst() as browser:
        first = (await browser.get("/decisions?verdict=block")).text
        path = first.partition('class="pager"><a href="')[2].partition('"')[0].replace("&amp;", "&")
        assert path.startswith("?verdict=block&before=dec_")
        second = (await browser.get(f"/decisions{path}")).text

    assert second.count("<tr>") == 3


async def test_older_bans_are_on_the_next_page(scene: Scene) -> None:
    """Each once; what is asked for is not drawn anew under the reader."""
    subjects = [f"203.0.113.{number}" for number in range(102)]
    for subject in subjects:
        scene.ban(Ref(kind="ip", id=subject))

    async with scene.analyst() as browser:
        page = (await browser.get("/bans")).text
        path = page.partition('class="pager"><a href="')[2].partition('"')[0].replace("&amp;", "&")
        older = (await browser.get(f"/bans{path}")).text
        after_none = (await browser.get("/bans?bans_before=dec_none")).text

    assert path.startswith("?bans_before=dec_")
    assert [f"ip:{subject}<" in page for subject in subjects] == [False] * 2 + [True] * 100
    assert [f"ip:{subject}<" in older for subject in subjects] == [True] * 2 + [False] * 100
    assert 'class="pager"' not in older
    assert "ip:203" not in after_none
