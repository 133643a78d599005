"""Which limits concern a call."""

from __future__ import annotations

from typing import Any

import pytest

from yanmen.core.config.limits import Allowance, Limits, Price
from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Decision, Ref, Verdict
from yanmen.gateway.limits.plans import Planner
from yanmen.store import Key
from yanmen.store.counters import MONEY

NOW = 1_795_276_800_000_000
"""2026-11-21 16:00 UTC."""


def key(name: str = "key_1", **more: Any) -> Key:
    """A key."""
    return Key(id=name, hash=name, name="test", created=1, **more)


def limits_of(
    planner: Planner, caller: Key, user: str = "", model: str = "m", now: int = NOW
) -> dict[str, int]:
    """Meters' names and limits."""
    return {meter.name: meter.limit for meter in planner.terms(caller, user, model, now).plan.meters}


def test_every_level_has_meters_of_its_own() -> None:
    """Key, tenant, team, user and model; what says nothing has none."""
    planner = Planner(
        Limits(
            key=Allowance(requests_per_minute=60, concurrent=3),
            user=Allowance(tokens_per_day=500),
            teams={"red": Allowance(tokens_per_minute=1_000)},
            tenants={"acme": Allowance(budgets=("5usd/month",))},
            models={"gpt-*": Allowance(requests_per_hour=9)},
            timezone="Asia/Shanghai",
        )
    )

    assert limits_of(planner, key(tenant="acme", team="red"), "bob", "gpt-4o") == {
        "key:key_1/requests/minute": 60,
        "key:key_1/concurrent": 3,
        "tenant:acme/money/month/2026-11": 5_000_000_000,
        "team:acme/red/tokens/minute": 1_000,
        "user:acme/bob/tokens/day": 500,
        "model:gpt-4o/requests/hour": 9,
    }
    assert limits_of(planner, key()) == {"key:key_1/requests/minute": 60, "key:key_1/concurrent": 3}


def test_a_key_s_own_word_takes_the_place_of_the_rule_for_all() -> None:
    """Upward too: whoever makes keys decides."""
    planner = Planner(Limits(key=Allowance(requests_per_minute=60)))

    assert (
        limits_of(planner, key(limits=Allowance(requests_per_minute=600)))["key:key_1/requests/minute"] == 600
    )


def test_a_decision_only_tightens_and_only_while_it_stands() -> None:
    """For one caller, or for everybody."""
    terms = {"limits": {"key": {"requests_per_minute": 10, "concurrent": 1}, "tenant": {"concurrent": 50}}}
    decision = Decision(
        id="dec_1", at=NOW, subject=Ref(kind="all", id="*"), verdict=Verdict.ALLOW, lasts=60, terms=terms
    )
    one = Decision(
        id="dec_2", at=NOW, subject=Ref(kind="key", id="key_2"), verdict=Verdict.ALLOW, lasts=60,
        terms={"limits": {"key": {"requests_per_minute": 999, "concurrent": 2}}},
    )  # fmt: skip
    planner = Planner(Limits(key=Allowance(requests_per_minute=60)), {}, [decision, one])

    during = {"key:key_1/requests/minute": 10, "key:key_1/concurrent": 1, "tenant:default/concurrent": 50}
    assert limits_of(planner, key()) == during
    assert limits_of(planner, key("key_2"))["key:key_2/requests/minute"] == 10
    assert limits_of(planner, key(), now=NOW + 61_000_000) == {"key:key_1/requests/minute": 60}


def test_a_rotated_key_goes_on_with_what_is_left() -> None:
    """Its budget is that of the key it was rotated from, however often."""
    first, second = key("key_1"), key("key_2", replaces="key_1")
    third = key("key_3", replaces="key_2")
    limits = Limits(key=Allowance(budgets=("100tokens/day",)))
    planner = Planner(limits, {each.id: each for each in (first, second, third)})

    (meter,) = planner.terms(third, "", "m", NOW).plan.meters
    assert meter.name == "key:key_1/tokens/day/2026-11-21"
    assert meter.of == (("key", ("key_3", "key_2", "key_1")),)


def test_a_plan_is_made_once_and_anew_when_a_window_ends() -> None:
    """The next day has a budget of its own."""
    planner = Planner(Limits(tenant=Allowance(budgets=("100tokens/day",))))
    today = planner.terms(key(), "", "m", NOW)

    assert planner.terms(key(), "", "m", NOW + 1) is today
    tomorrow = planner.terms(key(), "", "m", today.plan.until)
    assert tomorrow is not today
    assert tomorrow.plan.meters[0].name.endswith("2026-11-22")


def test_names_that_callers_choose_are_bounded() -> None:
    """A long one, or one with odd characters, stands by its hash; two of them are not mixed up."""
    planner = Planner(Limits(user=Allowance(requests_per_minute=1)))
    long, other = (next(iter(limits_of(planner, key(), "x" * 500 + last))) for last in "ab")

    assert len(long) < 80
    assert long != other


def test_money_needs_a_price_and_a_currency() -> None:
    """A budget in a currency that no price is in is an error at the start."""
    planner = Planner(Limits(tenant=Allowance(budgets=("1.5usd/day",)), prices={"m": Price(input=1)}))
    terms = planner.terms(key(), "", "m", NOW)

    assert (terms.money, terms.cost.priced, terms.plan.meters[0].measure) == (True, True, MONEY)
    assert not planner.terms(key(), "", "other", NOW).cost.priced
    with pytest.raises(YanmenError, match="cny"):
        Planner(Limits(tenant=Allowance(budgets=("5cny/month",))))


def test_the_smallest_of_two_budgets_of_one_kind_applies() -> None:
    """They would be the same count."""
    planner = Planner(Limits(tenant=Allowance(budgets=("500tokens/day", "100tokens/day"))))

    assert list(limits_of(planner, key()).values()) == [100]
