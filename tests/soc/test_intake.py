"""What of the traffic is put into the queue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from yanmen.guard.learning.drift import REFERENCE, WINDOW
from yanmen.guard.sketch import sketch
from yanmen.soc import intake
from yanmen.soc.watch import Soc

if TYPE_CHECKING:
    import pytest
    from tests.soc.conftest import Scene

    from yanmen.store import Key

USUAL = (
    ("return", "exchange", "track", "insure", "wrap", "cancel"),
    ("a parcel", "two lamps", "the red shoes", "my last order"),
)
FRESH = (
    ("refactor", "profile", "debug", "port"),
    ("the query planner", "a ring buffer", "my allocator", "this mutex"),
)


def watched(scene: Scene) -> None:
    """Let a watch read what happened, and end it."""
    watch = Soc(scene.store)
    watch.step()
    watch.close()


def passed(scene: Scene, key: Key, text: str, score: float = 0.05, **more: Any) -> None:
    """A call that was let through, with what the guard made of it."""
    told = {"score": score, "sketch": sketch(text), "part": "/messages/0/content", "channel": "user"}
    scene.call(key, guard=told, **more)


def traffic(
    scene: Scene, key: Key, kind: tuple[tuple[str, ...], tuple[str, ...]], count: int, seed: int
) -> None:
    """So many calls of a kind, no two alike."""
    chance = np.random.default_rng(seed)
    for number in range(count):
        does, what = (str(chance.choice(list(part))) for part in kind)
        letters = "".join(chr(97 + place) for place in chance.integers(0, 26, 8))
        passed(scene, key, f"how do I {does} {what} {letters} number {number}")


def test_a_text_the_guard_was_not_sure_of_waits_in_the_queue(scene: Scene) -> None:
    """What it was sure of does not."""
    _, key = scene.key()
    passed(scene, key, "clearly harmless", 0.02)
    passed(scene, key, "perhaps not", 0.55, content={"request": "ab"}, tenant="clinic")
    passed(scene, key, "surely not", 0.98)

    watched(scene)
    watched(scene)

    (review,) = scene.store.reviews.list()
    assert (review.source, review.score, review.key, review.tenant) == ("uncertain", 0.55, key.id, "clinic")
    assert (review.kept, review.part, review.origin) == ("request", "/messages/0/content", f"key:{key.id}")
    assert review.sketch == sketch("perhaps not")


def test_what_one_caller_puts_into_the_queue_is_bounded(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what all do."""
    monkeypatch.setattr(intake, "WAITING", 2)
    monkeypatch.setattr(intake, "OPEN", 3)
    for name in ("a", "b"):
        _, key = scene.key(name)
        for number in range(5):
            passed(scene, key, f"perhaps not {name} {number}", 0.5)

    watched(scene)

    origins = [one.origin for one in scene.store.reviews.list()]
    assert len(origins) == 3
    assert max(origins.count(one) for one in origins) == 2


def test_drift_is_found_without_a_label_and_survives_a_restart(scene: Scene) -> None:
    """Of the caller and in all; the strangest texts are in the queue."""
    _, key = scene.key()
    traffic(scene, key, USUAL, REFERENCE + 40, 1)
    watched(scene)
    assert scene.store.reviews.list() == []
    traffic(scene, key, FRESH, 2 * WINDOW, 2)
    watched(scene)

    told = scene.store.events.after(0, kinds=("traffic.drifted",))
    assert {str(one.event.subject) for one in told} == {"traffic:all", f"key:{key.id}"}
    assert all(one.event.data["texts"] <= 0.0005 for one in told)
    found = scene.store.reviews.list(source="drifted")
    assert 1 <= len(found) <= 6
    assert {one.key for one in found} == {key.id}


def test_profiles_are_bounded_and_the_one_unseen_longest_goes(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That of all traffic stays."""
    monkeypatch.setattr(intake, "KEYS", 3)
    watch = intake.Intake(scene.store)
    for name in "abcdef":
        _, key = scene.key(name)
        passed(scene, key, f"hello from {name}")
    for recorded in scene.store.events.after(0):
        watch.take(recorded)

    assert len(watch._profiles) == 3
    assert intake.ALL in watch._profiles


def test_what_cannot_be_read_does_no_harm(scene: Scene) -> None:
    """An event of another version, or profiles of another one."""
    _, key = scene.key()
    for told in ({"score": "high"}, {"sketch": 3}, "x", {"score": 0.5, "sketch": "zz"}):
        scene.call(key, guard=told)
    scene.store.profiles.set(intake.NAME, b"\xc1 not ours")

    watched(scene)

    assert [one.sketch for one in scene.store.reviews.list()] == ["zz"]
