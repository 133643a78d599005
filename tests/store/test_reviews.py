"""The review queue."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from yanmen.core.ids import new_id
from yanmen.core.nouns import Event, Ref
from yanmen.store import Review, Store
from yanmen.store.audit import verify

Make = Callable[..., Event]


def put(store: Store, event: Make, **fields: Any) -> Review:
    """A review in the queue."""
    review = Review(id=new_id("rev"), at=1, **{"source": "reported", "actor": "account:ada", **fields})
    store.append(event("review.queued", review=msgspec.to_builtins(review))).result(30)
    return review


def label(store: Store, event: Make, review: str, said: str, who: str, kind: str = "") -> None:
    """One word on it."""
    made = event("review.labelled", review=review, label=said, **{"class": kind})
    store.append(msgspec.structs.replace(made, actor=Ref(kind="account", id=who))).result(30)


def test_the_queue_is_listed_newest_first_and_filtered(store: Store, event: Make) -> None:
    """By state, by source, page by page."""
    first = put(store, event, key="key_1", score=0.5, source="uncertain")
    second = put(store, event)
    third = put(store, event)
    label(store, event, second.id, "skip", "ada")

    assert [one.id for one in store.reviews.list()] == [third.id, second.id, first.id]
    assert [one.id for one in store.reviews.list("open")] == [third.id, first.id]
    assert [one.id for one in store.reviews.list(source="uncertain")] == [first.id]
    assert [one.id for one in store.reviews.list(limit=1, before=third.id)] == [second.id]
    assert (store.reviews.count(), store.reviews.waiting("key:key_1"), store.reviews.waiting("key:x")) == (
        2,
        1,
        0,
    )
    assert store.reviews.get("rev_x") is None


def test_every_voice_is_kept_and_the_newest_decides(store: Store, event: Make) -> None:
    """Whoever says it again replaces what they said."""
    one = put(store, event)
    label(store, event, one.id, "attack", "ada", "override")
    label(store, event, one.id, "attack", "bob", "override")
    label(store, event, one.id, "benign", "ada")

    found = store.reviews.get(one.id)

    assert found is not None
    assert found.state == "benign"
    said = [(voice.actor, voice.label, voice.kind) for voice in found.voices]
    assert said == [("account:bob", "attack", "override"), ("account:ada", "benign", "")]
    assert [one.id for one in store.reviews.labelled()] == [found.id]


def test_a_quarantine_stands_until_the_next_word(store: Store, event: Make) -> None:
    """And is listed."""
    one = put(store, event)
    label(store, event, one.id, "attack", "ada")
    store.append(event("review.quarantined", reviews={one.id: "contradicts"})).result(30)

    assert [found.quarantine for found in store.reviews.list(quarantined=True)] == ["contradicts"]
    label(store, event, one.id, "attack", "bob")
    assert store.reviews.list(quarantined=True) == []


def test_a_word_that_is_no_label_is_refused(store: Store, event: Make) -> None:
    """Nothing is written."""
    one = put(store, event)

    with pytest.raises(ValueError, match="no label"):
        label(store, event, one.id, "fine", "ada")
    assert store.reviews.count() == 1


def test_who_a_review_is_counted_under() -> None:
    """The key, else the address, else the reporter."""
    one = Review(id="rev_1", at=1, source="reported", actor="account:ada", ip="192.0.2.1", key="key_1")

    assert one.origin == "key:key_1"
    assert msgspec.structs.replace(one, key="").origin == "ip:192.0.2.1"
    assert msgspec.structs.replace(one, key="", ip="").origin == "account:ada"


def test_the_queue_is_rebuilt_from_its_events(data: Path, event: Make) -> None:
    """The audit finds nothing different."""
    with Store.open(data) as store:
        one = put(store, event)
        label(store, event, one.id, "attack", "ada", "jailbreak")

    assert verify(data).word == "ok"
