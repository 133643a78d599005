"""The page of abuse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yanmen.console.desk.registrations import AskedRegistrations, report_registrations
from yanmen.core.nouns import Ref
from yanmen.soc.abuse.registration import Registration

if TYPE_CHECKING:
    from tests.console.conftest import Scene


def happened(scene: Scene) -> str:
    """A caller, a leak, sign-ups; the key's id."""
    _, key = scene.key(name="<b>bot</b>")
    finding = {
        "rule": "abuse.scraping",
        "severity": 2,
        "confidence": 0.8,
        "evidence": "calls 412 (3..30, +6.2)",
    }
    subject = Ref(kind="key", id=key.id)
    scene.put("abuse.found", {"findings": [finding], "ip": "192.0.2.1"}, subject=subject)
    place = "https://git.example/<script>"
    scene.put(
        "leak.sighted", {"hash": key.hash, "key": key.id, "place": place, "source": "ci"}, subject=subject
    )
    batch = [
        Registration(
            id=f"u{n}", ip=f"203.0.{n}.1", email=f"qzxk{n}vbnp@mailinator.com", device="one", form_seconds=1
        )
        for n in range(8)
    ]
    report_registrations(scene.house, scene.caller, AskedRegistrations(registrations=batch))
    return key.id


async def test_everything_of_abuse_stands_on_one_page(scene: Scene) -> None:
    """Callers, leaked keys, sign-ups and clusters; whatever came from outside is escaped."""
    async with scene.analyst() as browser:
        empty = (await browser.get("/abuse")).text
        assert "No caller behaves oddly" in empty
        happened(scene)
        page = (await browser.get("/abuse")).text
        chinese = (await browser.get("/abuse", headers={"accept-language": "zh"})).text

    assert "One question is asked over and over" in page
    assert "calls in 15 min: 412 (usually 3 to 30, +6.2 deviations)" in page
    assert "&lt;script&gt;" in page
    assert "<script>" not in page.replace('<script src="/static', "")
    assert "a mail domain that anybody may use for an hour" in page
    assert "device 100%" in page
    assert "15 分钟调用数：412" in chinese
    assert "设备 100%" in chinese


async def test_feedback_is_a_button(scene: Scene) -> None:
    """On a caller and on a sign-up; what was said is shown, and cannot be said twice."""
    key = happened(scene)
    async with scene.analyst() as browser:
        said = await browser.send("/abuse", "/abuse/callers/label", subject=f"key:{key}", label="expected")
        assert said.headers["location"] == "/abuse?done=called"
        said = await browser.send("/abuse", "/abuse/registrations/label", id="u3", label="fraud")
        assert said.headers["location"] == "/abuse?done=judged"
        page = (await browser.get("/abuse?done=judged")).text
        refused = await browser.send("/abuse", "/abuse/callers/label", subject="nobody", label="abuse")
        wrong = await browser.send("/abuse", "/abuse/registrations/label", id="u3", label="maybe")
        foreign = await browser.client.post(
            "/abuse/callers/label", data={"subject": f"key:{key}", "label": "abuse"}
        )

    assert "later sign-ups are judged by it" in page
    assert "Expected: nothing is told for 30 days" in page
    assert "1 fraud, 0 good" in page
    assert (refused.status_code, wrong.status_code, foreign.status_code) == (400, 400, 403)
    assert [one.event.subject for one in scene.store.events.after(0, 9, ("abuse.labelled",))] == [
        Ref(kind="key", id=key)
    ]
