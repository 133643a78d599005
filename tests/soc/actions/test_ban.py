"""``ban``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Verdict
from yanmen.soc.actions.ban import Ban

if TYPE_CHECKING:
    from tests.soc.actions.conftest import Case


def test_done_twice_it_is_one_ban_and_undone_twice_it_is_lifted_once(case: Case) -> None:
    """Also of a key that administers: it leaked."""
    args = {"subject": f"key:{case.key.id}", "for": "1h", "reason": "leak"}
    first = Ban(case.context()).do(case.incident, args)
    again = Ban(case.context()).do(case.incident, args)

    assert first == again
    assert case.banned() == {first["decision"]}
    decision = case.store.decisions.get(first["decision"])
    assert decision is not None
    assert decision.terms == {"incident": case.incident.id, "action": "act_1"}
    assert decision.policy == "playbook/leaked-key"
    for _ in range(2):
        Ban(case.context()).undo(first)
        assert case.banned() == set()
    assert len(case.store.events.after(0, kinds=("decision.lifted",))) == 1


def test_each_action_has_its_own_ban(case: Case) -> None:
    """A second run of a playbook bans anew."""
    args = {"subject": "user:bob", "for": "1h"}
    one = Ban(case.context("act_1")).do(case.incident, args)
    other = Ban(case.context("act_2")).do(case.incident, args)

    assert case.banned() == {one["decision"], other["decision"]}


def test_arguments_that_are_none_are_refused(case: Case) -> None:
    """Before anything is banned."""
    with pytest.raises(msgspec.ValidationError):
        Ban(case.context()).do(case.incident, {"who": "user:bob"})
    with pytest.raises(YanmenError):
        Ban(case.context()).do(case.incident, {"subject": "user:bob", "for": "long"})
    assert case.banned() == set()


def test_a_playbook_may_ask_for_work_in_place_of_a_ban(case: Case) -> None:
    """The decision challenges."""
    args = {"subject": "user:bob", "for": "1h", "challenge": True}
    done = Ban(case.context()).do(case.incident, args)

    decision = case.store.decisions.get(done["decision"])
    assert decision is not None
    assert decision.verdict is Verdict.CHALLENGE
