"""Uses that follow from what a source has shown."""

from __future__ import annotations

from yanmen.supply.pickles import blueprints
from yanmen.supply.pickles.blueprints import Blueprint


def test_slots_are_set_only_where_nothing_takes_the_state_or_answers() -> None:
    """By the class itself, or by ``__setattr__``."""
    assert blueprints.entry(Blueprint("bare")).gives == "bare-slots"
    assert blueprints.entry(Blueprint("bare", takes="stores")).gives == "bare"
    assert blueprints.entry(Blueprint("bare", takes="sets")).gives == "bare"
    assert blueprints.entry(Blueprint("bare", takes="fills")).gives == "bare-items"
    assert blueprints.entry(Blueprint("bare", sets=True, loud=True)).gives == "bare!"


def test_what_is_called_and_what_is_made() -> None:
    """A constant is looked up and an error keeps what it is given; neither is made bare. A name is neither."""
    member, error = (
        blueprints.entry(Blueprint("bare-member", loud=True)),
        blueprints.entry(Blueprint("bare-error")),
    )
    assert member.gives == "bare-member"
    assert member.call[0]((1,))
    assert member.call[0](((1, "a"),))
    assert not member.call[0](([],))
    assert error.call[0](("x", None))
    assert member.new == error.new == ()
    assert (blueprints.NAMED.call, blueprints.NAMED.new, blueprints.FUNCTION.call) == ((), (), ())
