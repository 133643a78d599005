"""Overview and incidents, as pages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from yanmen.console.desk.incidents import MomentShape
from yanmen.console.pages.watch import counted, folded, tallies
from yanmen.core.nouns import Phrase, Ref
from yanmen.policy import Reloader
from yanmen.soc import Facts
from yanmen.soc.facts import Calls

if TYPE_CHECKING:
    from tests.console.conftest import Scene


async def test_an_analyst_answers_an_incident_from_its_page(scene: Scene) -> None:
    """Looks at the plan, runs it, takes it back, takes the incident, closes it."""
    _, key = scene.key(name="checkout")
    name = scene.incident(subject=Ref(kind="key", id=key.id)).id
    page = f"/incidents/{name}"
    async with scene.analyst() as browser:
        assert "Key leaked" in (await browser.get("/")).text
        plan = await browser.get(f"{page}/run?playbook=leaked-key")
        assert "Run this playbook?" in plan.text
        ran = await browser.send(f"{page}/run?playbook=leaked-key", f"{page}/run", playbook="leaked-key")
        assert ran.headers["location"] == f"{page}?done=ran"
        assert "Undo the response" in (await browser.get(page)).text
        assert "checkout" in (await browser.get("/bans")).text

        assert "Take the response back?" in (await browser.get(f"{page}/undo")).text
        await browser.send(f"{page}/undo")
        shown = await browser.get(page)
        assert "taken back" in shown.text
        assert "Undo the response" not in shown.text

        await browser.send(page, f"{page}/assign", owner="admin")
        missing = await browser.send(page, f"{page}/close", reason=" ")
        assert missing.status_code == 400
        await browser.send(page, f"{page}/close", reason="known test")
        closed = (await browser.get(page)).text

    assert "known test" in closed
    assert "owner: admin" in closed
    found = scene.store.incidents.get(name)
    assert found is not None
    assert found.status == "closed"


async def test_the_overview_says_what_to_look_at_first(scene: Scene) -> None:
    """Nothing, one, several."""
    async with scene.analyst() as browser:
        assert "All quiet" in (await browser.get("/")).text
        scene.incident()
        assert "One incident needs you" in (await browser.get("/")).text
        scene.incident(subject=Ref(kind="key", id="key_2"))
        assert "2 incidents need you" in (await browser.get("/")).text
        assert "Key leaked" not in (await browser.get("/incidents?status=closed")).text


async def test_the_overview_says_that_a_policy_file_was_refused(scene: Scene, tmp_path: Path) -> None:
    """Which, since when, what is wrong and what holds meanwhile, in the reader's language; until it is mended."""
    file = tmp_path / "own.yaml"
    good = 'version: 1\nrules:\n  - {id: a, when: {rule: "x.*"}, then: block}\n'
    file.write_text(good, "utf-8")
    policies = Reloader([file], lambda event: scene.store.append(event).result(30))
    scene.house.policies = policies
    async with scene.analyst() as browser:
        assert "own.yaml" not in (await browser.get("/")).text
        file.write_text("version: 1\nrulez: <b>\n", "utf-8")
        assert not policies.poll()
        shown = (await browser.get("/")).text
        chinese = (await browser.get("/", headers={"accept-language": "zh-CN"})).text
        file.write_text(good, "utf-8")
        assert not policies.poll()
        assert "own.yaml" not in (await browser.get("/")).text

    assert "A changed policy file is not in force." in shown
    assert f"{file}:2" in shown
    assert "rulez" in shown
    assert f"policy {policies.policy.revision} holds" in shown
    assert "没有生效" in chinese
    assert f"{file}:2" in chinese


async def test_pages_about_what_is_not_there_are_404(scene: Scene) -> None:
    """And an unknown playbook is said on a page."""
    name = scene.incident().id
    async with scene.analyst() as browser:
        for path in (
            "/incidents/inc_none",
            "/incidents/inc_none/undo",
            "/decisions/dec_none",
            "/record/evt_none",
        ):
            assert (await browser.get(path)).status_code == 404
        assert (await browser.get(f"/incidents/{name}/run?playbook=none")).status_code == 400
        assert (await browser.get(f"/incidents/{name}/run")).status_code == 400


def test_a_long_timeline_is_folded_in_its_middle() -> None:
    """Nothing of it is lost."""
    for length in (0, 1, 9, 10, 40):
        moments = [MomentShape(at=n, event=f"evt_{n}", text=Phrase(en="", zh="")) for n in range(length)]
        before, between, after = folded(moments)

        assert [*before, *between, *after] == moments
        assert len(before) + len(after) <= 9
        assert len(between) != 1


def test_facts_are_lines_and_tallies() -> None:
    """What is zero and unknown is left out."""
    facts = Facts(
        seen=3, first=1, last=2, rules={"a": 1, "b": 5}, calls=Calls(answered=1, ips={"192.0.2.1": 1})
    )

    assert [name for name, _ in counted(facts)][:3] == ["facts.seen", "facts.first", "facts.last"]
    assert ("facts.answered", "1") in counted(facts)
    assert tallies(facts) == [("facts.rules", [("b", 5), ("a", 1)]), ("facts.ips", [("192.0.2.1", 1)])]
    assert counted(Facts()) == [("facts.seen", "0")]


async def test_a_bad_playbook_file_does_not_hide_an_incident(scene: Scene) -> None:
    """It is shown, and what is wrong with the file is said."""
    name = scene.incident().id
    folder = scene.store.folder / "playbooks"
    folder.mkdir()
    (folder / "bad.yaml").write_text("playbook: [")
    async with scene.analyst() as browser:
        answer = await browser.get(f"/incidents/{name}")

    assert answer.status_code == 200
    assert "Key leaked" in answer.text
    assert "bad.yaml" in answer.text


async def test_older_incidents_are_a_page_further(scene: Scene) -> None:
    """A hundred on a page; the last one says that there are none."""
    names = [scene.incident(f"Number {number}").id for number in range(101)]

    async with scene.analyst() as browser:
        first = await browser.get("/incidents?status=open")
        link = f"?status=open&amp;before={names[1]}"
        assert link in first.text
        assert f"/incidents/{names[0]}" not in first.text
        second = await browser.get(f"/incidents?status=open&before={names[1]}")
        assert f"/incidents/{names[0]}" in second.text
        assert 'class="pager"' not in second.text
