"""``rotate``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from yanmen.core.clock import SECOND, now
from yanmen.core.errors import YanmenError
from yanmen.core.keys import key_hash
from yanmen.soc.actions.rotate import Rotate
from yanmen.soc.handover import collect

if TYPE_CHECKING:
    from tests.soc.actions.conftest import Case


def test_done_twice_it_is_one_key_and_undone_twice_it_ends_once(case: Case) -> None:
    """The new one may what the old one may; what is said names no text."""
    args = {"subject": f"key:{case.key.id}", "overlap": "15m"}
    first = Rotate(case.context()).do(case.incident, args)
    again = Rotate(case.context()).do(case.incident, args)

    assert first == again
    made, old = case.store.keys.get(first["key"]), case.store.keys.get(case.key.id)
    assert made is not None
    assert old is not None
    assert (made.replaces, made.scopes, made.name) == (case.key.id, case.key.scopes, case.key.name)
    assert now() < old.expires <= now() + 900 * SECOND
    for _ in range(2):
        Rotate(case.context()).undo(first)
    assert case.store.keys.get(case.key.id) == case.key
    assert len(case.store.keys.list()) == 2


def test_what_is_said_is_what_a_person_does_next(case: Case) -> None:
    """The command takes the key."""
    done = Rotate(case.context()).do(case.incident, {"subject": f"key:{case.key.id}"})
    made, text = collect(case.store, done["key"], actor=case.context().actor)

    assert f"yanmen keys collect {made.id}" in done["said"]["en"]
    assert f"yanmen keys collect {made.id}" in done["said"]["zh"]
    assert text not in str(done)
    assert case.store.keys.by_hash(key_hash(text)) == made


def test_only_a_key_is_rotated(case: Case) -> None:
    """Nothing is made of anything else."""
    with pytest.raises(YanmenError, match="is no key"):
        Rotate(case.context()).do(case.incident, {"subject": "ip:192.0.2.1"})
    with pytest.raises(msgspec.ValidationError):
        Rotate(case.context()).do(case.incident, {"who": "key:x"})
    assert len(case.store.keys.list()) == 1
