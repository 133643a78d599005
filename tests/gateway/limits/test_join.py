"""Allowances put together."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanmen.core.config.limits import Allowance
from yanmen.gateway.limits.join import NONE, of_terms, over, stricter

NUMBERS = [name for name in Allowance.__struct_fields__ if name != "budgets"]
ALLOWANCES = st.builds(
    Allowance,
    **{name: st.integers(0, 5) for name in NUMBERS},
    budgets=st.lists(st.sampled_from(["5usd/month", "3usd/month", "9tokens/day"]), unique=True).map(tuple),
)


@given(ALLOWANCES, ALLOWANCES)
def test_the_stricter_always_wins(one: Allowance, other: Allowance) -> None:
    """Whatever is joined, nothing gets looser, in either order."""
    both = stricter(one, other)

    for name in NUMBERS:
        limits = [limit for limit in (getattr(one, name), getattr(other, name)) if limit]
        assert getattr(both, name) == min(limits, default=0)
    assert set(both.budgets) == {*one.budgets, *other.budgets}
    assert stricter(other, one) == msgspec.structs.replace(both, budgets=stricter(other, one).budgets)
    assert stricter(both, one) == both


@given(ALLOWANCES)
def test_nothing_changes_nothing(one: Allowance) -> None:
    """Joined with no allowance, or laid over one."""
    assert stricter(one, NONE) == one == stricter(NONE, one)
    assert over(one, NONE) == one == over(NONE, one)


def test_a_named_one_takes_the_place_of_what_it_says_itself() -> None:
    """And of nothing else; budgets by what they count and when."""
    default = Allowance(requests_per_minute=60, concurrent=4, budgets=("5usd/month", "1000tokens/day"))
    own = Allowance(requests_per_minute=600, budgets=("50 usd/month",))

    assert over(default, own) == Allowance(
        requests_per_minute=600, concurrent=4, budgets=("50 usd/month", "1000tokens/day")
    )


def test_a_decision_may_carry_limits_by_the_kind_of_caller() -> None:
    """And what is no allowance is an error, not no limit."""
    terms = {"limits": {"key": {"requests_per_minute": 10}}}

    assert of_terms(terms, "key") == Allowance(requests_per_minute=10)
    assert of_terms(terms, "tenant") == NONE
    with pytest.raises(msgspec.ValidationError):
        of_terms({"limits": {"key": {"requests_a_minute": 10}}}, "key")
