"""The parts of the running system."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from yanmen.console.desk.house import Caller
from yanmen.core.clock import DAY, now
from yanmen.core.config import Config, Policy
from yanmen.core.errors import YanmenError
from yanmen.core.ids import new_id
from yanmen.core.nouns import Event, Ref

if TYPE_CHECKING:
    from tests.console.conftest import Scene


def test_standing_decisions_are_known_as_soon_as_they_are_made_and_lifted(scene: Scene) -> None:
    """By whomever."""
    subject = Ref(kind="ip", id="192.0.2.1")
    assert scene.house.standing().refusal([subject], now()) is None

    ban = scene.ban(subject)
    assert scene.house.standing().refusal([subject], now()) == ban

    scene.put("decision.lifted", {"decision": ban.id, "reason": "test"})
    assert scene.house.standing().refusal([subject], now()) is None


def test_shadow_days_count_from_the_first_event(scene: Scene) -> None:
    """None: everything is enforced."""
    assert scene.house.shadow_until() == 0

    scene.house.config = Config(policy=Policy(shadow_days=7))
    first = scene.store.events.after(0, 1)[0].event

    assert scene.house.shadow_until() == first.at + 7 * DAY


def test_an_event_that_is_too_large_is_the_caller_s_to_mend(scene: Scene) -> None:
    """And nothing of it is written."""
    before = scene.store.events.last_seq()

    with pytest.raises(YanmenError, match="cannot be recorded"):
        scene.house.commit(Event(id=new_id("evt"), at=now(), kind="test.large", data={"x": "y" * (1 << 21)}))

    assert scene.store.events.last_seq() == before


def test_admin_covers_every_scope() -> None:
    """And no other scope does."""
    ref = Ref(kind="key", id="key_1")

    assert Caller(ref=ref, scopes=frozenset({"admin"})).may("guard")
    assert not Caller(ref=ref, scopes=frozenset({"guard", "intel", "call"})).may("admin")
    assert msgspec.to_builtins(ref) == {"kind": "key", "id": "key_1"}
