"""Sign-ups at the API's desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yanmen.console.desk.modes import AskedBack, AskedSwitch, switch_mode, undo_switch
from yanmen.console.desk.registrations import (
    AskedClusters,
    AskedFeedback,
    AskedJudged,
    AskedLabelOf,
    AskedRegistrations,
    judged_registrations,
    registration_clusters,
    registration_feedback,
    report_registrations,
)
from yanmen.policy.modes import OWN
from yanmen.soc.abuse.registration import Registration

if TYPE_CHECKING:
    from tests.console.conftest import Scene


def test_sign_ups_are_answered_with_verdict_reasons_and_cluster(scene: Scene) -> None:
    """In both languages; feedback and the list of clusters know them."""
    batch = [
        Registration(
            id=f"u{n}", ip=f"203.0.{n}.1", email=f"qzxk{n}vbnp@mailinator.com", device="one", form_seconds=1.0
        )
        for n in range(8)
    ]

    answer = report_registrations(scene.house, scene.caller, AskedRegistrations(registrations=batch))
    last = answer.results[-1]
    assert (last.verdict, last.members) == ("deny", 8)
    assert {one.cluster for one in answer.results} == {last.cluster}
    assert "a mail domain that anybody may use for an hour" in [reason.en for reason in last.reasons]
    assert all(reason.zh for reason in last.reasons)

    asked = AskedFeedback(
        feedback=[AskedLabelOf(id="u0", label="fraud"), AskedLabelOf(id="u99", label="good")]
    )
    assert registration_feedback(scene.house, scene.caller, asked).known == [True, False]
    (cluster,) = registration_clusters(scene.house, scene.caller, AskedClusters()).clusters
    assert (cluster.id, cluster.members, cluster.fraud) == (last.cluster, 8, 1.0)
    assert cluster.in_common["device"] == 1.0


def test_a_mode_makes_every_verdict_stricter_at_least(scene: Scene) -> None:
    """As its file says; taken back, verdicts are their own again."""
    folder = scene.store.folder / OWN
    folder.mkdir()
    text = "version: 1\nmode: mine\nlevel: 1\ntitle: {en: M, zh: 我}\nabout: {en: A, zh: 甲}\nregistrations: challenge\n"
    (folder / "m.yaml").write_text(text, "utf-8")
    done = switch_mode(scene.house, scene.caller, AskedSwitch(mode="mine", reason="storm"))

    def verdict(name: str) -> str:
        asked = AskedRegistrations(registrations=[Registration(id=name)])
        return report_registrations(scene.house, scene.caller, asked).results[0].verdict

    assert verdict("a") == "challenge"
    undo_switch(scene.house, scene.caller, done.id, AskedBack(reason="over"))
    assert verdict("b") == "allow"


def test_those_judged_last_are_listed_with_what_was_said_of_them(scene: Scene) -> None:
    """All, or only the suspect."""
    batch = [
        Registration(id="good", email="anna@gmail.com"),
        Registration(id="bad", email="x9q@mailinator.com", form_seconds=0.5),
    ]
    report_registrations(scene.house, scene.caller, AskedRegistrations(registrations=batch))
    said = AskedFeedback(feedback=[AskedLabelOf(id="bad", label="fraud")])
    registration_feedback(scene.house, scene.caller, said)

    both = judged_registrations(scene.house, scene.caller, AskedJudged()).registrations
    (bad,) = judged_registrations(scene.house, scene.caller, AskedJudged(suspect=True)).registrations
    assert [one.id for one in both] == ["bad", "good"]
    assert (bad.id, bad.label) == ("bad", "fraud")
    assert bad.verdict != "allow"
    assert bad.reasons[0].zh
