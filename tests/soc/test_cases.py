"""What a person does with incidents."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Incident, Ref
from yanmen.soc.cases import assign, ban_in, close, find, lift, overview, standing_bans
from yanmen.soc.response import undo
from yanmen.soc.watch import Soc

if TYPE_CHECKING:
    from tests.soc.conftest import Scene


def watched(scene: Scene) -> None:
    """Let the watch answer what happened."""
    watch = Soc(scene.store)
    watch.step()
    watch.close()


def leaked(scene: Scene) -> Incident:
    """A leaked key's incident, answered."""
    _, key = scene.key()
    scene.leak(key)
    watched(scene)
    return max(scene.incidents(), key=lambda one: one.opened)


def now_of(scene: Scene, incident: Incident) -> Incident:
    """The incident as it stands."""
    found = scene.store.incidents.get(incident.id)
    assert found is not None
    return found


def test_an_incident_is_found_by_the_beginning_of_its_id(scene: Scene) -> None:
    """With and without the prefix, when only one begins so."""
    incident = leaked(scene)
    leaked(scene)

    assert find(scene.store, incident.id) == incident
    assert find(scene.store, incident.id[:25]) == incident
    assert find(scene.store, incident.id[4:25]) == incident
    for wrong in ("inc_", "inc_00000", "", incident.id[:8]):
        with pytest.raises(YanmenError):
            find(scene.store, wrong)


def test_closing_says_who_and_leaves_the_ban(scene: Scene, person: Ref) -> None:
    """Once."""
    incident = leaked(scene)
    close(scene.store, incident.id, actor=person, note="false \x1b alarm")
    close(scene.store, incident.id, actor=person)

    closed = now_of(scene, incident)
    assert closed.status == "closed"
    assert closed.timeline[-1].text.en == "Closed by user:alice: false \\u001b alarm"
    assert len(standing_bans(scene.store)) == 1


def test_a_key_that_leaks_again_after_closing_is_a_new_incident(scene: Scene, person: Ref) -> None:
    """And is answered anew."""
    _, key = scene.key()
    scene.leak(key)
    watched(scene)
    (first,) = scene.incidents()
    undo(scene.store, first.id, actor=person)
    close(scene.store, first.id, actor=person)
    scene.leak(key, "elsewhere")
    watched(scene)

    assert len(scene.incidents()) == 2
    assert len(standing_bans(scene.store)) == 1


def test_an_incident_has_one_owner(scene: Scene, person: Ref) -> None:
    """Or none."""
    incident = leaked(scene)
    assign(scene.store, incident.id, "bob", actor=person)
    assert now_of(scene, incident).owner == "bob"

    assign(scene.store, incident.id, "", actor=person)
    assert now_of(scene, incident).owner == ""
    assert "nobody" in now_of(scene, incident).timeline[-1].text.en


def test_a_ban_in_an_incidents_course_is_undone_with_the_rest(scene: Scene, person: Ref) -> None:
    """Here the address from which a leaked key was used."""
    incident = leaked(scene)
    done = ban_in(
        scene.store,
        incident.id,
        Ref(kind="ip", id="203.0.113.7"),
        reason="same thief",
        lasts="2h",
        actor=person,
    )

    assert done.state == "done"
    assert len(standing_bans(scene.store)) == 2
    undo(scene.store, incident.id, actor=person)
    assert standing_bans(scene.store) == []


def test_a_ban_by_hand_asks_twice_before_it_shuts_out_the_operator(scene: Scene, person: Ref) -> None:
    """Also in an incident."""
    incident = leaked(scene)
    _, root = scene.key("root", scopes=("admin",))
    with pytest.raises(YanmenError, match="administers"):
        ban_in(scene.store, incident.id, Ref(kind="key", id=root.id), reason="x", lasts="1h", actor=person)


def test_lifting_a_playbooks_ban_is_told_in_its_incident(scene: Scene, person: Ref) -> None:
    """It is open again, and undoing the rest does not lift twice."""
    incident = leaked(scene)
    (ban,) = standing_bans(scene.store)
    lift(scene.store, ban.id, reason="it was a test key", actor=person)

    after = now_of(scene, incident)
    assert after.status == "open"
    assert "it was a test key" in after.timeline[-1].text.en
    assert standing_bans(scene.store) == []
    assert [step.step for step in undo(scene.store, incident.id, actor=person)] == ["notify", "contain"]
    assert len(scene.store.events.after(0, kinds=("decision.lifted",))) == 1


def test_the_overview_shows_the_gravest_first_and_who_waits(scene: Scene) -> None:
    """Counts, bans, and what asks for a person's word."""
    _, key = scene.key("busy")
    scene.attack(key, 12)
    leaked(scene)

    seen = overview(scene.store)

    assert (seen.open, seen.contained) == (1, 1)
    assert [incident.status for incident in seen.gravest] == ["open", "contained"]
    assert [book for book, _ in seen.waiting] == ["repeated-attack"]
    assert len(seen.bans) == 1
