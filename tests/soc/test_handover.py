"""A key that waits to be taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from yanmen.core.clock import HOUR, now
from yanmen.core.errors import YanmenError
from yanmen.core.keys import key_hash
from yanmen.soc import handover
from yanmen.store.audit import verify

if TYPE_CHECKING:
    from tests.soc.conftest import Scene

    from yanmen.core.nouns import Ref


def test_a_key_is_made_once_and_taken_once(scene: Scene, person: Ref) -> None:
    """Its text stands in no event and in no file; after it was taken it is nowhere."""
    _, old = scene.key()
    made, again = (
        handover.rotated(scene.store, old, name="key_new", overlap=3_600, actor=person, cause="x")
        for _ in range(2)
    )
    assert made == again
    assert handover.waits(scene.store, made)
    assert len(scene.store.keys.list()) == 2

    taken, text = handover.collect(scene.store, old.id, actor=person)
    assert (taken.id, taken.hash, taken.replaces) == ("key_new", key_hash(text), old.id)
    assert not handover.waits(scene.store, made)
    with pytest.raises(YanmenError, match="no key waits"):
        handover.collect(scene.store, "key_new", actor=person)
    scene.store.flush()
    assert not any(text.encode() in file.read_bytes() for file in scene.folder.rglob("*") if file.is_file())
    assert verify(scene.folder).word == "ok"


def test_the_old_key_lasts_as_before_when_it_is_undone(scene: Scene, person: Ref) -> None:
    """And the new one ends; twice is once. The record rebuilds to the same."""
    _, old = scene.key()
    handover.rotated(scene.store, old, name="key_new", overlap=60, actor=person, cause="x")
    during = scene.store.keys.get(old.id)
    assert during is not None
    assert during.expires
    for _ in range(2):
        handover.undone(scene.store, "key_new", actor=person)

    after, new = scene.store.keys.get(old.id), scene.store.keys.get("key_new")
    assert after == old
    assert new is not None
    assert not new.usable(now())
    assert len(scene.store.events.after(0, 10, ("key.rotation-undone",))) == 1
    with pytest.raises(YanmenError):
        handover.collect(scene.store, "key_new", actor=person)
    scene.store.flush()
    assert verify(scene.folder).word == "ok"


def test_an_end_that_somebody_else_has_set_stays(scene: Scene, person: Ref) -> None:
    """An undo never lengthens what was ended for another reason."""
    _, old = scene.key()
    handover.rotated(scene.store, old, name="key_new", overlap=3_600, actor=person, cause="x")
    again = scene.store.keys.get(old.id)
    assert again is not None
    handover.rotated(scene.store, again, name="key_other", overlap=60, actor=person, cause="y")
    handover.undone(scene.store, "key_new", actor=person)

    after = scene.store.keys.get(old.id)
    assert after is not None
    assert after.expires < now() + HOUR


def test_one_cut_off_between_its_two_writes_is_done_anew(scene: Scene, person: Ref) -> None:
    """The first text was never anybody's key."""
    _, old = scene.key()
    scene.store.content.put(handover.event_of("key_new"), old.tenant, handover.NAME, b"lost", 7)
    made = handover.rotated(scene.store, old, name="key_new", overlap=60, actor=person, cause="x")

    assert key_hash(handover.collect(scene.store, "key_new", actor=person)[1]) == made.hash


def test_a_key_that_has_ended_is_not_rotated(scene: Scene, person: Ref) -> None:
    """It says so."""
    _, old = scene.key()
    scene.put("key.revoked", {"key": old.id, "reason": ""})
    ended = scene.store.keys.get(old.id)
    assert ended is not None
    with pytest.raises(YanmenError, match="has ended"):
        handover.rotated(scene.store, ended, name="key_new", overlap=60, actor=person, cause="x")
